import { type Answer, own } from '../../harness/fault-answers.ts';
import { rotatedSecret } from '../../harness/rotated-secret.ts';
import {
  applied,
  cold,
  descope,
  type Expected,
  notApplied,
  page,
  type Row,
  row,
  type Way,
  ways,
  write,
} from './row.ts';

const employees = { directories: ['employees'] } as const;
const contractors = { directories: ['contractors'] } as const;

const body = '{"Code":"invalid_token","Message":"x","RequestId":"A-1"}';
const tokenRefused: Readonly<Record<string, Answer>> = {
  '401 with its error body': { status: 401, body },
  '401 with nothing': { status: 401, headers: { 'content-type': 'text/html' } },
  '400 invalid_token': { status: 400, body },
  '400 invalid_token in the form of OAuth': { status: 400, body: '{"error":"invalid_token"}' },
};

/** Requests for a token that are answered so. */
const token =
  (answer: Answer): Way =>
  ({ proxy }) =>
    proxy.fail('token', { delivered: false, answer });
const giveToken = (of: object): Answer => ({ status: 200, body: JSON.stringify(of) });
const bearer = { access_token: 'AT1', token_type: 'Bearer' };
const unusable: Readonly<Record<string, Answer>> = {
  500: page(500),
  'no JSON': { status: 200, body: '%PDF-1.7' },
  'an empty object': giveToken({}),
  'expires_in 0': giveToken({ ...bearer, expires_in: 0 }),
  'expires_in negative': giveToken({ ...bearer, expires_in: -1_200 }),
  'expires_in a text': giveToken({ ...bearer, expires_in: 'soon' }),
  'expires_in null': giveToken({ ...bearer, expires_in: null }),
  'no expires_in': giveToken(bearer),
  'a token that is no header': giveToken({ access_token: 'AT1\r\nx: y', expires_in: 1_200 }),
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
};

const auth = (path: string, requests: number, more: Partial<Expected> = {}): Expected =>
  notApplied('PROVIDER_AUTH', path, { requests, ...more });

/** The provider's clock is 20 minutes ahead of ours. */
const otherClock = { ...contractors, ...cold, changes: () => ({ contractors: { now } }) };
const now = () => Date.now() + 20 * 60_000;
const nothing: Way = () => {};

/** The provider accepts what the files of the secrets have by now. */
const rotated = {
  employees: { clientSecret: 'rotated-secret' },
  contractors: { accessKeyId: 'rotated-id', accessKeySecret: 'rotated-secret' },
  customers: { managementKey: 'rotated-key' },
} as const;
const rotatedFiles = (directory: keyof typeof rotated) => ({
  [directory]: rotated[directory],
  directories: {
    [directory]: Object.fromEntries(
      Object.entries(rotated[directory]).map(([name, now]) => [name, rotatedSecret(`old-${name}`, now)]),
    ),
  },
});

/** Access tokens, credentials, and our clock beside the provider's. */
export const tokensAndClock: readonly Row[] = [
  row(
    'refuses a token that has expired meanwhile',
    applied({ requests: 2, tokens: { min: 1, max: 1 } }),
    {
      'as the emulator does': ({ emulators }) => emulators.employees.revokeTokens(),
      ...ways(tokenRefused, (answer) => write(answer, 1)),
    },
    employees,
  ),
  row(
    'refuses every token',
    auth('patch', 2, { tokens: { min: 0, max: 2 } }),
    ways(tokenRefused, (answer) => write(answer)),
    { ...employees, ...cold, repeat: 3 },
  ),
  row(
    'refuses the secret, which was rotated',
    notApplied('PROVIDER_AUTH', '', {
      tokens: { min: 1, max: 2 },
      details: { providerCode: 'invalid_grant' },
    }),
    (provider) => {
      provider.emulators.employees.revokeTokens();
      token({ status: 400, body: body.replace('invalid_token', 'invalid_grant') })(provider);
    },
    employees,
  ),
  row('is slow to give a token to 200 operations at once', applied(), {}, employees),
  row('gives no token that can be used', auth('', 0, { tokens: 'one a second' }), ways(unusable, token), {
    ...{ ...employees, ...cold, repeat: 4 },
  }),
  row(
    'breaks off its first answer with a token',
    applied({ tokens: { min: 2, max: 2 } }),
    ways(
      { half: 'half', reset: 'reset' } as const,
      (answer) =>
        ({ proxy }) =>
          proxy.fail('token', { delivered: true, answer }, 1),
    ),
    { ...employees, ...cold },
  ),
  row('gives tokens that live for a second', applied(), {}, employees),
  row('has another clock: its Date is believed', applied({ requests: 2 }), {}, contractors),
  row('has another clock, and its Date is no help', auth('patch', 2), nothing, otherClock),
  row(
    'has another clock, and no Date that can be read',
    auth('patch', 1),
    ({ proxy }) => proxy.fail('any', { delivered: true, answer: own({ date: 'yesterday' }) }),
    otherClock,
  ),
  ...[
    { of: employees, expected: applied({ requests: 1, tokens: { min: 2, max: 2 } }) },
    { of: contractors, expected: applied({ requests: 2 }) },
    { of: descope, expected: applied({ requests: 2 }) },
  ].map(({ of, expected }) =>
    row('refuses the key, which was rotated and is in its file already', expected, nothing, {
      ...{ ...of, ...cold, changes: rotatedFiles },
    }),
  ),
  row('refuses the key, which was rotated', auth('patch', 1), nothing, {
    ...{ ...contractors, ...cold, changes: () => ({ contractors: { accessKeySecret: 'other' } }) },
  }),
  row('refuses the key, which was rotated', auth('patch.displayName', 1), nothing, {
    ...{ ...descope, ...cold, changes: () => ({ customers: { managementKey: 'other' } }) },
  }),
];
