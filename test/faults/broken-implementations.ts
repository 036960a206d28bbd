import { customers } from '../../src/sandbox/descope/customers.ts';
import type { Answer, Evidence } from './checker.ts';
import { faultsAsPlanned, planMixture, recordOf } from './planned.ts';
import { openRecordedProviders } from './recording-proxy.ts';

/** What came of a request: its status, and of a request for many the users in the lists of its answer. */
interface Sent {
  readonly status: number | 'no answer';
  readonly patched: readonly string[];
  readonly failed: readonly string[];
}

/** A façade: what it answers each of its callers after sending the request for all of them as often as it likes. */
type Implementation = (send: () => Promise<Sent>, users: number) => Promise<(place: number) => Answer>;

const applied: Answer = { outcome: 'APPLIED', confirmedBy: 'RESPONSE', errors: [] };
const failed: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_UNAVAILABLE patch'] };
const refused: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_REFUSED patch'] };
const unknown: Answer = { outcome: 'UNKNOWN', confirmedBy: null, errors: ['OUTCOME_UNKNOWN patch'] };

const isYes = ({ status }: Sent) => status !== 'no answer' && status >= 200 && status < 300;
const isNo = ({ status }: Sent) => status !== 'no answer' && status >= 400 && status < 500;

/** As an SDK with retries does it. */
export const retriesEverything: Implementation = async (send) => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const sent = await send();
    if (isYes(sent)) return () => applied;
    if (isNo(sent) && sent.status !== 429) return () => refused;
  }
  return () => unknown;
};

/** As whoever does not look does it: the yes to the request is a yes to everybody in it. */
export const trustsAnyYes: Implementation = async (send) => {
  const sent = await send();
  return () => (isYes(sent) ? applied : isNo(sent) ? refused : unknown);
};

/** As most gateways do it: an error is an error. */
export const callsUnconfirmedFailed: Implementation = async (send) => {
  const sent = await send();
  return () => (isYes(sent) ? applied : failed);
};

/** Where one failed, all did. */
export const failsTheWhole: Implementation = async (send, users) => {
  const sent = await send();
  const isWhole = isYes(sent) && sent.failed.length === 0 && sent.patched.length === users;
  return () => (isWhole ? applied : sent.status === 'no answer' ? unknown : failed);
};

/** Takes each result for the user in its place of the request. */
export const goesByPlace: Implementation = async (send) => {
  const sent = await send();
  return (place) => (!isYes(sent) ? unknown : place < sent.patched.length ? applied : refused);
};

/**
 * Runs an implementation the operations that a seed has for the customers, each by a request of its own, under the
 * same faults; `many`: those patchUsers calls alone, by one request, of which each user has a place in the answer.
 */
export async function runBroken(
  count: number,
  implementation: Implementation,
  { many = false } = {},
): Promise<Evidence> {
  const planned = planMixture('broken', count).map((group) =>
    group.filter((one) => one.store === 'customers'),
  );
  const groups = many
    ? planned.filter(([first]) => first?.fault.isOfList)
    : planned.flatMap((group) => group.map((one) => [one]));
  const providers = await openRecordedProviders(count, (store) => faultsAsPlanned(groups.flat(), store), {
    areOdd: true,
  });
  const authorization = `Bearer ${customers.projectId}:${providers.environment.CUSTOMERS_MANAGEMENT_KEY}`;

  const send = async (body: object): Promise<Sent> => {
    try {
      const path = `/v1/mgmt/user/patch${many ? '/batch' : ''}`;
      const response = await fetch(`${providers.proxies.customers?.url}${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(2_000),
      });
      return { status: response.status, ...listsIn(await response.text()) };
    } catch {
      return { status: 'no answer', patched: [], failed: [] };
    }
  };
  try {
    const records = await Promise.all(
      groups.map(async (group) => {
        const users = group.map(({ userId, changes }) => ({ userId, ...changes[0] }));
        const answerOf = await implementation(() => send(many ? { users } : { ...users[0] }), users.length);
        return group.map((one, place) => recordOf(one, [answerOf(place)]));
      }),
    );
    await providers.settled();
    return providers.evidence(records.flat());
  } finally {
    await providers.close();
  }
}

function listsIn(text: string): Pick<Sent, 'patched' | 'failed'> {
  try {
    const { patchedUsers = [], failedUsers = [] } = JSON.parse(text) as {
      patchedUsers?: { userId: string }[];
      failedUsers?: { user: { userId: string } }[];
    };
    return {
      patched: patchedUsers.map(({ userId }) => userId),
      failed: failedUsers.map(({ user }) => user.userId),
    };
  } catch {
    return { patched: [], failed: [] };
  }
}
