import { own } from '../harness/fault-answers.ts';
import { type Fault, type FaultProxy, startFaultProxy, type WireRequest } from '../harness/fault-proxy.ts';
import type { WireWrite } from './checker.ts';

/** What is known of a request: whose it is, if it is a user's, and whether it writes. */
export interface Recognised {
  readonly userId: string | undefined;
  readonly isWrite: boolean;
}

/** A fault proxy that records who was written. */
export interface RecordingProxy extends FaultProxy {
  /** Every write request that arrived; of a request for many, one for each user. */
  readonly wire: readonly WireWrite[];
}

/** Opens a proxy of the emulator `store` at `target`. `faultOf` is asked once for each request. */
export async function openRecordingProxy(
  store: string,
  target: string,
  faultOf: (request: WireRequest, recognised: Recognised) => Fault | undefined,
  { keepAlive = true }: { readonly keepAlive?: boolean } = {},
): Promise<RecordingProxy> {
  const proxy = await startFaultProxy();
  const pass: Fault = keepAlive
    ? { delivered: true }
    : { delivered: true, answer: own({ connection: 'close' }) };
  proxy.passTo(target);
  proxy.fault = (request) =>
    faultOf(request, { userId: userIdIn(request), isWrite: request.isWrite }) ?? pass;
  return Object.defineProperty(proxy, 'wire', {
    get: () => proxy.requests.flatMap((request) => writesIn(store, request)),
  }) as RecordingProxy;
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
