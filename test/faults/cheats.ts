import { customers } from '../../src/sandbox/descope/customers.ts';
import type { Answer, Evidence, OperationRecord } from './checker.ts';
import { openFront } from './front.ts';
import { type PlannedOperation, planMixture, treatAsPlanned } from './mixture.ts';
import { openStage } from './stage.ts';

/** A façade that lies: what it tells its caller after sending a request as often as it likes. */
type Cheat = (send: () => Promise<number | 'no answer'>) => Promise<Answer>;

const applied: Answer = { outcome: 'APPLIED', confirmedBy: 'RESPONSE', errors: [] };
const failed: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_UNAVAILABLE patch'] };
const refused: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['PROVIDER_REFUSED patch'] };
const unknown: Answer = { outcome: 'UNKNOWN', confirmedBy: null, errors: ['OUTCOME_UNKNOWN patch'] };

const isYes = (status: number | 'no answer') => status !== 'no answer' && status >= 200 && status < 300;
const isNo = (status: number | 'no answer') => status !== 'no answer' && status >= 400 && status < 500;

/** As an SDK with retries does it. */
export const retriesEverything: Cheat = async (send) => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const status = await send();
    if (isYes(status)) return applied;
    if (isNo(status) && status !== 429) return refused;
  }
  return unknown;
};

/** As whoever does not look does it. */
export const trustsAnyYes: Cheat = async (send) => {
  const status = await send();
  if (isYes(status)) return applied;
  return isNo(status) ? refused : unknown;
};

/** As most gateways do it: an error is an error. */
export const callsUnconfirmedFailed: Cheat = async (send) => (isYes(await send()) ? applied : failed);

/** Lets a cheat do the operations that a seed has for the customers, under the same faults, and gives the evidence. */
export async function runCheat(seed: string, count: number, cheat: Cheat): Promise<Evidence> {
  const groups = planMixture(seed, count).map((group) => group.filter(({ store }) => store === 'customers'));
  const operations = groups.flat();
  const stage = await openStage(count);
  const { url: target, writes, users } = stage.emulators.customers;
  const front = await openFront('customers', target, treatAsPlanned(operations, 'customers'));
  const authorization = `Bearer ${customers.projectId}:${stage.environment.CUSTOMERS_MANAGEMENT_KEY}`;

  const send = async ({ userId, changes }: PlannedOperation): Promise<number | 'no answer'> => {
    try {
      const response = await fetch(`${front.url}/v1/mgmt/user/patch`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ userId, ...changes[0] }),
        signal: AbortSignal.timeout(400),
      });
      await response.text();
      return response.status;
    } catch {
      return 'no answer';
    }
  };
  try {
    const before = users();
    const records = await Promise.all(
      operations.map(async (operation): Promise<OperationRecord> => {
        const { marker, store, userId, changes, fault } = operation;
        const { name, mayBeUnknown } = fault;
        const replies = [await cheat(() => send(operation))];
        return { marker, store, userId, changes, fault: name, mayBeUnknown, mayBePartial: true, replies };
      }),
    );
    await front.settled();
    return {
      operations: records,
      stores: { customers: { writes, before, after: users() } },
      wire: front.wire,
      texts: [],
      unspeakable: [],
    };
  } finally {
    await front.close();
    await stage.close();
  }
}
