import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { HttpClient } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';

/** Milliseconds for which a key set is used without looking for a newer one: jose's own cacheMaxAge. */
const freshMs = 600_000;

/** Milliseconds after a look in which a key that is not there is not looked for again: jose's cooldownDuration. */
const cooldownMs = 30_000;

/** Milliseconds after a look that failed before the next one. Our own choice. */
const retryMs = 5_000;

/** Milliseconds for which a key set still serves while its server cannot be reached. Our own choice. */
const usableMs = 24 * 60 * 60 * 1000;

/** Milliseconds that one look may take: whoever waits for it is to be answered within two seconds. Our own choice. */
const lookMs = 1_500;

/** The keys cannot be had now, so a token can be neither trusted nor refused. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  /** Seconds after which it is worth asking again. */
  readonly retryAfterSeconds = retryMs / 1000;
}

/** The published keys of one issuer. */
export interface Jwks {
  /**
   * The key that a token's header names.
   * @throws KeysUnavailable, or jose's JWKSNoMatchingKey where the issuer has no such key
   */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
  /** The key set as it was last fetched, as long as `find` would not look for a newer one; always the same object. */
  fresh(): KeySet | undefined;
  close(): Promise<void>;
}

/** A key set at one time. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The keys at `path` of the client's origin. They are fetched when first needed and kept; a key that is not among
 * them has them fetched again, at most once a cooldown however many tokens name it. While the server is down the
 * keys that are known serve on. (jose's remote key set does neither: it asks at every request while the server
 * is down, and then knows no key.) `now`: the clock, in milliseconds.
 */
export function createJwks(
  client: HttpClient,
  path: string,
  now: () => number = () => performance.now(),
): Jwks {
  let keys: KeySet | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failing = false;
  let looking: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    triedAt = now();
    const time = { deadline: createDeadline(lookMs) };
    const answer = await client.send({ method: 'GET', path, headers: { accept: 'application/json' } }, time);
    const found = answer.kind === 'answered' && answer.status === 200 ? keySetIn(answer.body) : undefined;
    failing = found === undefined;
    if (!found) return;
    keys = found;
    fetchedAt = triedAt;
  }

  /** Looks for newer keys, unless somebody just did. */
  async function look(): Promise<void> {
    if (now() - triedAt < (failing ? retryMs : cooldownMs)) return looking;
    looking ??= fetchKeys().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    async find(header, token) {
      if (now() - fetchedAt > freshMs) await look();
      if (now() - fetchedAt > usableMs) keys = undefined;
      if (keys) {
        try {
          return await keys(header, token);
        } catch (error) {
          if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        }
      }
      await look();
      if (!keys || failing) throw new KeysUnavailable();
      return keys(header, token);
    },
    fresh: () => (now() - fetchedAt > freshMs ? undefined : keys),
    close: () => client.close(),
  };
}

function keySetIn(body: string): KeySet | undefined {
  try {
    return createLocalJWKSet(JSON.parse(body));
  } catch {
    return undefined;
  }
}
