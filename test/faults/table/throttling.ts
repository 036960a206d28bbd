import {
  applied,
  type Expected,
  eiam,
  notApplied,
  type Row,
  row,
  takesAllTime,
  unread,
  type Way,
  ways,
  write,
} from './row.ts';

type Headers = Readonly<Record<string, string>>;

/** The provider's answer to too many requests. */
function throttled(directory: string, headers: Headers, status = 429) {
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
  (headers: Headers, times?: number, status?: number): Way =>
  (provider) =>
    write(throttled(provider.directory, headers, status), times)(provider);

const rateLimited = (retryAfterSeconds: number | null): Expected =>
  notApplied('RATE_LIMITED', 'patch.displayName', {
    requests: 'one a second',
    details: { retryAfterSeconds },
  });

/** Ways by the text of the header. */
const retryAfter = (...texts: readonly string[]) =>
  byText(texts, (text) => throttle({ date: new Date().toUTCString(), 'retry-after': text }));
const acsRetryAfter = (...texts: readonly string[]) =>
  byText(texts, (text) => throttle({ 'x-acs-retry-after': text }, undefined, 400));
const byText = (texts: readonly string[], way: (text: string) => Way) =>
  ways(Object.fromEntries(texts.map((text) => [text || 'an empty text', text])), way);

/** The provider asks for fewer requests. */
export const throttling: readonly Row[] = [
  row('answers 429 once, with a Retry-After of a second', applied({ requests: 2, minMs: 1_000 }), {
    seconds: throttle({ 'retry-after': '1' }, 1),
    // Years behind ours: only the distance counts.
    'a date by its own clock': throttle(
      { date: 'Mon, 06 Jan 2020 10:00:00 GMT', 'retry-after': 'Mon, 06 Jan 2020 10:00:01 GMT' },
      1,
    ),
  }),
  row('answers 429 again and again, with a Retry-After of a second', rateLimited(1), retryAfter('1')),
  row(
    'answers 429 with a Retry-After of an hour or longer',
    rateLimited(3_600),
    retryAfter('3600', '7200', '2147483648', 'Fri, 31 Dec 9999 23:59:59 GMT'),
  ),
  row('answers 429 with a Retry-After of no time', rateLimited(1), retryAfter('0')),
  row(
    'answers 429 with a Retry-After that says nothing',
    rateLimited(null),
    retryAfter('99999999999999999999', '-5', 'soon', '1e9', '', 'Thu, 01 Jan 1970 00:00:00 GMT'),
  ),
  row(
    'answers 429 with a Retry-After of 30 s and a body that is not its own',
    rateLimited(30),
    write({
      status: 429,
      headers: { 'content-type': 'text/html', 'retry-after': '30' },
      body: '<h1>No</h1>',
    }),
  ),
  row(
    'stores the change, breaks the connection, and answers 429 when the user is read',
    unread(1),
    ({ directory, proxy }) => {
      proxy.fail('write', { delivered: true, answer: 'reset' });
      proxy.fail('read', { delivered: false, answer: throttled(directory, { 'retry-after': '3600' }) });
    },
    takesAllTime,
  ),
  row(
    'answers 400 Throttling once, with an x-acs-retry-after of 300 ms',
    applied({ requests: 2, minMs: 300 }),
    throttle({ 'x-acs-retry-after': '300' }, 1, 400),
    eiam,
  ),
  row('answers 400 Throttling with an x-acs-retry-after of 5 s', rateLimited(5), acsRetryAfter('5000'), {
    ...{ ...eiam, ...takesAllTime },
  }),
  row(
    'answers 400 Throttling with an x-acs-retry-after of an hour or longer',
    rateLimited(3_600),
    acsRetryAfter('3600000000', '99999999999'),
    eiam,
  ),
  row(
    'answers 400 Throttling with an x-acs-retry-after that says nothing',
    rateLimited(null),
    acsRetryAfter('4999.5', '-1', 'garbage'),
    eiam,
  ),
];
