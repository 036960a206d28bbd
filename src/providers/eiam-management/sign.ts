import { createHmac, hash } from 'node:crypto';

/** An access key, with a security token where the key is temporary. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** What is signed. `host` as in the Host header: with the port where it is not the protocol's default. */
export interface UnsignedRequest {
  readonly method: string;
  readonly host: string;
  readonly action: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
  /** The time of the signature; the service accepts 15 minutes either way. */
  readonly date: Date;
  /** The service refuses a nonce that it has seen. */
  readonly nonce: string;
}

/** The query as it was signed, and the headers with Authorization. */
export interface SignedRequest {
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

const algorithm = 'ACS3-HMAC-SHA256';
const hashOfNothing = hash('sha256', '');

/**
 * Signs a request with an empty body by Alibaba Cloud's signature V3:
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature.
 * test/providers/sign.test.ts checks it against the published example and the official signer.
 */
export function sign(request: UnsignedRequest, credentials: Credentials): SignedRequest {
  const query = canonicalQuery(request.query);
  const unsigned: Record<string, string> = {
    host: request.host,
    'x-acs-action': request.action,
    'x-acs-content-sha256': hashOfNothing,
    'x-acs-date': `${request.date.toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': request.nonce,
    'x-acs-version': request.version,
    ...(credentials.securityToken ? { 'x-acs-security-token': credentials.securityToken } : {}),
  };
  const { canonical, names } = canonicalRequest(request.method, query, unsigned);
  const signature = createHmac('sha256', credentials.accessKeySecret)
    .update(`${algorithm}\n${hash('sha256', canonical)}`)
    .digest('hex');
  return {
    query,
    headers: {
      ...unsigned,
      authorization: `${algorithm} Credential=${credentials.accessKeyId},SignedHeaders=${names},Signature=${signature}`,
    },
  };
}

/** The text whose hash is signed, and the names of the signed headers. A blank line ends the block of headers. */
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
