import { own } from '../harness/fault-answers.ts';
import { type Fault, type FaultProxy, startFaultProxy, type WireRequest } from '../harness/fault-proxy.ts';
import type { Evidence, OperationRecord, WireWrite } from './checker.ts';
import { type Providers, type Store, startProviders, stores } from './providers.ts';

/** What is known of a request: whose it is, if it is a user's, and whether it writes. */
export interface Recognised {
  readonly userId: string | undefined;
  readonly isWrite: boolean;
}

/** What becomes of a request; undefined: it passes, unless the proxy has it fail. Asked once for each. */
type FaultOf = (request: WireRequest, recognised: Recognised) => Fault | undefined;

/** Three emulators behind proxies that record who was written. */
export interface RecordedProviders extends Providers {
  /** The directories of a configuration, and the proxies that they reach their emulators by. */
  readonly directories: Readonly<Record<string, object>>;
  readonly proxies: Readonly<Record<string, FaultProxy>>;
  /** Every write request that arrived; of a request for many, one for each user. */
  wire(): readonly WireWrite[];
  /** Resolves when nothing is on its way to an emulator any more. */
  settled(): Promise<void>;
  /** What is known of the operations. `texts`: lines of the log, and answers. */
  evidence(operations: readonly OperationRecord[], texts?: readonly string[]): Evidence;
}

/**
 * Opens them, with `count` users each. With `faultyConnections` each emulator has a second directory,
 * `<store>-connections`, whose proxy closes each connection after its answer.
 */
export async function openRecordedProviders(
  count: number,
  faultsAt: (store: Store) => FaultOf = () => () => undefined,
  { faultyConnections = false, areOdd = false } = {},
): Promise<RecordedProviders> {
  const providers = await startProviders(count, { areOdd });
  const opened: { readonly store: Store; readonly proxy: FaultProxy }[] = [];
  const proxies: Record<string, FaultProxy> = {};
  const directories: Record<string, object> = {};
  async function open(name: string, store: Store, faultOf: FaultOf): Promise<void> {
    const proxy = await startFaultProxy();
    proxy.passTo(providers.emulators[store].url);
    proxy.fault = (request) => faultOf(request, { userId: userIdIn(request), isWrite: request.isWrite });
    opened.push({ store, proxy });
    proxies[name] = proxy;
    directories[name] = providers.directory(store, proxy.url);
  }
  for (const store of stores) {
    await open(store, store, faultsAt(store));
    const closing: Fault = { delivered: true, answer: own({ connection: 'close' }) };
    if (faultyConnections) await open(`${store}-connections`, store, () => closing);
  }
  const before = new Map(stores.map((store) => [store, providers.emulators[store].users()]));
  const wire = () =>
    opened.flatMap(({ store, proxy }) => proxy.requests.flatMap((request) => writesIn(store, request)));
  return {
    ...providers,
    ...{ directories, proxies, wire },
    async settled() {
      await Promise.all(opened.map(({ proxy }) => proxy.settled()));
    },
    evidence: (operations, texts = []) => ({
      operations,
      stores: Object.fromEntries(
        stores.map((store) => {
          const { writes, users } = providers.emulators[store];
          return [store, { writes, before: before.get(store) ?? new Map(), after: users() }];
        }),
      ),
      wire: wire(),
      texts,
      unspeakable: [...Object.values(providers.environment), ...opened.flatMap(({ proxy }) => proxy.tokens)],
    }),
    async close() {
      await Promise.all(opened.map(({ proxy }) => proxy.close()));
      await providers.close();
    },
  };
}

/** The value that an operation's request carries. */
function markerIn(text: string): string | undefined {
  return /op-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0];
}

function userIdIn({ target, body }: WireRequest): string | undefined {
  return /\b(?:user_|U2)[A-Za-z0-9]{20,}/.exec(`${target} ${body}`)?.[0];
}

/** The users of a request for many, each with their part of it; undefined for any other request. */
export function usersOfMany({ target, body }: Pick<WireRequest, 'target' | 'body'>) {
  if (!target.endsWith('/patch/batch')) return undefined;
  return (JSON.parse(body) as { users: readonly { readonly userId: string }[] }).users;
}

/** Who is written, each with the value that is written. */
function writesIn(store: string, request: WireRequest): readonly WireWrite[] {
  const userId = userIdIn(request);
  if (!request.isWrite || userId === undefined) return [];
  const { from, to, target, body } = request;
  const many = usersOfMany(request)?.map((one) => ({ userId: one.userId, text: JSON.stringify(one) }));
  const one = { userId, text: `${decodeURIComponent(target)} ${body}` };
  return (many ?? [one]).map(({ userId, text }) => ({ store, userId, marker: markerIn(text), from, to }));
}
