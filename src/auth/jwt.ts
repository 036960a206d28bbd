import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import type { Issuer } from './config.ts';
import { type Jwks, type KeySet, KeysUnavailable } from './jwks.ts';

/** An issuer together with its keys. */
export interface TrustedIssuer {
  readonly settings: Issuer;
  readonly keys: Jwks;
}

/** A token that does not say who asks. `reason` is for the log: it repeats nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly reason: string;
  constructor(reason: string) {
    super('The token is refused.');
    this.reason = reason;
  }
}

/** A token's payload, and the issuer that vouches for it. `sub` is there and says something. */
export interface Verified {
  readonly issuer: TrustedIssuer;
  readonly claims: JWTPayload & { readonly sub: string };
  /** The keys that it was verified by, where no others came in between. */
  readonly keySet: KeySet | undefined;
}

/** Headers by which a token brings its own key along. The issuer's key set is the only place for keys. */
const keyHeaders = ['jku', 'x5u', 'jwk'];

/**
 * Verifies an access token (a JWS in compact form, RFC 7519) by the key set of the issuer that it names, with
 * exp, iat and sub required.
 * @throws TokenRefused, KeysUnavailable
 */
export async function verifyToken(token: string, issuers: readonly TrustedIssuer[]): Promise<Verified> {
  const issuer = issuerOf(token, issuers);
  const { settings, keys } = issuer;
  try {
    const before = keys.fresh();
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      clockTolerance: settings.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const { sub, iat = 0, exp, nbf = 0 } = payload;
    // JSON's 1e400 is Infinity here: an exp that never comes.
    if (![iat, exp, nbf].every(Number.isFinite)) throw new TokenRefused('a time beyond every number');
    if (iat > Date.now() / 1000 + settings.clockToleranceSeconds) throw new TokenRefused('iat is to come');
    if (!isSubject(sub)) throw new TokenRefused('sub says nothing');
    const keySet = keys.fresh();
    return { issuer, claims: { ...payload, sub }, keySet: keySet === before ? keySet : undefined };
  } catch (error) {
    if (error instanceof KeysUnavailable || error instanceof TokenRefused) throw error;
    throw new TokenRefused(codeOf(error));
  }
}

/** Chooses by what the token says of itself, which is believed for nothing else. */
function issuerOf(token: string, issuers: readonly TrustedIssuer[]): TrustedIssuer {
  const { iss, aud, typ, brought } = claimsOf(token);
  if (brought) throw new TokenRefused('it brings a key');
  const audiences: unknown[] = [aud].flat();
  const found = issuers.find(
    ({ settings }) => settings.issuer === iss && audiences.includes(settings.audience),
  );
  if (!found) throw new TokenRefused('no such issuer and audience');
  if (!found.settings.typ.some((one) => mediaType(one) === mediaType(typ))) {
    throw new TokenRefused('another typ');
  }
  return found;
}

function claimsOf(token: string) {
  try {
    const header = decodeProtectedHeader(token);
    const { iss, aud } = decodeJwt(token);
    return { iss, aud, typ: header.typ, brought: keyHeaders.some((name) => Object.hasOwn(header, name)) };
  } catch {
    throw new TokenRefused('no token');
  }
}

/** `application/` may be left out, and letters are large or small: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9 */
function mediaType(typ: unknown): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
}

/** 1 to 255 characters, as OpenID Connect has it, all of them printable: it stands in the log and in the journal. */
function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(sub) && sub.trim() !== '';
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'cannot be verified';
}
