import { type Answer, own } from '../../harness/fault-answers.ts';
import { applied, type Expected, notApplied, type Row, type Way, write } from './row.ts';

const employees = { directories: ['employees'] } as const;
const contractors = { directories: ['contractors'] } as const;

const byToken: Readonly<Record<string, Answer>> = {
  '401 with its error body': {
    status: 401,
    body: '{"Code":"invalid_token","Message":"x","RequestId":"A-1"}',
  },
  '401 with nothing': { status: 401, headers: { 'content-type': 'text/html' } },
  '400 invalid_token': { status: 400, body: '{"Code":"invalid_token","Message":"x","RequestId":"A-1"}' },
  '400 invalid_token in the form of OAuth': { status: 400, body: '{"error":"invalid_token"}' },
};
const refusing = (times?: number) =>
  Object.fromEntries(Object.entries(byToken).map(([name, answer]) => [name, write(answer, times)]));

const once = { min: 1, max: 1 };
const auth = (requests: number, more: Partial<Expected> = {}): Expected =>
  notApplied('PROVIDER_AUTH', 'patch', { requests, ...more });

/** Requests for a token that are answered so. */
const token =
  (answer: Answer): Way =>
  ({ proxy }) =>
    proxy.fail('token', { delivered: false, answer });
const body = (of: object): Answer => ({ status: 200, body: JSON.stringify(of) });
const bearer = { access_token: 'AT1', token_type: 'Bearer' };

const otherClock = () => ({ contractors: { now: () => Date.now() + 20 * 60_000 } });

/** Access tokens, credentials, and our clock beside the provider's. */
export const tokensAndClock: readonly Row[] = [
  {
    what: 'refuses a token that has expired meanwhile',
    expected: applied({ requests: 2, tokens: once }),
    ways: {
      revoked: ({ emulators }) => emulators.employees.revokeTokens(),
      ...refusing(1),
    },
    ...employees,
  },
  {
    what: 'refuses every token',
    expected: auth(2, { tokens: { min: 0, max: 2 } }),
    ways: refusing(),
    ...{ repeat: 3, isCold: true },
    ...employees,
  },
  {
    what: 'refuses the secret, which was rotated',
    expected: notApplied('PROVIDER_AUTH', '', {
      tokens: { min: 1, max: 2 },
      details: { providerCode: 'invalid_grant' },
    }),
    ways: {
      invalid_grant: (provider) => {
        provider.emulators.employees.revokeTokens();
        token({ status: 400, body: '{"Code":"invalid_grant","Message":"x","RequestId":"A-1"}' })(provider);
      },
    },
    ...employees,
  },
  { what: 'is slow to give a token to 200 operations at once', expected: applied(), ...employees },
  {
    what: 'gives no token that can be used',
    expected: notApplied('PROVIDER_AUTH', '', { requests: 0, tokens: 'one a second' }),
    ways: {
      '500': token({ status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' }),
      'no JSON': token({ status: 200, body: '%PDF-1.7' }),
      'an empty object': token(body({})),
      'expires_in 0': token(body({ ...bearer, expires_in: 0 })),
      'expires_in negative': token(body({ ...bearer, expires_in: -1_200 })),
      'expires_in a text': token(body({ ...bearer, expires_in: 'soon' })),
      'expires_in null': token(body({ ...bearer, expires_in: null })),
      'no expires_in': token(body(bearer)),
      'a token that is no header': token(body({ access_token: 'AT1\r\nx: y', expires_in: 1_200 })),
      'a redirect': token({ status: 302, headers: { location: 'http://127.0.0.1:9/' } }),
    },
    ...{ repeat: 4, isCold: true },
    ...employees,
  },
  {
    what: 'breaks off its first answer with a token',
    expected: applied({ tokens: { min: 2, max: 2 } }),
    ways: {
      half: ({ proxy }) => proxy.fail('token', { delivered: true, answer: 'half' }, 1),
      reset: ({ proxy }) => proxy.fail('token', { delivered: true, answer: 'reset' }, 1),
    },
    isCold: true,
    ...employees,
  },
  { what: 'gives tokens that live for a second', expected: applied(), ...employees },
  { what: 'has another clock: its Date is believed', expected: applied({ requests: 2 }), ...contractors },
  {
    what: 'has another clock, and its Date is no help',
    expected: auth(2),
    ways: { so: () => {} },
    isCold: true,
    changes: otherClock,
    ...contractors,
  },
  {
    what: 'has another clock, and no Date that can be read',
    expected: auth(1),
    ways: {
      so: ({ proxy }) => proxy.fail('any', { delivered: true, answer: own({ date: 'yesterday' }) }),
    },
    isCold: true,
    changes: otherClock,
    ...contractors,
  },
  {
    what: 'refuses the key, which was rotated',
    expected: auth(1),
    ways: { so: () => {} },
    isCold: true,
    changes: () => ({ contractors: { accessKeySecret: 'other' } }),
    ...contractors,
  },
  {
    what: 'refuses the key, which was rotated',
    expected: notApplied('PROVIDER_AUTH', 'patch.displayName'),
    ways: { so: () => {} },
    ...{ isCold: true, directories: ['customers'] },
    changes: () => ({ customers: { managementKey: 'other' } }),
  },
];
