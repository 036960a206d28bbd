import type { HttpResponse } from './client.ts';

/** Bounds of an accepted Retry-After (ms). */
const bounds = { min: 100, max: 3_600_000 };

/**
 * The pause that a response asks for, in milliseconds, clamped; null without a valid header:
 * `x-acs-retry-after` in milliseconds (Alibaba Cloud's gateway), `Retry-After` in seconds or as a date
 * (RFC 9110 10.2.3), which is compared with the response's own Date, because the clocks may differ.
 */
export function retryAfterMs({ headers }: HttpResponse): number | null {
  const milliseconds = digits(headers['x-acs-retry-after']);
  if (milliseconds !== undefined) return clamp(milliseconds);
  const seconds = digits(headers['retry-after']);
  // `Retry-After: 0` on a 429 is treated as 1 s.
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
