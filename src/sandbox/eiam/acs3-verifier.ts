import { createHash, createHmac } from 'node:crypto';
import type { EmulatorRequest } from '../emulator.ts';
import { EiamRefusal } from './rules.ts';

/** The key whose signatures are accepted. A `securityToken` makes it a temporary one. */
export interface Acs3Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

const algorithm = 'ACS3-HMAC-SHA256';
const toleranceMs = 15 * 60 * 1000;
const mustBeSigned =
  'host x-acs-action x-acs-version x-acs-date x-acs-signature-nonce x-acs-content-sha256'.split(' ');

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** RFC 3986: everything but `A-Za-z0-9-_.~`, byte by byte. */
const encode = (text: string) =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      const hex = byte.toString(16).toUpperCase().padStart(2, '0');
      return /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${hex}`;
    })
    .join('');

/** The canonical request of the published V3 signature, over the headers that the request names as signed. */
function canonicalRequest(request: EmulatorRequest, signedHeaders: readonly string[]): string {
  const [path = '', search = ''] = request.url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  parameters.sort();
  const query = [...parameters].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const headers = signedHeaders.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const names = signedHeaders.join(';');
  return [request.method, path, query, headers.join(''), names, sha256(request.body)].join('\n');
}

/** The string to sign and its signature. */
function acs3Signature(canonical: string, accessKeySecret: string) {
  const stringToSign = `${algorithm}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', accessKeySecret).update(stringToSign, 'utf8').digest('hex');
  return { stringToSign, signature };
}

/** Throws the gateway's refusal unless the request is signed with the key, in time, and for the first time. */
export function createAcs3Verifier(
  keyNow: () => Acs3Key,
  now: () => number,
): (request: EmulatorRequest) => void {
  const nonces = new Set<string>();
  const refuse = (code: string, message: string, status = 400): never => {
    throw new EiamRefusal(status, code, message);
  };

  return (request) => {
    const key = keyNow();
    const header = (name: string) => String(request.headers[name] ?? '');
    const authorization =
      /^ACS3-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
    const [, credential, names = '', signature] = authorization.exec(header('authorization')) ?? [];
    const incomplete = (message: string) => refuse('IncompleteSignature', message);
    if (credential === undefined) incomplete(`The request is not signed with ${algorithm}.`);
    const signedHeaders = names.split(';');
    if (names !== names.toLowerCase() || names !== signedHeaders.toSorted().join(';'))
      incomplete('SignedHeaders is not sorted or not in lower case.');
    const token = request.headers['x-acs-security-token'];
    for (const name of [...mustBeSigned, ...(token === undefined ? [] : ['x-acs-security-token'])])
      if (!signedHeaders.includes(name) || header(name) === '')
        incomplete(`The header ${name} is not signed.`);
    const date = header('x-acs-date');
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) || Number.isNaN(Date.parse(date)))
      refuse('InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
    if (Math.abs(now() - Date.parse(date)) > toleranceMs)
      refuse('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
    if (credential !== key.accessKeyId)
      refuse('InvalidAccessKeyId.NotFound', 'Specified access key is not found.', 404);
    if (token !== key.securityToken)
      refuse('InvalidSecurityToken.MismatchWithAccessKey', 'Specified SecurityToken mismatches.');
    const canonical = canonicalRequest(request, signedHeaders);
    const ours = acs3Signature(canonical, key.accessKeySecret);
    if (ours.signature !== signature || header('x-acs-content-sha256') !== sha256(request.body))
      refuse(
        'SignatureDoesNotMatch',
        `Specified signature does not match our calculation. server string to sign is: [${ours.stringToSign}], server CanonicalRequest is: [${canonical}]`,
      );
    const nonce = header('x-acs-signature-nonce');
    if (nonces.has(nonce)) refuse('SignatureNonceUsed', 'Specified signature nonce was used already.');
    nonces.add(nonce);
  };
}
