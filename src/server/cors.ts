import type { IncomingHttpHeaders } from 'node:http';

/** Which pages may call from a browser. */
export interface Cors {
  /** Whether a page sent this that may not call: one of another origin that is not listed. */
  isCrossOrigin(headers: IncomingHttpHeaders): boolean;
  /** The headers by which a browser lets the page have the answer. */
  answerHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** The answer's further headers where a browser asks whether a page may send what it wants to; else undefined. */
  preflightHeaders(
    method: string,
    headers: IncomingHttpHeaders,
  ): Readonly<Record<string, string>> | undefined;
}

/** Seconds for which a browser need not ask again. Our own choice: a page taken off the list is soon out. */
const preflightSeconds = 600;

const preflight = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, authorization, idpatch-deadline-ms',
  'access-control-max-age': String(preflightSeconds),
} as const;

/** Takes the origins of pages that may call, `server.cors` in the configuration. */
export function createCors(listed: readonly string[]): Cors {
  const isListed = ({ origin }: IncomingHttpHeaders) => origin !== undefined && listed.includes(origin);
  return {
    isCrossOrigin(headers) {
      if (isListed(headers)) return false;
      const site = headers['sec-fetch-site'];
      if (site === undefined) return !isOwnOrigin(headers);
      return !isOwnSite(site) || headers.origin === 'null';
    },
    answerHeaders(headers): Readonly<Record<string, string>> {
      if (listed.length === 0) return {};
      if (!isListed(headers)) return { vary: 'Origin' };
      return {
        vary: 'Origin',
        'access-control-allow-origin': headers.origin ?? '',
        'access-control-expose-headers': 'retry-after',
      };
    },
    preflightHeaders(method, headers) {
      const asks = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
      return asks && isListed(headers) ? preflight : undefined;
    },
  };
}

/** Whether the request names no origin, or that of the very host it goes to; a proxy may have taken https off it. */
function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return ['http', 'https'].some((scheme) => {
    const own = `${scheme}://${host}`;
    return URL.canParse(own) && new URL(own).origin === origin;
  });
}

/**
 * What the browser itself says, whatever name a proxy gave the host; `none` where a person typed the address. Absent
 * with callers that are no browser. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
function isOwnSite(site: string | readonly string[]): boolean {
  return site === 'same-origin' || site === 'none';
}
