import { isIP } from 'node:net';

/** The normalized origin `http(s)://host[:port]`; undefined if the text is not a bare origin. */
export function originOf(text: string): string | undefined {
  // URL itself forgives spaces, backslashes and a missing slash.
  if (!/^https?:\/\/[^\s\\/]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare =
    !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash && !/[?#@]/.test(text);
  return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}

/**
 * Origin and path of a base URL; undefined where the text is anything else. The path is empty, or begins with a slash
 * and ends without one; its segments need no escaping, and none begins with a dot.
 */
export function originAndPathOf(
  text: string,
): { readonly origin: string; readonly path: string } | undefined {
  const [, base = '', path = ''] = /^(https?:\/\/[^/]+)((?:\/(?!\.)[A-Za-z0-9._~-]+)*)\/?$/i.exec(text) ?? [];
  const origin = originOf(base);
  return origin === undefined ? undefined : { origin, path };
}

/** Suffixes of private names: RFC 6761, RFC 6762, RFC 8375, and those that ICANN reserved or never delegated. */
const privateNames =
  /(^|\.)(localhost|localdomain|local|internal|private|intranet|corp|home|lan|svc|home\.arpa)$/;

/**
 * The problem of an upstream origin, or undefined. Accepted: https to a public name (judged by its spelling), and
 * loopback if allowed.
 */
export function originProblem(origin: string, allowLoopback: boolean): string | undefined {
  const problem = allowLoopback && isLoopback(origin) ? undefined : notPublic(origin);
  return problem && `Expected https to a public name, but ${problem}.`;
}

function notPublic(origin: string): string | undefined {
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'https:') return 'it is not https';
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (isIP(host)) return 'it is an address, not a name';
  if (!host.includes('.') || privateNames.test(host)) {
    return 'it is not a public name';
  }
  return undefined;
}

/** True for an origin on the loopback interface. */
export function isLoopback(origin: string): boolean {
  return isLoopbackHost(new URL(origin).hostname);
}

/** True for a loopback host name or address. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/.test(host);
}
