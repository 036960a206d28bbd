import { lines } from './raw.ts';

/** What every answer says to a browser; only GraphiQL's page has another Content-Security-Policy. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** What is said of requests that are answered before GraphQL looks at them. */
export const says = {
  unreadable: 'Malformed HTTP request.',
  notWellFormed: 'The request line or a header is malformed, or a header is repeated.',
  tooLong: 'The request line and the headers are too long.',
  tooSlow: 'The request took too long to arrive.',
  expect: 'The only supported value of Expect is 100-continue.',
  nothingHere: 'Not found: the path is /graphql.',
  usePost: 'Use POST.',
  useGet: 'Use GET.',
  getNeedsToken: 'Use POST: GET requires a token.',
  foreign: 'Origin not allowed: it is not in server.cors.',
  loopbackName: 'Without a token the Host header must be a loopback name: localhost, 127.0.0.1 or [::1].',
} as const;

/** The body of such an answer. */
export function refusal(code: string, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

/** A patch that is APPLIED where it gets through. */
export function mutation(userId: string): string {
  return `mutation { patchUser(input: { user: { id: "${userId}" }, patch: { displayName: "Ada" } }) { outcome } }`;
}

/** A POST of GraphQL as it goes over the wire; `headers` come before those that such a POST has. */
export function post(query: string, headers: readonly string[] = ['Host: localhost'], target = '/graphql') {
  const body = JSON.stringify({ query });
  return lines(
    [
      `POST ${target} HTTP/1.1`,
      ...headers,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ],
    body,
  );
}
