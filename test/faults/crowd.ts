import { Worker } from 'node:worker_threads';
import manifest from '../../package.json' with { type: 'json' };
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { startIssuer } from '../../src/sandbox/issuer.ts';
import { type ListeningProcess, openFolder, startProcess } from '../harness/process.ts';
import { drawInt } from './draw.ts';
import type { HostileOrder, HostileReport } from './hostile.ts';
import { type Store, stores, userIdOf } from './providers.ts';
import { openRecordedProviders, type RecordedProviders } from './recording-proxy.ts';

/** Somebody with a token. */
export interface Caller {
  readonly name: string;
  readonly token: string;
  /** The ids of the users whom they patch: those of nobody else. */
  readonly ids: readonly string[];
}

/** What differs from the defaults. */
interface Changes {
  /** The quota of each directory. */
  readonly perMinute: number;
  readonly limits?: object;
}

/** Callers with tokens before one process, and emulators behind it. */
export interface Crowd {
  readonly providers: RecordedProviders;
  /** Milliseconds in which a caller has an answer, as they measure it. */
  readonly withinMs: number;
  /** Starts a process on the crowd's one journal. */
  start(changes: Changes): Promise<ListeningProcess>;
  /** A caller of a kind, with so many users of each directory; one with a profile has one user. */
  caller(kind: CallerKind, users: number): Promise<Caller>;
  /** What was printed, by all processes. */
  lines(): readonly string[];
  close(): Promise<void>;
}

export const callerKinds = ['support-desk', 'gateway', 'front-end'] as const;
export type CallerKind = (typeof callerKinds)[number];

/** Long enough on a busy machine. */
const limits = { deadlineMs: 5_000, readBackMs: 1_500 };

/** As `npm start` has them: they bound its memory. */
const [, nodeOptions = ''] = /^node (.*) src\/main\.ts$/.exec(manifest.scripts.start) ?? [];

/** Opens it with so many users in each directory. */
export async function openCrowd(seed: string, users: number): Promise<Crowd> {
  const issuer = await startIssuer();
  const providers = await openRecordedProviders(users, () => ({ target }) => {
    const [after, answerAfter] = [drawInt(0, 15, seed, target), drawInt(0, 15, target, seed)];
    return { delivered: true, after, answerAfter };
  });
  const folder = openFolder();
  const processes: ListeningProcess[] = [];
  const jwt = Object.values(sandboxCallers).map((one) => {
    return { ...one, issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true };
  });
  let [callers, taken] = [0, 0];

  const claimsOf = (kind: CallerKind, sub: string, userId: string) => {
    switch (kind) {
      case 'support-desk':
        return { aud: 'idpatch-support', sub, roles: ['agent'], desks: stores };
      case 'gateway':
        return { aud: 'idpatch-gateway', sub, scope: 'users:read users:write' };
      case 'front-end':
        return { aud: 'idpatch-profile', sub: userId };
    }
  };
  return {
    providers,
    withinMs: limits.deadlineMs + 500,
    async start({ perMinute, limits: changes }) {
      const directories = Object.entries(providers.directories).map(([name, directory]) => {
        return [name, { ...directory, pace: { perMinute } }] as const;
      });
      const configuration = {
        ...{ callers: { jwt }, directories: Object.fromEntries(directories) },
        ...{ journal: { sqlite: `${folder.path}/journal.db` }, limits: { ...limits, ...changes } },
      };
      const environment = { ...providers.environment, NODE_OPTIONS: nodeOptions };
      const one = await startProcess(configuration, environment, folder.path);
      processes.push(one);
      return one;
    },
    async caller(kind, count) {
      const own = Array.from({ length: kind === 'front-end' ? 1 : count }, (_, nth) => taken + nth);
      taken += own.length;
      callers += 1;
      const name = `${kind}-${callers}`;
      const idOf = (store: Store, nth: number) => `${store}:${userIdOf(store, nth)}`;
      const ids = own.flatMap((nth) =>
        (kind === 'front-end' ? ['customers' as const] : stores).map((store) => idOf(store, nth)),
      );
      const token = await issuer.token(claimsOf(kind, name, userIdOf('customers', own[0] ?? 0)));
      return { name, token, ids };
    },
    lines: () => processes.flatMap(({ lines }) => lines),
    async close() {
      await Promise.all(processes.map((one) => one.kill()));
      await providers.close();
      await issuer.close();
      folder.remove();
    },
  };
}

/** Lets a caller be hostile, in a thread of their own: so that nobody else is measured with what it costs them. */
export function letLoose(order: HostileOrder): Promise<HostileReport> {
  const { promise, resolve, reject } = Promise.withResolvers<HostileReport>();
  const worker = new Worker(new URL('./hostile.ts', import.meta.url), { workerData: order });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('It ended without a report.')));
  return promise;
}
