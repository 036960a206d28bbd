import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { HttpClient } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';

/** Milliseconds for which a fetched key set counts as fresh: jose's own cacheMaxAge. */
const freshMs = 600_000;

/** Milliseconds between two fetches for unknown keys: jose's cooldownDuration. */
const cooldownMs = 30_000;

/** Milliseconds between a failed fetch and the next. Our own choice. */
const retryMs = 5_000;

/** Milliseconds for which a stale key set is still used while its server is unreachable. Our own choice. */
const usableMs = 24 * 60 * 60 * 1000;

/** Timeout of one fetch (ms): a request that waits for it must be answered within two seconds. Our own choice. */
const fetchTimeoutMs = 1_500;

/** The key set is unavailable, so a token can be neither accepted nor refused. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  /** For the Retry-After header. */
  readonly retryAfterSeconds = retryMs / 1000;
}

/** The published keys of one issuer. */
export interface Jwks {
  /**
   * The key that a token's header names.
   * @throws KeysUnavailable, or jose's JWKSNoMatchingKey where the issuer has no such key
   */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
  /** The last fetched key set while it is fresh; the same object until the next fetch. */
  fresh(): KeySet | undefined;
  close(): Promise<void>;
}

/** One fetched version of a key set. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The key set at `path` of the client's origin: fetched on first use and cached. An unknown key causes a new fetch,
 * at most one per cooldown whatever number of tokens name it. While the server is down the cached keys stay in use.
 * (jose's createRemoteJWKSet does neither: it fetches on every request while the server is down, and then has no
 * keys.) `now`: a monotonic clock in milliseconds.
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
  let refreshing: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    triedAt = now();
    const time = { deadline: createDeadline(fetchTimeoutMs) };
    const answer = await client.send({ method: 'GET', path, headers: { accept: 'application/json' } }, time);
    const found = answer.kind === 'answered' && answer.status === 200 ? keySetIn(answer.body) : undefined;
    failing = found === undefined;
    if (!found) return;
    keys = found;
    fetchedAt = triedAt;
  }

  /** Fetches the key set, outside of the cooldown; concurrent callers share one fetch. */
  async function refresh(): Promise<void> {
    if (now() - triedAt < (failing ? retryMs : cooldownMs)) return refreshing;
    refreshing ??= fetchKeys().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    async find(header, token) {
      if (now() - fetchedAt > freshMs) await refresh();
      if (now() - fetchedAt > usableMs) keys = undefined;
      if (keys) {
        try {
          return await keys(header, token);
        } catch (error) {
          if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        }
      }
      await refresh();
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
