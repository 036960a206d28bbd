import type { HttpResponse } from './client.ts';

/** The bounds within which a provider's wish to be left alone is taken at its word, in milliseconds. */
const bounds = { min: 100, max: 3_600_000 };

/**
 * How long an answer asks to be left alone, in milliseconds, clamped; null where it does not say so in a form
 * that is known: `x-acs-retry-after` in milliseconds (Alibaba Cloud's gateway), `Retry-After` in seconds or as a
 * date (RFC 9110 10.2.3), which is read against the provider's own Date, because its clock may not be ours.
 */
export function retryAfterMs({ headers }: HttpResponse): number | null {
  const milliseconds = digits(headers['x-acs-retry-after']);
  if (milliseconds !== undefined) return clamp(milliseconds);
  const seconds = digits(headers['retry-after']);
  // Nobody means "at once" who answers that there were too many requests.
  if (seconds !== undefined) return clamp(Math.max(seconds, 1) * 1000);
  const until = Date.parse(headers['retry-after'] ?? '');
  const now = Date.parse(headers.date ?? '');
  return Number.isNaN(until) || Number.isNaN(now) || until <= now ? null : clamp(until - now);
}

function digits(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function clamp(ms: number): number {
  return Math.min(bounds.max, Math.max(bounds.min, ms));
}
