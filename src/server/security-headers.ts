import { isLoopbackHost } from '../settings/origin.ts';

/** https://owasp.org/www-project-secure-headers */
const always = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * The headers of every response of a server that listens on this host, with HSTS if it is not a loopback host. A browser
 * honours HSTS only over the https of a proxy in front of idpatch.
 */
export function securityHeaders(host: string): Readonly<Record<string, string>> {
  return isLoopbackHost(host) ? always : { ...always, 'strict-transport-security': 'max-age=31536000' };
}
