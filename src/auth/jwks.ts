import { createLocalJWKSet, errors } from 'jose';
import type { HttpClient } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';

/** Minimum time between the starts of two fetches (ms). Our own choice. */
const fetchIntervalMs = 2_000;

/** Milliseconds for which a key set is still used while its server is unreachable. Our own choice. */
const usableMs = 24 * 60 * 60 * 1000;

/** Timeout of one fetch (ms): a request that waits for it must be answered within two seconds. Our own choice. */
const fetchTimeoutMs = 1_500;

/** The token's key is not known yet, so the token can be neither accepted nor refused. The message is for the log. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  /** For the Retry-After header: the next fetch is possible then. */
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The published keys of one issuer. */
export interface Jwks {
  /**
   * Calls `verify` with the key set; where that rejects with jose's JWKSNoMatchingKey, fetches the key set and calls it
   * again if the set is another one.
   * @throws JWKSNoMatchingKey only where a fetch that began after this call did not bring the key; else KeysUnavailable
   */
  withKeys<Result>(verify: (keys: KeySet) => Promise<Result>): Promise<Result>;
  /** The key set, unless it has to be fetched first; the same object as long as its text is the same. */
  current(): KeySet | undefined;
  close(): Promise<void>;
}

/** One version of a key set. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The key set at `path` of the client's origin: fetched on first use, in the background once it is half as old as
 * `maxAgeMs`, and for unknown keys, at most once per interval whatever number of tokens name them. While the server is
 * down the cached keys stay in use. (jose's createRemoteJWKSet does not: it fetches on every request while the server is
 * down, has no keys then, and refuses every unknown key during its cooldown.) `now`: a monotonic clock in milliseconds.
 */
export function createJwks(
  client: HttpClient,
  path: string,
  maxAgeMs: number,
  now: () => number = () => performance.now(),
): Jwks {
  let keys: KeySet | undefined;
  let text = '';
  // When the last fetch began; the last one that has ended; the last one that succeeded.
  let startedAt = Number.NEGATIVE_INFINITY;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    const since = now();
    startedAt = since;
    const time = { deadline: createDeadline(fetchTimeoutMs) };
    const answer = await client.send({ method: 'GET', path, headers: { accept: 'application/json' } }, time);
    const body = answer.kind === 'answered' && answer.status === 200 ? answer.body : '';
    // The same object: the tokens that it verified stay cached.
    const found = body === text ? keys : keySetIn(body);
    checkedAt = since;
    if (found) [keys, text, fetchedAt] = [found, body, since];
  }

  /** Fetches the key set, unless the last fetch began a moment ago; concurrent callers share one fetch. */
  async function refresh(): Promise<void> {
    if (now() - startedAt < fetchIntervalMs) return fetching;
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  const usable = () => (now() - fetchedAt > usableMs ? undefined : keys);

  function current(): KeySet | undefined {
    // A failed fetch counts: until then the server did not say that a key is withdrawn.
    const age = now() - checkedAt;
    if (age > maxAgeMs / 2 || fetchedAt < checkedAt) void refresh();
    return age > maxAgeMs ? undefined : usable();
  }

  return {
    async withKeys(verify) {
      const since = now();
      let tried: KeySet | undefined;
      let triedAt = fetchedAt;
      for (const known of [current(), undefined]) {
        if (!known) await refresh();
        const found = known ?? usable();
        triedAt = fetchedAt;
        if (!found || found === tried) continue;
        tried = found;
        try {
          return await verify(found);
        } catch (error) {
          if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        }
      }
      if (triedAt >= since) throw new errors.JWKSNoMatchingKey();
      const wait = Math.max(1, Math.ceil((startedAt + fetchIntervalMs - now()) / 1000));
      throw new KeysUnavailable(tried ? 'unknown key' : 'no key set', wait);
    },
    current,
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
