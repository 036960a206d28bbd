import type { IncomingMessage } from 'node:http';
import type { Metrics } from './metrics.ts';

/** A response of the metrics listener. */
interface ScrapeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Handles `GET /metrics`, the only route of the metrics listener beside the probes. */
export async function answerScrape(
  { method, url = '' }: IncomingMessage,
  metrics: Metrics,
): Promise<ScrapeAnswer> {
  if (url.split('?', 1)[0] !== '/metrics') return { status: 404, headers: {}, body: '' };
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' };
  const { contentType, text } = await metrics.scrape();
  return { status: 200, headers: { 'content-type': contentType }, body: text };
}
