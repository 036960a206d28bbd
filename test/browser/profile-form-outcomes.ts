import type { EmulatorHooks } from '../../src/sandbox/emulator.ts';
import type { DirectoryName } from '../harness/expected.ts';
import type { Route } from '../interop/playwright.ts';

type Respond = (route: Route) => Promise<void>;

/** What a person types and saves, what becomes of it, and what the form says. */
export interface Row {
  readonly user?: readonly [directory: DirectoryName, which: number];
  /** By label. Each row types something that no row before has saved. */
  readonly typed: Readonly<Record<string, string>>;
  /** What the customers' provider does to a write. */
  readonly fault?: EmulatorHooks;
  /** What answers the first patch, the second and so on in place of idpatch; after these idpatch does. */
  readonly answers?: readonly Respond[];
  readonly says: readonly string[];
  /** What is pressed next, and what the form says to that. */
  readonly presses?: readonly (readonly [button: string, says: string])[];
  /** Changes that are left in the form, idempotency keys that were sent, and writes at the provider. */
  readonly end: { readonly left: number; readonly keys: number; readonly writes: number };
}

const unknown = 'This may or may not have been saved';
const refused = 'Nothing was saved.';
const broken: Respond = (route) => route.abort();
const answerLost: Respond = async (route) => {
  await route.fetch();
  await route.abort();
};
const badGateway: Respond = (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' });
const noPayload: Respond = (route) =>
  route.fulfill({ json: { data: { patchUser: null }, errors: [{ message: 'Unexpected error.' }] } });
const refusal =
  (status: number, code: string): Respond =>
  (route) =>
    route.fulfill({ status, json: { errors: [{ message: `${code}.`, extensions: { code } }] } });
const payload =
  (outcome: string, __typename: string, code: string, more = {}): Respond =>
  (route) => {
    const error = { __typename, code, message: `${code}.`, path: [], retryable: false, ...more };
    const empty = { __typename: 'PatchUserPayload', operationId: 'one', confirmedBy: null, user: null };
    return route.fulfill({ json: { data: { patchUser: { ...empty, outcome, errors: [error] } } } });
  };

export const outcomes: Readonly<Record<string, Row>> = {
  'APPLIED, seen in the answer': {
    typed: { 'Display name': 'Hoa Nguyen', Age: '41' },
    says: ['Saved.', 'The directory’s answer shows every change.'],
    end: { left: 0, keys: 1, writes: 1 },
  },
  'APPLIED, seen when read again': {
    user: ['employees', 1],
    typed: { 'Display name': 'Read again' },
    says: ['Saved.', 'The user was read again afterwards and shows every change.'],
    end: { left: 0, keys: 1, writes: 1 },
  },
  'NOT_APPLIED: each error is beside its field, and nothing is sent': {
    typed: { 'Display name': '  ', Email: 'not an address', Roles: 'member\nmember' },
    says: [
      refused,
      'Display name: Must contain a visible character.',
      'Email: Must be an email address, such as name@example.com.',
      'Roles: The list contains the same name twice.',
    ],
    end: { left: 3, keys: 0, writes: 0 },
  },
  'NOT_APPLIED: a number that would be rounded is not sent': {
    typed: { Age: '9007199254740993' },
    says: [refused, 'Age: At most ±9007199254740991.'],
    end: { left: 1, keys: 0, writes: 0 },
  },
  'NOT_APPLIED or refused whole: each new try has a key of its own': {
    typed: { Nickname: 'tried again' },
    answers: [
      payload('NOT_APPLIED', 'RateLimitedError', 'RATE_LIMITED', { retryable: true, retryAfterSeconds: 2 }),
      refusal(401, 'UNAUTHENTICATED'),
      refusal(403, 'FORBIDDEN_ORIGIN'),
      refusal(503, 'ISSUER_UNAVAILABLE'),
    ],
    says: [refused, 'RATE_LIMITED.', 'Try again in 2 s'],
    presses: [
      ['Try again', 'You are not signed in. Sign in and try again.'],
      ['Try again', 'This page may not call idpatch: its origin is not in server.cors.'],
      ['Try again', 'ISSUER_UNAVAILABLE.'],
      ['Try again', 'Saved.'],
    ],
    end: { left: 0, keys: 5, writes: 1 },
  },
  'PARTIAL: says what was saved, and keeps the rest': {
    user: ['employees', 0],
    typed: { Status: 'DISABLED', Email: 'zhang.wei@example.com' },
    says: [
      'Only some changes were saved.',
      'Saved: Status. The rest is still in the form.',
      'Email: Another user of the directory has this value already.',
    ],
    end: { left: 1, keys: 1, writes: 1 },
  },
  'UNKNOWN: the directory gave no clear answer': {
    typed: { 'Given name': 'Zoe' },
    fault: { intercept: ({ method }) => (method === 'PATCH' ? { status: 502, body: '' } : undefined) },
    says: [
      unknown,
      'The change was sent, but the directory’s answer does not say whether it was made.',
      'The directory does not show all of your changes now. They may still arrive.',
      'not shown',
    ],
    presses: [
      ['Read the user', 'Not shown: Given name. It is still in the form; the earlier save may still arrive.'],
    ],
    end: { left: 1, keys: 1, writes: 0 },
  },
  'UNKNOWN: the directory accepted the change and does not show it': {
    typed: { 'Middle name': 'Unseen' },
    fault: { distort: () => ({ givenName: 'Another' }) },
    says: [unknown, 'The directory accepted the change, but does not show it.'],
    presses: [
      [
        'Read the user',
        'Not shown: Middle name. It is still in the form; the earlier save may still arrive.',
      ],
    ],
    end: { left: 1, keys: 1, writes: 1 },
  },
  'the answer is lost: asks again, and nothing is written twice': {
    typed: { Nickname: 'lost' },
    answers: [answerLost],
    says: [unknown, 'The connection failed.'],
    presses: [['Ask again', 'Saved.']],
    end: { left: 0, keys: 1, writes: 1 },
  },
  'the answer is lost: reads the user': {
    typed: { Nickname: 'lost again' },
    answers: [answerLost],
    says: [unknown, 'The connection failed.'],
    presses: [['Read the user', 'The directory shows all of your changes.']],
    end: { left: 0, keys: 1, writes: 1 },
  },
  'it stays unknown until an answer says what became of the save': {
    typed: { Nickname: 'unknown' },
    answers: [
      badGateway,
      broken,
      refusal(401, 'UNAUTHENTICATED'),
      payload('NOT_APPLIED', 'ForbiddenError', 'FORBIDDEN'),
      payload('NOT_APPLIED', 'JournalUnavailableError', 'JOURNAL_UNAVAILABLE'),
      payload('UNKNOWN', 'IdempotencyError', 'IDEMPOTENCY_IN_PROGRESS'),
    ],
    says: [unknown, 'A server between this page and idpatch answered HTTP 502.'],
    presses: [
      ['Ask again', 'The connection failed.'],
      ['Ask again', 'You are not signed in. Sign in and try again.'],
      ['Ask again', 'FORBIDDEN.'],
      ['Ask again', 'JOURNAL_UNAVAILABLE.'],
      ['Ask again', 'The save is still in progress.'],
      ['Ask again', 'Saved.'],
    ],
    end: { left: 0, keys: 1, writes: 1 },
  },
  'an answer without a payload leaves it unknown': {
    typed: { Nickname: 'no payload' },
    answers: [noPayload],
    says: [unknown, 'Unexpected error.'],
    presses: [['Ask again', 'Saved.']],
    end: { left: 0, keys: 1, writes: 1 },
  },
};
