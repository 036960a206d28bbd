import { type Answer, retold } from '../../harness/fault-answers.ts';
import {
  type AnswerOf,
  applied,
  descope,
  type Expected,
  eiam,
  errorBody,
  page,
  type Row,
  row,
  seen,
  storedOrNot,
  takesAllTime,
  unknown,
  unread,
  type Way,
  ways,
} from './row.ts';

const body = (status: number, eiamCode: string, descopeCode: string) => (directory: string) => ({
  status,
  body: directory === 'customers' ? errorBody('customers', descopeCode) : errorBody('employees', eiamCode),
});

const fiveHundreds = Object.fromEntries(
  [500, 502, 503, 504, 520].map((status) => [
    status,
    { ...page(status), headers: { 'content-type': 'text/html', 'retry-after': '0' } },
  ]),
);

const transient = ['Throttling.User', 'ServiceUnavailable', 'InvalidTimeStamp.Expired', 'invalid_token'];
const answer503 =
  (code: string): AnswerOf =>
  (directory) => ({
    status: 503,
    headers: { date: new Date(Date.now() + 1_200_000).toUTCString(), 'x-acs-retry-after': '100' },
    body: errorBody(directory, code),
  });

const unreadable: Readonly<Record<string, AnswerOf>> = {
  refused: body(403, 'NoPermission', 'E011003'),
  'answered 500': () => page(500),
  'answered with html': () => page(200),
  'answered with nothing': (): Answer => ({ status: 200 }),
  'answered by half': () => 'half',
  reset: () => 'reset',
  'not answered': () => 'nothing',
  'answered with no such user': body(404, 'ResourceNotFound.User', 'E112102'),
};

const resetReads: Way = ({ proxy }) => proxy.fail('read', { delivered: false, answer: 'reset' });

/** The step of a patch of two steps whose connection breaks. */
const step =
  (number: number, delivered: boolean): Way =>
  ({ proxy }) => {
    const before = proxy.count('write');
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.count('write') === before + number ? { delivered, answer: 'reset' } : undefined;
  };
const twoSteps = { ...eiam, patch: 'two steps' } as const;
const notSentEither: Expected['errors'] = [{ code: 'PROVIDER_REFUSED', path: 'patch.displayName' }];

/** The request was sent, and no answer says what became of it. */
export const noAnswer: readonly Row[] = [
  ...storedOrNot('breaks the connection', { RST: 'reset', FIN: 'end' }),
  ...storedOrNot(
    'does not answer in time',
    {
      nothing: 'nothing',
      'headers that never end': 'endless headers',
      'a body that never ends': 'endless body',
    },
    takesAllTime,
  ),
  ...storedOrNot('breaks off the answer', {
    'by its length': 'half',
    'in chunks': 'half in chunks',
    'by the end of the connection': 'half until the end of the connection',
  }),
  ...storedOrNot('answers', {
    ...fiveHundreds,
    '500 with an error body': { status: 500, body: '{"Code":"InternalError","errorCode":"E000001"}' },
  }),
  ...storedOrNot(
    'answers 503 and a code',
    Object.fromEntries([...transient, 'E130429', 'E011001'].map((code) => [code, answer503(code)])),
  ),
  row(
    'stores the change, breaks the connection, and the user cannot be read',
    unread(1),
    ways(unreadable, (answerOf) => ({ directory, proxy }) => {
      proxy.fail('write', { delivered: true, answer: 'reset' });
      proxy.fail('read', { delivered: false, answer: answerOf(directory) });
    }),
    takesAllTime,
  ),
  row('says yes, and the user cannot be read', unread(1), resetReads, { ...eiam, ...takesAllTime }),
  row(
    'says yes and shows the change, and the user cannot be read',
    applied({ confirmedBy: 'RESPONSE' }),
    resetReads,
    descope,
  ),
  row(
    'breaks the connection, and shows another user when the user is read',
    unread(0),
    ({ directory, proxy, emulators }) => {
      const [first, , third] = [...emulators[directory].users().keys()];
      proxy.fail('write', { delivered: false, answer: 'reset' });
      const answer = retold((body) => body.replaceAll(String(first), String(third)));
      proxy.fail('read', { delivered: true, answer });
    },
  ),
  ...[150, 800, 2_400].map((ms) =>
    row(
      `stores the change, and reads show the user as before for ${ms} ms`,
      seen,
      // Descope's answer shows the user as it is.
      ({ directory, proxy }) =>
        directory === 'customers' && proxy.fail('write', { delivered: true, answer: 'reset' }),
      {
        changes: (directory) => ({
          [directory]: { readLagMs: () => ms },
          limits: { deadlineMs: 12_000, readBackDelaysMs: [50, 150, 400, 1_000, 2_000] },
        }),
      },
    ),
  ),
  row('breaks the connection while a request is under way on it, and is well again', applied()),
  row(
    'breaks the connection of the second step, which is not stored',
    { ...unknown(), stored: 1, requests: 2 },
    step(2, false),
    twoSteps,
  ),
  row(
    'breaks the connection of the first step, which is not stored: the second is not sent',
    { ...unknown(), errors: [{ code: 'OUTCOME_UNKNOWN', path: 'patch.status' }, ...notSentEither] },
    step(1, false),
    twoSteps,
  ),
  row(
    'breaks the connection of the first step, which is stored: the second is sent',
    { ...seen, stored: 2, requests: 2 },
    step(1, true),
    twoSteps,
  ),
  row(
    'stores the first step and refuses the second, for another user has the value',
    {
      ...{ outcome: 'PARTIAL', user: 'as now', stored: 1, requests: 2 },
      errors: [{ code: 'CONFLICT', path: 'patch.email.address' }, ...notSentEither],
    },
    ...[{}, eiam],
  ),
];
