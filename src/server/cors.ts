import type { IncomingHttpHeaders } from 'node:http';

/** Which origins may call from a browser. */
export interface Cors {
  /** Whether a page of another origin, which is not listed, sent the request. */
  isCrossOrigin(headers: IncomingHttpHeaders): boolean;
  /** Headers by which a browser lets the page read the response. */
  responseHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** Further headers of the response to a preflight request of a listed origin; undefined for any other request. */
  preflightHeaders(
    method: string,
    headers: IncomingHttpHeaders,
  ): Readonly<Record<string, string>> | undefined;
}

/** Seconds for which a browser caches a preflight. Our own choice: an origin taken off the list is soon out. */
const preflightSeconds = 600;

const preflight = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, authorization, idpatch-deadline-ms',
  'access-control-max-age': String(preflightSeconds),
} as const;

/** `listed`: the origins of `server.cors` in the configuration. */
export function createCors(listed: readonly string[]): Cors {
  const isListed = ({ origin }: IncomingHttpHeaders) => origin !== undefined && listed.includes(origin);
  return {
    isCrossOrigin(headers) {
      if (isListed(headers)) return false;
      // The browser's own statement, which holds whatever Host a proxy sends; `none` if a person typed the address. Absent
      // if the caller is not a browser. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
      const site = headers['sec-fetch-site'];
      if (site === undefined) return !isOwnOrigin(headers);
      return (site !== 'same-origin' && site !== 'none') || headers.origin === 'null';
    },
    responseHeaders(headers): Readonly<Record<string, string>> {
      if (listed.length === 0) return {};
      if (!isListed(headers)) return { vary: 'Origin' };
      return {
        vary: 'Origin',
        'access-control-allow-origin': headers.origin ?? '',
        'access-control-expose-headers': 'retry-after',
      };
    },
    preflightHeaders(method, headers) {
      const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
      return isPreflight && isListed(headers) ? preflight : undefined;
    },
  };
}

/** Whether the Origin header is absent or that of the Host. Both schemes are tried, as a proxy may terminate TLS. */
function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return ['http', 'https'].some((scheme) => {
    const url = `${scheme}://${host}`;
    return URL.canParse(url) && new URL(url).origin === origin;
  });
}
