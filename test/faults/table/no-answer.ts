import { type Answer, retold } from '../../harness/fault-answers.ts';
import {
  applied,
  type Expected,
  eiam,
  errorBody,
  type ProviderBehindProxy,
  type Row,
  seen,
  storedOrNot,
  unknown,
  type Way,
  ways,
} from './row.ts';

const html = { 'content-type': 'text/html' };

const resetReads: Way = ({ proxy }) => proxy.fail('read', { delivered: false, answer: 'reset' });

const unreadable: Readonly<Record<string, (provider: ProviderBehindProxy) => Answer>> = {
  refused: ({ directory }) => ({
    status: 403,
    body: errorBody(directory, directory === 'customers' ? 'E011003' : 'NoPermission'),
  }),
  'answered 500': () => ({ status: 500, headers: html, body: '<h1>No</h1>' }),
  'answered with html': () => ({ status: 200, headers: html, body: '<h1>Sign in</h1>' }),
  'answered with nothing': () => ({ status: 200 }),
  'answered by half': () => 'half',
  reset: () => 'reset',
  'not answered': () => 'nothing',
  'answered with no such user': ({ directory }) => ({
    status: 404,
    body: errorBody(directory, directory === 'customers' ? 'E112102' : 'ResourceNotFound.User'),
  }),
};

const unread = (stored: number): Expected => unknown('one field', { user: null, stored });

/** The step of a patch of two steps whose request meets a fault. */
const step =
  (number: number, delivered: boolean): Way =>
  ({ proxy }) => {
    const first = proxy.count('write') + 1;
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.count('write') === first + number - 1 ? { delivered, answer: 'reset' } : undefined;
  };
const ofTwoSteps = { directories: eiam, patch: 'two steps' } as const;

/** The request was sent, and no answer says what became of it. */
export const noAnswer: readonly Row[] = [
  ...storedOrNot('breaks the connection', () => ({ RST: 'reset', FIN: 'end' })),
  ...storedOrNot(
    'does not answer in time',
    () => ({
      nothing: 'nothing',
      'headers that never end': 'endless headers',
      'a body that never ends': 'endless body',
    }),
    { takesAllTime: true },
  ),
  ...storedOrNot('breaks off the answer', () => ({
    'by its length': 'half',
    'in chunks': 'half in chunks',
    'by the end of the connection': 'half until the end of the connection',
  })),
  ...storedOrNot('answers 5xx', () => ({
    ...Object.fromEntries(
      [500, 502, 503, 504, 520].map((status) => [
        status,
        { status, headers: { ...html, 'retry-after': '0' }, body: '<h1>Bad gateway</h1>' },
      ]),
    ),
    'with an error body': { status: 500, body: '{"Code":"InternalError","errorCode":"E000001"}' },
  })),
  ...storedOrNot('answers 503 and its code of something that passes', (directory) =>
    Object.fromEntries(
      [
        ...['Throttling.User', 'ServiceUnavailable', 'InvalidTimeStamp.Expired', 'invalid_token'],
        ...['E130429', 'E011001'],
      ].map((code) => [
        code,
        {
          status: 503,
          headers: {
            date: new Date(Date.now() + 1_200_000).toUTCString(),
            'x-acs-retry-after': '100',
          },
          body: errorBody(directory, code),
        },
      ]),
    ),
  ),
  {
    what: 'stores the change, breaks the connection, and the user cannot be read',
    expected: unread(1),
    ways: ways(Object.keys(unreadable), (name) => (provider) => {
      provider.proxy.fail('write', { delivered: true, answer: 'reset' });
      provider.proxy.fail('read', { delivered: false, answer: unreadable[name]?.(provider) ?? 'nothing' });
    }),
    takesAllTime: true,
  },
  {
    what: 'says yes, and the user cannot be read',
    expected: unread(1),
    directories: eiam,
    ways: { so: resetReads },
    takesAllTime: true,
  },
  {
    what: 'says yes and shows the change, and the user cannot be read',
    expected: applied({ confirmedBy: 'RESPONSE' }),
    directories: ['customers'],
    ways: { so: resetReads },
  },
  {
    what: 'breaks the connection, and shows another user when the user is read',
    expected: unread(0),
    ways: {
      so({ directory, proxy, emulators }) {
        const [first, , third] = [...emulators[directory].users().keys()];
        proxy.fail('write', { delivered: false, answer: 'reset' });
        proxy.fail('read', {
          delivered: true,
          answer: retold((body) => body.replaceAll(String(first), String(third))),
        });
      },
    },
  },
  {
    what: 'breaks the connection while a request is under way on it, and is well again',
    expected: applied(),
  },
  {
    what: 'breaks the connection of the second step, which is not stored',
    expected: { ...unknown(), stored: 1, requests: 2 },
    ways: { so: step(2, false) },
    ...ofTwoSteps,
  },
  {
    what: 'breaks the connection of the first step, which is not stored: the second is not sent',
    expected: {
      ...unknown(),
      errors: [
        { code: 'OUTCOME_UNKNOWN', path: 'patch.status' },
        { code: 'PROVIDER_REFUSED', path: 'patch.displayName' },
      ],
    },
    ways: { so: step(1, false) },
    ...ofTwoSteps,
  },
  {
    what: 'breaks the connection of the first step, which is stored: the second is sent',
    expected: { ...seen, stored: 2, requests: 2 },
    ways: { so: step(1, true) },
    ...ofTwoSteps,
  },
  {
    what: 'stores the first step and refuses the second, for another user has the value',
    expected: {
      ...{ outcome: 'PARTIAL', user: 'as now', stored: 1, requests: 2 },
      errors: [
        { code: 'CONFLICT', path: 'patch.email.address' },
        { code: 'PROVIDER_REFUSED', path: 'patch.displayName' },
      ],
    },
    directories: eiam,
  },
];
