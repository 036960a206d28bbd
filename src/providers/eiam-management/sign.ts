import { createHash, createHmac } from 'node:crypto';
import type { Secret } from '../../settings/secret.ts';

/** Who signs: an access key, with a security token where it is a temporary one. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  readonly securityToken?: Secret | undefined;
}

/** What is signed. `host` as it goes over the wire, with a port that is not the protocol's own. */
export interface UnsignedRequest {
  readonly method: string;
  readonly host: string;
  readonly action: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
  /** The time of the signature; the service takes 15 minutes either way. */
  readonly date: Date;
  /** Used once: the service refuses a nonce that it has seen. */
  readonly nonce: string;
}

/** What goes over the wire: the query as it was signed, and the headers, Authorization among them. */
export interface SignedRequest {
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

const algorithm = 'ACS3-HMAC-SHA256';

/**
 * Signs a request with an empty body as Alibaba Cloud's signature V3 asks:
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature.
 * Held to the published worked example and to the official signer by test/providers/sign.test.ts.
 */
export function sign(request: UnsignedRequest, credentials: Credentials): SignedRequest {
  const query = canonicalQuery(request.query);
  const unsigned: Record<string, string> = {
    host: request.host,
    'x-acs-action': request.action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': `${request.date.toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': request.nonce,
    'x-acs-version': request.version,
    ...(credentials.securityToken ? { 'x-acs-security-token': credentials.securityToken.reveal() } : {}),
  };
  const { canonical, names } = canonicalRequest(request.method, query, unsigned);
  const signature = createHmac('sha256', credentials.accessKeySecret.reveal())
    .update(`${algorithm}\n${sha256(canonical)}`)
    .digest('hex');
  return {
    query,
    headers: {
      ...unsigned,
      authorization: `${algorithm} Credential=${credentials.accessKeyId},SignedHeaders=${names},Signature=${signature}`,
    },
  };
}

/** The text whose hash is signed, and the names of the signed headers. The blank line ends the headers' block. */
export function canonicalRequest(
  method: string,
  query: string,
  headers: Readonly<Record<string, string>>,
): { canonical: string; names: string } {
  const sorted = Object.keys(headers).sort();
  const names = sorted.join(';');
  const block = sorted.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
  return { canonical: [method, '/', query, block, names, headers['x-acs-content-sha256']].join('\n'), names };
}

/** `a=1&b=`: sorted by plain name, so that `.10.` comes before `.2.`; encoded once by RFC 3986. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters[name] ?? '')}`)
    .join('&');
}

/** RFC 3986: all but `A-Z a-z 0-9 - _ . ~`; encodeURIComponent leaves five more. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
