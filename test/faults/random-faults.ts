import { type Answer, type CannedAnswer, retold } from '../harness/fault-answers.ts';
import type { Fault } from '../harness/fault-proxy.ts';
import { draw, drawInt, drawOne } from './draw.ts';
import type { Store } from './providers.ts';
import { usersOfMany } from './recording-proxy.ts';
import { page } from './table/row.ts';

/** A fault of one operation: a row of the table, and what is done to the operation's requests. */
export interface PlannedFault {
  readonly name: string;
  readonly mayBeUnknown: boolean;
  /** For the operation's first write request, or its second where it has two; the others pass. */
  readonly write: Fault;
  /** For every read of the user after a write request of it was seen. */
  readonly readBack?: Fault;
  /** The caller's own deadline. */
  readonly deadlineMs?: number;
  /** Of one user in a request for many, to which nothing happens as a whole. */
  readonly isOfList?: true;
}

const pass: Fault = { delivered: true };

type Make = (store: Store, marker: string, userId: string) => Omit<PlannedFault, 'name' | 'mayBeUnknown'>;

const answer = (how: Answer, delivered: Fault['delivered'] = true): Fault => ({ delivered, answer: how });

/** A row: its share of all operations, whether it allows UNKNOWN, and what it does. */
// biome-ignore format: a table
const rows: Readonly<Record<string, readonly [share: number, mayBeUnknown: boolean, make: Make]>> = {
  none: [25, false, () => ({ write: pass })],
  slow: [10, false, (_, marker) => ({ write: { ...pass, after: drawInt(0, 60, marker, 'a'), answerAfter: drawInt(0, 60, marker, 'b') } })],
  'reset, applied': [4, false, () => ({ write: answer('reset') })],
  'reset, not applied': [4, true, () => ({ write: answer('reset', false) })],
  'reset, applied 300 ms later': [3, true, () => ({ write: answer('reset', 300) })],
  'hang, applied': [3, false, () => ({ write: answer('nothing') })],
  'hang, not applied': [3, true, () => ({ write: answer('nothing', false) })],
  // Not where it left so late that the read-back came before it.
  'hang, applied 300 ms later': [2, true, () => ({ write: answer('nothing', 300) })],
  'half a body, then a reset, applied': [4, false, () => ({ write: answer('half') })],
  'half a body, then silence, applied': [2, false, () => ({ write: answer('half, then nothing') })],
  '5xx, applied': [4, false, (_, marker) => ({ write: answer(fiveHundred(marker)) })],
  '5xx, not applied': [4, true, (_, marker) => ({ write: answer(fiveHundred(marker), false) })],
  '200 text/html, not applied': [3, true, () => ({ write: answer(page(200), false) })],
  '200, not applied': [3, true, (store, _, userId) => ({ write: falseYes(store, userId) })],
  'odd members in every answer': [4, false, () => ({ write: answer(odd), readBack: answer(odd) })],
  '429 with Retry-After 1, once': [4, false, (store) => ({ write: answer(throttled[store], false) })],
  'a refusal': [8, false, (store, marker) => ({ write: answer(refusal(store, marker), false) })],
  'the credentials refused once': [4, false, (store) => ({ write: answer(unauthorized[store], false) })],
  'read-back failing': [4, true, (_, marker) => ({
    write: draw(marker, 'write') < 0.5 ? pass : answer('reset'),
    readBack: answer(drawOne<Answer>(['reset', 'nothing', fiveHundred(marker)], marker, 'read')),
  })],
  'the caller has 300 ms, the provider needs 700': [4, true, () => ({ write: { ...pass, after: 700 }, deadlineMs: 300 })],
};

/** The fault of an operation: the same for the same seed and marker. */
export function faultOf(seed: string, marker: string, store: Store, userId: string): PlannedFault {
  const whole = Object.values(rows).reduce((sum, [share]) => sum + share, 0);
  let at = draw(seed, marker, 'fault') * whole;
  for (const [name, [share, mayBeUnknown, make]] of Object.entries(rows)) {
    at -= share;
    if (at < 0) return { name, mayBeUnknown, ...make(store, marker, userId) };
  }
  throw new Error('The shares were drawn past their sum.');
}

/** What becomes of one user in a request for many: its share, whether it allows UNKNOWN. */
const listRows = {
  none: [5, false],
  'left out of the answer, applied': [1, false],
  'left out of the answer, not applied': [1, true],
  'in both lists, applied': [1, false],
  'among the failed, not applied': [2, false],
} as const;
const listNames = Object.entries(listRows).flatMap(([name, [share]]) => Array<string>(share).fill(name));

/** The fault of one user in a request for many. */
export function listFaultOf(marker: string): PlannedFault {
  const name = drawOne(listNames as [string], marker, 'list');
  const [, mayBeUnknown] = listRows[name as keyof typeof listRows];
  return { name, mayBeUnknown, write: pass, isOfList: true };
}

/** What is done to a request for many, by the faults of its users: that of the first, or those of a list. */
export function faultOfMany(
  request: { readonly target: string; readonly body: string },
  faultOfUser: (userId: string) => PlannedFault | undefined,
): Fault | undefined {
  const users = usersOfMany(request) ?? [];
  const userIds = users.map(({ userId }) => userId);
  const first = faultOfUser(userIds[0] ?? '');
  if (!first) return undefined;
  if (first.name === '200, not applied')
    return {
      delivered: false,
      answer: json(200, { patchedUsers: userIds.map((userId) => ({ userId })), failedUsers: [] }),
    };
  if (!first.isOfList) return first.write;
  const named = (part: RegExp) => userIds.filter((userId) => part.test(faultOfUser(userId)?.name ?? ''));
  const unsent = named(/not applied/);
  const failed = named(/both|failed/).map((userId) => ({ failure: 'no', user: { userId } }));
  const leftOut = named(/left out/);
  const sent = users.filter(({ userId }) => !unsent.includes(userId));
  // A request for nobody would be refused.
  if (sent.length === 0)
    return { delivered: false, answer: json(200, { patchedUsers: [], failedUsers: failed }) };
  return {
    delivered: true,
    instead: { body: JSON.stringify({ users: sent }) },
    answer: retold((body) => {
      const { patchedUsers = [], failedUsers = [] } = JSON.parse(body) as {
        patchedUsers?: { userId: string }[];
        failedUsers?: object[];
      };
      return JSON.stringify({
        patchedUsers: patchedUsers.filter(({ userId }) => !leftOut.includes(userId)),
        failedUsers: [...failedUsers, ...failed],
      });
    }),
  };
}

/** The names of all faults. */
export const faultNames: readonly string[] = [...new Set([...Object.keys(rows), ...Object.keys(listRows)])];

/** The provider's own answer, with a member of a type that it never has. */
const odd = retold((body) => body.replace(/"(c|C)reate(dT|T)ime":\d+/g, '"$1reate$2ime":{"odd":[1]}'));

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function fiveHundred(marker: string) {
  const status = drawOne([500, 502, 503, 504, 520], marker, 'status');
  return draw(marker, 'form') < 0.5
    ? { status, headers: { 'content-type': 'text/html' }, body: `<h1>${status}</h1>` }
    : json(status, { message: 'The server failed.' });
}

/** As the provider says no: it may repeat the value that it was sent. */
function said(store: Store, code: string, marker = ''): object {
  return store === 'customers'
    ? { errorCode: code, errorDescription: 'It was refused', errorMessage: `refused ${marker}` }
    : { Code: code, Message: `refused ${marker}`, RequestId: '0C0FFEE', HostId: 'here', Recommend: '' };
}

const throttled: Readonly<Record<Store, CannedAnswer>> = {
  employees: json(429, said('employees', 'Throttling.User'), { 'retry-after': '1' }),
  contractors: json(400, said('contractors', 'Throttling.User'), { 'x-acs-retry-after': '1000' }),
  customers: json(429, said('customers', 'E130429'), { 'retry-after': '1' }),
};

const unauthorized: Readonly<Record<Store, CannedAnswer>> = {
  employees: json(400, said('employees', 'invalid_token')),
  contractors: json(404, said('contractors', 'InvalidAccessKeyId.NotFound')),
  customers: json(401, said('customers', 'E011003')),
};

function refusal(store: Store, marker: string) {
  const of = (list: readonly [readonly [number, string], ...(readonly [number, string])[]]) => {
    const [status, code] = drawOne(list, marker, 'code');
    return json(status, said(store, code, marker));
  };
  return store === 'customers'
    ? // biome-ignore format: a table
      of([[400, 'E011004'], [403, 'E999999'], [404, 'E112102'], [409, 'E062107']])
    : of([
        [400, 'InvalidParameter.DisplayName'],
        [403, 'ResourceDuplicated.Email'],
        [404, 'ResourceNotFound.User'],
        [409, 'ResourceDuplicated.Username'],
        [400, 'OperationDenied.Whatever'],
      ]);
}

/** A yes as the provider says it, and nothing done. Descope's yes carries the user, as it was. */
function falseYes(store: Store, userId: string): Fault {
  switch (store) {
    case 'employees':
      return { delivered: false, answer: json(200, {}) };
    case 'contractors':
      return { delivered: false, answer: json(200, { RequestId: '0C0FFEE' }) };
    case 'customers':
      return { ...pass, instead: { method: 'GET', target: `/v1/mgmt/user?userId=${userId}`, body: '' } };
  }
}
