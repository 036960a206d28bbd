import { customers } from '../../src/sandbox/descope/customers.ts';
import type { Answer, Evidence, OperationRecord } from './checker.ts';
import { faultsAsPlanned, type PlannedOperation, planMixture } from './planned.ts';
import { startProviders } from './providers.ts';
import { openRecordingProxy } from './recording-proxy.ts';

/** A façade: what it answers its caller after sending a request as often as it likes. */
type Implementation = (send: () => Promise<number | 'no answer'>) => Promise<Answer>;

const applied: Answer = { outcome: 'APPLIED', confirmedBy: 'RESPONSE', errors: [] };
const failed: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_UNAVAILABLE patch'] };
const refused: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_REFUSED patch'] };
const unknown: Answer = { outcome: 'UNKNOWN', confirmedBy: null, errors: ['OUTCOME_UNKNOWN patch'] };

const isYes = (status: number | 'no answer') => status !== 'no answer' && status >= 200 && status < 300;
const isNo = (status: number | 'no answer') => status !== 'no answer' && status >= 400 && status < 500;

/** As an SDK with retries does it. */
export const retriesEverything: Implementation = async (send) => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const status = await send();
    if (isYes(status)) return applied;
    if (isNo(status) && status !== 429) return refused;
  }
  return unknown;
};

/** As whoever does not look does it. */
export const trustsAnyYes: Implementation = async (send) => {
  const status = await send();
  if (isYes(status)) return applied;
  return isNo(status) ? refused : unknown;
};

/** As most gateways do it: an error is an error. */
export const callsUnconfirmedFailed: Implementation = async (send) =>
  isYes(await send()) ? applied : failed;

/** The same for a request for many: what it tells each of its callers. */
type ManyImplementation = (
  send: () => Promise<ManyAnswer>,
  userIds: readonly string[],
) => Promise<readonly Answer[]>;

interface ManyAnswer {
  readonly status: number | 'no answer';
  readonly patched: readonly string[];
  readonly failed: readonly string[];
}

/** The yes to the request is a yes to everybody in it. */
export const believesTheWhole: ManyImplementation = async (send, userIds) => {
  const { status } = await send();
  return userIds.map(() => (isYes(status) ? applied : isNo(status) ? refused : unknown));
};

/** Where one failed, all did. */
export const failsTheWhole: ManyImplementation = async (send, userIds) => {
  const { status, patched, failed: some } = await send();
  const isWhole = isYes(status) && some.length === 0 && patched.length === userIds.length;
  return userIds.map(() => (isWhole ? applied : status === 'no answer' ? unknown : failed));
};

/** Takes each result for the user in its place of the request. */
export const goesByPlace: ManyImplementation = async (send, userIds) => {
  const { status, patched } = await send();
  return userIds.map((_, index) => (!isYes(status) ? unknown : index < patched.length ? applied : refused));
};

/** Runs an implementation the operations that a seed has for the customers, under the same faults; gives the evidence. */
export function runBroken(seed: string, count: number, implementation: Implementation): Promise<Evidence> {
  return withCustomers(seed, count, (group, send) =>
    Promise.all(
      group.map(({ userId, changes }) =>
        implementation(async () => (await send('', { userId, ...changes[0] })).status),
      ),
    ),
  );
}

/** The same with the patchUsers calls alone of which each user has a place of their own in the answer. */
export function runManyBroken(
  seed: string,
  count: number,
  implementation: ManyImplementation,
): Promise<Evidence> {
  return withCustomers(
    seed,
    count,
    (group, send) => {
      const users = group.map(({ userId, changes }) => ({ userId, ...changes[0] }));
      const userIds = users.map(({ userId }) => userId);
      return implementation(async () => readMany(await send('/batch', { users })), userIds);
    },
    ([first]) => first?.fault.isOfList === true,
  );
}

function readMany({ status, text }: Sent): ManyAnswer {
  try {
    const { patchedUsers = [], failedUsers = [] } = JSON.parse(text) as {
      patchedUsers?: { userId: string }[];
      failedUsers?: { user: { userId: string } }[];
    };
    const failedIds = failedUsers.map(({ user }) => user.userId);
    return { status, patched: patchedUsers.map(({ userId }) => userId), failed: failedIds };
  } catch {
    return { status, patched: [], failed: [] };
  }
}

interface Sent {
  readonly status: number | 'no answer';
  readonly text: string;
}

async function withCustomers(
  seed: string,
  count: number,
  call: (
    group: readonly PlannedOperation[],
    send: (path: string, body: object) => Promise<Sent>,
  ) => Promise<readonly Answer[]>,
  isCalled: (group: readonly PlannedOperation[]) => boolean = () => true,
): Promise<Evidence> {
  const planned = planMixture(seed, count).map((group) => group.filter(({ store }) => store === 'customers'));
  const groups = planned.filter((group) => group.length > 0 && isCalled(group));
  const operations = groups.flat();
  const providers = await startProviders(count);
  const { url: target, writes, users } = providers.emulators.customers;
  const proxy = await openRecordingProxy('customers', target, faultsAsPlanned(operations, 'customers'));
  const authorization = `Bearer ${customers.projectId}:${providers.environment.CUSTOMERS_MANAGEMENT_KEY}`;

  const send = async (path: string, body: object): Promise<Sent> => {
    try {
      const response = await fetch(`${proxy.url}/v1/mgmt/user/patch${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(2_000),
      });
      return { text: await response.text(), status: response.status };
    } catch {
      return { text: '', status: 'no answer' };
    }
  };
  try {
    const before = users();
    const records = await Promise.all(
      groups.map(async (group) => {
        const answers = await call(group, send);
        return group.map((operation, index): OperationRecord => {
          const { marker, store, userId, changes, fault } = operation;
          const { name, mayBeUnknown } = fault;
          const replies = [answers[index] ?? unknown];
          return { marker, store, userId, changes, fault: name, mayBeUnknown, mayBePartial: true, replies };
        });
      }),
    );
    await proxy.settled();
    return {
      operations: records.flat(),
      stores: { customers: { writes, before, after: users() } },
      wire: proxy.wire,
      texts: [],
      unspeakable: [],
    };
  } finally {
    await proxy.close();
    await providers.close();
  }
}
