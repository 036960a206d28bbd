import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import type { Issuer } from './config.ts';
import { type Jwks, type KeySet, KeysUnavailable } from './jwks.ts';

/** A configured issuer and its key set. */
export interface TrustedIssuer {
  readonly settings: Issuer;
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
  /** The key set that verified it; undefined if the key set changed meanwhile. */
  readonly keySet: KeySet | undefined;
}

/** Header parameters that carry or name the token's own key. Only keys of the issuer's key set are trusted. */
const keyHeaders = ['jku', 'x5u', 'jwk'];

/**
 * Verifies an access token (RFC 7519, in JWS compact serialization) with the key set of the issuer that it names;
 * exp, iat and sub are required.
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
    // JSON.parse gives Infinity for 1e400: such a token would never expire.
    if (![iat, exp, nbf].every(Number.isFinite)) throw new TokenRefused('exp, iat or nbf is not finite');
    if (iat > Date.now() / 1000 + settings.clockToleranceSeconds)
      throw new TokenRefused('iat is in the future');
    if (!isSubject(sub)) throw new TokenRefused('sub is not valid');
    const keySet = keys.fresh();
    return { issuer, claims: { ...payload, sub }, keySet: keySet === before ? keySet : undefined };
  } catch (error) {
    if (error instanceof KeysUnavailable || error instanceof TokenRefused) throw error;
    throw new TokenRefused(codeOf(error));
  }
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
