import { gzipSync } from 'node:zlib';
import type { WriteLogEntry } from '../../../src/sandbox/emulator.ts';
import { type Answer, huge, retold } from '../../harness/fault-answers.ts';
import {
  applied,
  type Expected,
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

const ok = (body: string) => ({ status: 200, body });

/** Where such an answer is a yes, the code says that it is one. */
const notConfirmed: Expected = {
  ...unknown('three fields'),
  errors: unknown('three fields').errors.map(({ path }) => ({ code: 'NOT_CONFIRMED', path })),
  or: unknown('three fields'),
};

/** The answer has not the form of the provider's. */
export const oddAnswers: readonly Row[] = [
  ...storedOrNot(
    'answers with a page of html',
    Object.fromEntries([200, 201, 203, 400, 403, 404, 409].map((status) => [status, page(status)])),
  ),
  ...storedOrNot('answers 200 and what is no JSON object', {
    'a text': ok('OK'),
    null: ok('null'),
    'a list': ok('[]'),
    'a string': ok('"yes"'),
    'half of an object': 'half as if whole',
    'half of an object, in chunks': 'half in chunks as if whole',
    'more than the limit of 8 MB': ok(`{}${' '.repeat(8 * 1024 * 1024)}`),
  }),
  ...storedOrNot('answers with a status that is no answer of its API', {
    202: { status: 202 },
    301: { status: 301 },
  }),
  ...storedOrNot(
    'answers with nothing, or nearly so',
    {
      nothing: 'empty',
      'nothing, in chunks': 'empty in chunks',
      'nothing until the connection ends': 'empty until the end of the connection',
      '{}': ok('{}'),
      'a RequestId': ok('{"RequestId":"B7C1-99"}'),
      204: { status: 204 },
    },
    ...[{}, notConfirmed],
  ),
  row('stores the change, and answers with a member of a type that it never has', applied(), ({ proxy }) =>
    proxy.fail('any', {
      delivered: true,
      answer: retold((body) => body.replace(/"(c|C)reate(dT|T)ime":\d+/g, '"$1reate$2ime":{"odd":[1]}')),
    }),
  ),
  row('stores the change, the domain of an address in capitals', applied(), () => {}, {
    patch: 'three fields',
    changes: (directory) => ({
      [directory]: {
        distort: ({ change }: WriteLogEntry) => ({
          ...change,
          ...(typeof change.email === 'string' && {
            email: change.email.replace(/@.*/, (domain) => domain.toUpperCase()),
          }),
        }),
      },
    }),
  }),
  row('answers 200 and a code that its documentation does not have', unknown(), ({ directory, proxy }) => {
    const code = directory === 'customers' ? 'E999999' : 'Something.New';
    proxy.fail('write', { delivered: false, answer: ok(errorBody(directory, code)) });
  }),
  row('redirects to another host: nothing is sent there', unknown()),
];

const megabyte = 1024 * 1024;
let bomb: Buffer | undefined;

const large: Readonly<Record<string, () => Answer>> = {
  'a body of 50 MB': () => huge(50 * megabyte),
  'a body of 50 MB in chunks': () => 'huge in chunks',
  'a gzip bomb': () => {
    bomb ??= gzipSync(Buffer.alloc(128 * megabyte, ' '));
    return { status: 200, headers: { 'content-encoding': 'gzip' }, body: bomb };
  },
  '100 KB of headers': () => '100 KB of headers',
};
const largeWays = (kind: 'write' | 'read'): Readonly<Record<string, Way>> =>
  ways(large, (answer) => ({ proxy }) => {
    if (kind === 'read') proxy.fail('write', { delivered: true, answer: 'reset' });
    proxy.fail(kind, { delivered: true, answer: answer() });
  });

/** Answers of any size take little memory. */
export const largeAnswers: readonly Row[] = [
  row('stores the change and answers with', seen, largeWays('write')),
  row(
    'stores the change, breaks the connection, and answers when the user is read with',
    unread(1),
    largeWays('read'),
    takesAllTime,
  ),
];
