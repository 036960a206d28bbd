import { createHash, createHmac } from 'node:crypto';
import type { EmulatorRequest } from '../emulator.ts';
import { EiamRefusal } from './rules.ts';

/** Whose signatures are accepted. A `securityToken` makes the key a temporary one. */
export interface Acs3Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

const algorithm = 'ACS3-HMAC-SHA256';
const tolerance = 15 * 60 * 1000;
const mustBeSigned = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
];

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** RFC 3986: everything but `A-Za-z0-9-_.~`, byte by byte. */
const encode = (text: string) =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

const byPlainName = ([a]: readonly [string, string], [b]: readonly [string, string]) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The decoded pairs of a request target's query, in their order; `+` is a space. Throws on a broken escape. */
export function queryPairs(url: string): (readonly [string, string])[] {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1);
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

/** The canonical request of the published V3 signature, over the headers that the caller says it signed. */
export function canonicalRequest(request: EmulatorRequest, signedHeaders: readonly string[]): string {
  const [path = ''] = request.url.split('?', 1);
  const query = queryPairs(request.url)
    .sort(byPlainName)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const uri = path.split('/').map((segment) => encode(decodeURIComponent(segment)));
  const headers = signedHeaders
    .map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
    .join('');
  const lines = [
    request.method,
    uri.join('/') || '/',
    query,
    headers,
    signedHeaders.join(';'),
    sha256(request.body),
  ];
  return lines.join('\n');
}

/** The string to sign and its signature. */
export function acs3Signature(canonical: string, accessKeySecret: string) {
  const stringToSign = `${algorithm}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', accessKeySecret).update(stringToSign, 'utf8').digest('hex');
  return { stringToSign, signature };
}

/** Throws the gateway's refusal unless the request is signed with the key, in time, and for the first time. */
export function createAcs3Verifier(key: Acs3Key, now: () => number): (request: EmulatorRequest) => void {
  const nonces = new Set<string>();
  const incomplete = (message: string) => new EiamRefusal(400, 'IncompleteSignature', message);

  return (request) => {
    const header = (name: string) => String(request.headers[name] ?? '');
    const authorization =
      /^ACS3-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
    const [, credential, names = '', signature] = authorization.exec(header('authorization')) ?? [];
    if (credential === undefined) throw incomplete(`The request is not signed with ${algorithm}.`);
    const signedHeaders = names.split(';');
    const token = request.headers['x-acs-security-token'];
    const sorted = signedHeaders.every(
      (name, at) => name === name.toLowerCase() && (at === 0 || name > (signedHeaders[at - 1] ?? '')),
    );
    if (!sorted) throw incomplete('SignedHeaders is not sorted or not in lower case.');
    for (const name of [...mustBeSigned, ...(token === undefined ? [] : ['x-acs-security-token'])]) {
      if (!signedHeaders.includes(name) || header(name) === '')
        throw incomplete(`The header ${name} is not signed.`);
    }
    const date = header('x-acs-date');
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) || Number.isNaN(Date.parse(date))) {
      throw new EiamRefusal(
        400,
        'InvalidTimeStamp.Format',
        'Specified time stamp or date value is not well formatted.',
      );
    }
    if (Math.abs(now() - Date.parse(date)) > tolerance) {
      throw new EiamRefusal(
        400,
        'InvalidTimeStamp.Expired',
        'Specified time stamp or date value is expired.',
      );
    }
    if (credential !== key.accessKeyId) {
      throw new EiamRefusal(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
    }
    if (token !== key.securityToken) {
      throw new EiamRefusal(
        400,
        'InvalidSecurityToken.MismatchWithAccessKey',
        'Specified SecurityToken mismatches.',
      );
    }
    let canonical: string;
    try {
      canonical = canonicalRequest(request, signedHeaders);
    } catch {
      throw new EiamRefusal(400, 'SignatureDoesNotMatch', `The query cannot be decoded: ${request.url}`);
    }
    const ours = acs3Signature(canonical, key.accessKeySecret);
    if (ours.signature !== signature || header('x-acs-content-sha256') !== sha256(request.body)) {
      const message = `Specified signature does not match our calculation. server string to sign is: [${ours.stringToSign}], server CanonicalRequest is: [${canonical}]`;
      throw new EiamRefusal(400, 'SignatureDoesNotMatch', message);
    }
    const nonce = header('x-acs-signature-nonce');
    if (nonces.has(nonce)) {
      throw new EiamRefusal(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    }
    nonces.add(nonce);
  };
}
