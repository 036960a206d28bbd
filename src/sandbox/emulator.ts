import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived at an emulator. `url` is the raw request target, still percent-encoded. */
export interface EmulatorRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What an emulator answers: `body` is sent as JSON, a string as it is, nothing where it is left out. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * One change of one user, appended in the same step that changes the emulator's state: the oracle for
 * what was really written. `change` has the provider's own member names with the values now stored; a
 * value that was taken away is `null`.
 */
export interface WriteLogEntry {
  readonly userId: string;
  readonly change: Readonly<Record<string, unknown>>;
}

/** What every emulator takes, beside its own settings. */
export interface EmulatorHooks {
  /**
   * Asked before the emulator looks at a request: a response is sent in its place and the emulator's
   * state is untouched. For tests of answers that a well-meaning emulator never gives.
   */
  readonly intercept?: (request: EmulatorRequest) => EmulatorResponse | undefined;
  /**
   * Makes the emulator lie: what it returns is stored (and logged) in place of the change that was asked
   * for. For tests that a write which does not show is noticed.
   */
  readonly distort?: (entry: WriteLogEntry) => WriteLogEntry['change'];
  /** The emulator's clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** A provider on real loopback HTTP, as far as a caller can tell. */
export interface Emulator {
  /** `http://127.0.0.1:<free port>`, without a trailing slash. */
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly requests: EmulatorRequest[];
  /** Every change that was made, in order. */
  readonly writes: WriteLogEntry[];
  /** The users as stored, by their id, in the provider's own wire form. A copy: changing it changes nothing. */
  users(): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

/**
 * Serves `answer` on a free port of 127.0.0.1 and keeps every request that arrives.
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
    const body =
      response.body === undefined
        ? ''
        : typeof response.body === 'string'
          ? response.body
          : JSON.stringify(response.body);
    outgoing.writeHead(response.status, { 'content-type': 'application/json', ...response.headers });
    outgoing.end(body);
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

/** A user to start with, in words that no provider owns; each emulator turns it into its own wire form. */
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
  readonly status: 'enabled' | 'disabled' | 'invited' | 'expired';
  readonly roleNames?: readonly string[];
  readonly tenants?: readonly { readonly tenantId: string; readonly roleNames: readonly string[] }[];
  readonly ssoAppIds?: readonly string[];
  /** In the provider's own value types: EIAM has strings only. */
  readonly customFields?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}
