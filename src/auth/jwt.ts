import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Issuer } from './config.ts';
import { type Jwks, type KeySet, KeysUnavailable } from './jwks.ts';

/** A configured issuer and its key set. */
export interface TrustedIssuer {
  readonly settings: Issuer;
  /** True if no other entry has the issuer with another audience. */
  readonly isOnlyAudience: boolean;
  readonly keys: Jwks;
}

/** The token is not valid. The message is for the log and contains nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** The claims of a verified token and its issuer. `sub` is never empty. */
export interface Verified {
  readonly issuer: TrustedIssuer;
  readonly claims: JWTPayload & { readonly sub: string };
  /** The key set that verified it. */
  readonly keySet: KeySet;
}

/** Header parameters that carry or name the token's own key. Only keys of the issuer's key set are trusted. */
const keyHeaders = ['jku', 'x5u', 'jwk'];

/** Maximum number of keys that are tried for one token. Our own choice. */
const maxKeys = 10;

/**
 * Verifies an access token (RFC 7519, in JWS compact serialization) with the key set of the issuer that it names;
 * exp, iat and sub are required.
 * @throws TokenRefused, KeysUnavailable
 */
export async function verifyToken(token: string, issuers: readonly TrustedIssuer[]): Promise<Verified> {
  const issuer = issuerOf(token, issuers);
  const { settings, keys } = issuer;
  try {
    const options = {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      clockTolerance: settings.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub'],
    };
    const { payload, keySet } = await keys.withKeys(async (keySet) => ({
      ...(await verifyWith(token, keySet, options)),
      keySet,
    }));
    const { sub, iat = 0, exp, nbf = 0 } = payload;
    // JSON.parse gives Infinity for 1e400: such a token would never expire.
    if (![iat, exp, nbf].every(Number.isFinite)) throw new TokenRefused('exp, iat or nbf is not finite');
    if (iat > Date.now() / 1000 + settings.clockToleranceSeconds)
      throw new TokenRefused('iat is in the future');
    if (!isSubject(sub)) throw new TokenRefused('sub is not valid');
    return { issuer, claims: { ...payload, sub }, keySet };
  } catch (error) {
    if (error instanceof KeysUnavailable || error instanceof TokenRefused) throw error;
    throw new TokenRefused(codeOf(error));
  }
}

/** Verifies with each key of the set that fits. @throws JWKSNoMatchingKey where the token's key may be in a newer set */
async function verifyWith(token: string, keySet: KeySet, options: JWTVerifyOptions) {
  let failure: unknown;
  try {
    return await jwtVerify(token, keySet, options);
  } catch (error) {
    failure = error;
  }
  if (failure instanceof errors.JWKSMultipleMatchingKeys) {
    const candidates = failure;
    failure = new errors.JWSSignatureVerificationFailed();
    let tried = 0;
    for await (const key of candidates) {
      try {
        return await jwtVerify(token, key, options);
      } catch (error) {
        if (!isBadSignature(error)) failure = error;
      }
      tried += 1;
      if (tried === maxKeys) break;
    }
  }
  // A new kid is how an issuer signals a new key: without a kid nothing tells whether the key is new.
  // https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4
  const mayBeNew = isBadSignature(failure) && decodeProtectedHeader(token).kid === undefined;
  throw mayBeNew ? new errors.JWKSNoMatchingKey() : failure;
}

function isBadSignature(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed;
}

/** Selects the issuer by the unverified iss, aud and typ, which are trusted for nothing else. */
function issuerOf(token: string, issuers: readonly TrustedIssuer[]): TrustedIssuer {
  const { iss, aud, typ, hasOwnKey } = unverifiedClaims(token);
  if (hasOwnKey) throw new TokenRefused('jku, x5u or jwk in the header');
  const audiences: unknown[] = [aud].flat();
  const found = issuers.find(
    ({ settings }) => settings.issuer === iss && audiences.includes(settings.audience),
  );
  if (!found) throw new TokenRefused('unknown issuer or audience');
  if (!found.settings.typ.some((one) => mediaType(one) === mediaType(typ))) {
    throw new TokenRefused('typ is not accepted');
  }
  return found;
}

function unverifiedClaims(token: string) {
  try {
    const header = decodeProtectedHeader(token);
    const { iss, aud } = decodeJwt(token);
    return { iss, aud, typ: header.typ, hasOwnKey: keyHeaders.some((name) => Object.hasOwn(header, name)) };
  } catch {
    throw new TokenRefused('malformed token');
  }
}

/** Case-insensitive, `application/` is optional: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9 */
function mediaType(typ: unknown): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
}

/** 1 to 255 characters (OpenID Connect Core, section 2), printable because log and journal contain it. */
function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && /^[\x20-\x7e]{1,255}$/.test(sub) && sub.trim() !== '';
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'verification failed';
}
