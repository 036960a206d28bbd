import { gzipSync } from 'node:zlib';
import { type Answer, huge } from '../../harness/fault-answers.ts';
import { type Expected, errorBody, type Row, seen, storedOrNot, unknown, type Way, ways } from './row.ts';

const html = { 'content-type': 'text/html' };
const page = '<html><body>Take care of yourself.</body></html>';
const named = (answers: readonly { readonly status: number }[]): Readonly<Record<string, Answer>> =>
  Object.fromEntries(answers.map((answer) => [String(answer.status), answer]));

/** Where such an answer is a yes, the code says that it is one. */
const notConfirmed: Expected = {
  ...unknown('three fields'),
  errors: unknown('three fields').errors.map(({ path }) => ({ code: 'NOT_CONFIRMED', path })),
  or: unknown('three fields'),
};

/** The answer has not the form of the provider's. */
export const oddAnswers: readonly Row[] = [
  ...storedOrNot('answers with a page of html', () =>
    named([200, 201, 203, 400, 403, 404, 409].map((status) => ({ status, headers: html, body: page }))),
  ),
  ...storedOrNot('answers 200 and what is no JSON object', () => ({
    'a text': { status: 200, body: 'OK' },
    null: { status: 200, body: 'null' },
    'a list': { status: 200, body: '[]' },
    'a string': { status: 200, body: '"yes"' },
    'half of an object': 'half as if whole',
    'half of an object, in chunks': 'half in chunks as if whole',
    'more than the limit of 8 MB': { status: 200, body: `{}${' '.repeat(8 * 1024 * 1024)}` },
  })),
  ...storedOrNot('answers with a status that is no answer of its API', () =>
    named([{ status: 202 }, { status: 301 }]),
  ),
  ...storedOrNot(
    'answers with nothing, or nearly so',
    () => ({
      nothing: 'empty',
      'nothing, in chunks': 'empty in chunks',
      'nothing until the connection ends': 'empty until the end of the connection',
      '{}': { status: 200, body: '{}' },
      'a RequestId': { status: 200, body: '{"RequestId":"B7C1-99"}' },
      204: { status: 204 },
    }),
    {},
    notConfirmed,
  ),
  {
    what: 'answers 200 and a code that its documentation does not have',
    expected: unknown(),
    ways: {
      so: ({ directory, proxy }) => {
        const code = directory === 'customers' ? 'E999999' : 'Something.New';
        proxy.fail('write', { delivered: false, answer: { status: 200, body: errorBody(directory, code) } });
      },
    },
  },
  { what: 'redirects to another host: nothing is sent there', expected: unknown() },
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
  ways(Object.keys(large), (name) => ({ proxy }) => {
    if (kind === 'read') proxy.fail('write', { delivered: true, answer: 'reset' });
    proxy.fail(kind, { delivered: true, answer: large[name]?.() ?? 'reset' });
  });

/** Answers of any size take little memory. */
export const largeAnswers: readonly Row[] = [
  { what: 'stores the change and answers with', expected: seen, ways: largeWays('write') },
  {
    what: 'stores the change, breaks the connection, and answers when the user is read with',
    expected: unknown('one field', { user: null, stored: 1 }),
    ways: largeWays('read'),
    takesAllTime: true,
  },
];
