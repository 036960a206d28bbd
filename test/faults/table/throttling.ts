import type { Answer } from '../../harness/fault-answers.ts';
import {
  applied,
  type Expected,
  eiam,
  notApplied,
  type ProviderBehindProxy,
  type Row,
  unknown,
  type Way,
  ways,
} from './row.ts';

/** The provider's answer to too many requests. */
function throttled(
  { directory }: ProviderBehindProxy,
  headers: Readonly<Record<string, string>>,
  status = 429,
): Answer {
  const body =
    directory === 'customers'
      ? { errorCode: 'E130429', errorDescription: 'Rate limit exceeded' }
      : {
          Code: 'Throttling.User',
          Message: 'Request was denied due to user flow control.',
          RequestId: 'A-1',
        };
  return { status, headers, body: JSON.stringify(body) };
}

const throttle =
  (headers: () => Readonly<Record<string, string>>, times?: number, status?: number): Way =>
  (provider) =>
    provider.proxy.fail('write', { delivered: false, answer: throttled(provider, headers(), status) }, times);

const rateLimited = (retryAfterSeconds: number | null): Expected =>
  notApplied('RATE_LIMITED', 'patch.displayName', {
    details: { retryAfterSeconds },
    requests: 'one a second',
  });

const retryAfter = (...texts: readonly string[]) =>
  ways(texts, (text) => throttle(() => ({ date: new Date().toUTCString(), 'retry-after': text })));

const acsRetryAfter = (...texts: readonly string[]) =>
  ways(texts, (text) => throttle(() => ({ 'x-acs-retry-after': text }), undefined, 400));

/** The provider asks for fewer requests. */
export const throttling: readonly Row[] = [
  {
    what: 'answers 429 once and asks to wait a second',
    expected: applied({ requests: 2, minMs: 1_000 }),
    ways: {
      'Retry-After: 1': throttle(() => ({ 'retry-after': '1' }), 1),
      // Years behind ours: only the distance counts.
      'Retry-After as a date by its own clock': throttle(
        () => ({ date: 'Mon, 06 Jan 2020 10:00:00 GMT', 'retry-after': 'Mon, 06 Jan 2020 10:00:01 GMT' }),
        1,
      ),
    },
  },
  {
    what: 'answers 429 again and again and asks to wait a second',
    expected: rateLimited(1),
    ways: { 'Retry-After: 1': throttle(() => ({ 'retry-after': '1' })) },
  },
  {
    what: 'answers 429 and asks to wait an hour or longer',
    expected: rateLimited(3_600),
    ways: retryAfter('3600', '7200', '2147483648', 'Fri, 31 Dec 9999 23:59:59 GMT'),
  },
  {
    what: 'answers 429 and asks to wait for no time',
    expected: rateLimited(1),
    ways: retryAfter('0'),
  },
  {
    what: 'answers 429 and does not say how long to wait',
    expected: rateLimited(null),
    ways: retryAfter('99999999999999999999', '-5', 'soon', '1e9', '', 'Thu, 01 Jan 1970 00:00:00 GMT'),
  },
  {
    what: 'answers 429 with a body that is not its own',
    expected: rateLimited(30),
    ways: {
      'Retry-After: 30': ({ proxy }) => {
        const headers = { 'content-type': 'text/html', 'retry-after': '30' };
        proxy.fail('write', { delivered: false, answer: { status: 429, headers, body: '<h1>No</h1>' } });
      },
    },
  },
  {
    what: 'stores the change, breaks the connection, and answers 429 when the user is read',
    expected: unknown('one field', { user: null, stored: 1 }),
    ways: {
      'Retry-After: 3600': (provider) => {
        provider.proxy.fail('write', { delivered: true, answer: 'reset' });
        const answer = throttled(provider, { 'retry-after': '3600' });
        provider.proxy.fail('read', { delivered: false, answer });
      },
    },
    takesAllTime: true,
  },
  {
    what: 'answers 400 Throttling once and asks to wait for 300 ms',
    expected: applied({ requests: 2, minMs: 300 }),
    directories: eiam,
    ways: { 'x-acs-retry-after: 300': throttle(() => ({ 'x-acs-retry-after': '300' }), 1, 400) },
  },
  {
    what: 'answers 400 Throttling and asks to wait for 5 s',
    expected: rateLimited(5),
    directories: eiam,
    ways: acsRetryAfter('5000'),
    takesAllTime: true,
  },
  {
    what: 'answers 400 Throttling and asks to wait an hour or longer',
    expected: rateLimited(3_600),
    directories: eiam,
    ways: acsRetryAfter('3600000000', '99999999999'),
  },
  {
    what: 'answers 400 Throttling and does not say how long to wait',
    expected: rateLimited(null),
    directories: eiam,
    ways: acsRetryAfter('4999.5', '-1', 'garbage'),
  },
];
