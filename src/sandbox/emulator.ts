import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived at an emulator. `url` is the raw request target, still percent-encoded. */
export interface EmulatorRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An emulator's response. `body` is sent as JSON; a string is sent as it is. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * One change of one user, logged in the same step that stores it: the oracle for what was really written.
 * `change` has the provider's own member names and the values now stored, `null` for a value that was removed.
 */
export interface WriteLogEntry {
  readonly userId: string;
  readonly change: Readonly<Record<string, unknown>>;
}

/** Settings of every emulator. */
export interface EmulatorHooks {
  /**
   * Called before a request is handled. A response that it returns is sent instead, and the request has no effect:
   * for tests of answers that the emulator never gives.
   */
  readonly intercept?: (request: EmulatorRequest) => EmulatorResponse | undefined;
  /**
   * Returns the change that is stored and logged instead of the requested one: for tests that idpatch notices a
   * write that the provider confirms and does not store.
   */
  readonly distort?: (entry: WriteLogEntry) => WriteLogEntry['change'];
  /** Milliseconds after a write for which reads show the user as before it. Default 0. */
  readonly readLagMs?: (userId: string) => number;
  /** The emulator's clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** A provider's HTTP API on loopback. */
export interface Emulator {
  /** `http://127.0.0.1:<free port>`, without a trailing slash. */
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly requests: EmulatorRequest[];
  /** Every change that was stored, in order. */
  readonly writes: WriteLogEntry[];
  /** A copy of the stored users by id, in the provider's own wire form. */
  users(): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

/**
 * Serves `answer` on a free port of 127.0.0.1 and records every request.
 * An exception in `answer` is the emulator's own bug: it is answered 500 with its stack, so that a test shows it.
 */
export async function serveOnLoopback(
  answer: (request: EmulatorRequest) => EmulatorResponse | Promise<EmulatorResponse>,
  intercept?: EmulatorHooks['intercept'],
): Promise<Pick<Emulator, 'url' | 'requests' | 'close'>> {
  const requests: EmulatorRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request: EmulatorRequest = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(request);
    let response: EmulatorResponse;
    try {
      response = intercept?.(request) ?? (await answer(request));
    } catch (bug) {
      response = { status: 500, headers: { 'content-type': 'text/plain' }, body: (bug as Error).stack ?? '' };
    }
    const { body = '' } = response;
    outgoing.writeHead(response.status, { 'content-type': 'application/json', ...response.headers });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Reads that lag behind writes, as from a replica. */
export function createReadLag<User>(lagMs: EmulatorHooks['readLagMs'] = () => 0) {
  const hidden = new Map<string, readonly { readonly before: User; readonly until: number }[]>();
  return {
    /** A user is about to be written. */
    write(userId: string, before: User): void {
      const ms = lagMs(userId);
      if (ms > 0)
        hidden.set(userId, [...(hidden.get(userId) ?? []), { before, until: performance.now() + ms }]);
    },
    /** The user as a read shows it. */
    read(userId: string, now: User): User {
      return hidden.get(userId)?.find(({ until }) => until > performance.now())?.before ?? now;
    },
  };
}

/** A user to start with, in neutral terms; each emulator turns it into its own wire form. */
export interface SeedUser {
  readonly userId: string;
  readonly username: string;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly middleName?: string;
  readonly familyName?: string;
  readonly email?: { readonly address: string; readonly verified: boolean };
  /** `region` is the country calling code without `+`, `number` the national number, both digits only. */
  readonly phone?: { readonly region: string; readonly number: string; readonly verified: boolean };
  readonly picture?: string;
  /** Default `enabled`. */
  readonly status?: 'enabled' | 'disabled' | 'invited' | 'expired';
  readonly roleNames?: readonly string[];
  readonly tenants?: readonly { readonly tenantId: string; readonly roleNames: readonly string[] }[];
  readonly ssoAppIds?: readonly string[];
  /** In the provider's own value types: EIAM has strings only. */
  readonly customFields?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}
