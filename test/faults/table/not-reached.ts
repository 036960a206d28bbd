import { setTimeout as delay } from 'node:timers/promises';
import { own } from '../../harness/fault-answers.ts';
import { unreached } from '../../harness/unreached.ts';
import { applied, notApplied, notSent, type Row, seen, stored, unknown, ways, write } from './row.ts';

const refused = notSent('PROVIDER_UNAVAILABLE', unreached.refused);
const unavailable = {
  ...notSent('PROVIDER_UNAVAILABLE'),
  or: notSent('PROVIDER_UNAVAILABLE', undefined, ''),
};

/** The connection is never made, or nothing can leave by it. */
export const notReached: readonly Row[] = [
  {
    what: 'refuses connections for the whole time of the call',
    expected: refused,
    ways: { so: ({ proxy }) => proxy.refuse() },
    ...{ takesAllTime: true, isCold: true },
  },
  {
    what: 'refuses connections since the last call',
    expected: refused,
    ways: { so: ({ proxy }) => proxy.refuse() },
    takesAllTime: true,
  },
  {
    what: 'refuses connections at first',
    expected: applied(),
    ways: {
      async so({ proxy }) {
        await proxy.refuse();
        void delay(30).then(() => proxy.accept());
      },
    },
  },
  {
    what: 'refuses connections, and the user is named by login',
    expected: notSent('PROVIDER_UNAVAILABLE', unreached.refused, ''),
  },
  {
    what: 'resets the read that comes before a list is changed',
    expected: notApplied('PROVIDER_UNAVAILABLE', '', { details: { message: unreached.silent }, requests: 0 }),
    directories: ['customers'],
  },
  {
    what: 'has a name that does not exist',
    expected: unavailable,
    ways: { so: () => {} },
    ...{ takesAllTime: true, isCold: true },
    changes: (name) => ({ directories: { [name]: { baseUrl: 'https://idpatch-does-not-exist.invalid' } } }),
  },
  { what: 'answers no SYN for longer than a connection may take', expected: unavailable },
  {
    what: 'resets the connection when it accepts it, once',
    expected: applied(),
    ways: { so: ({ proxy }) => proxy.resetOnAccept(1) },
    isCold: true,
  },
  {
    what: 'resets connections when it accepts them',
    // Never UNKNOWN.
    expected: { ...applied(), or: unavailable },
    ways: ways(
      ['3 times', '100 times'],
      (times) =>
        ({ proxy }) =>
          proxy.resetOnAccept(Number.parseInt(times, 10)),
    ),
    ...{ takesAllTime: true, isCold: true },
  },
  {
    what: 'has closed the idle connection before it is used again',
    expected: applied(),
    ways: ways(
      ['end', 'reset'],
      (how) =>
        ({ proxy }) =>
          proxy.dropIdle(how),
    ),
  },
  {
    what: 'closes each connection with its answer',
    expected: applied(),
    ways: {
      so: ({ proxy }) => proxy.fail('any', { delivered: true, answer: own({ connection: 'close' }) }),
    },
    ...{ repeat: 2, isCold: true },
  },
  {
    what: 'has failed all calls so far: the circuit is open',
    expected: notSent('PROVIDER_UNAVAILABLE', unreached.broken),
  },
  {
    what: 'has refused all connections so far: the circuit is open',
    expected: notSent('PROVIDER_UNAVAILABLE', unreached.broken),
  },
];

const late = notSent('DEADLINE_EXCEEDED', unreached.late);
const customers = { directories: ['customers'], areExamples: true } as const;

/** Connections that take longer than the call has: in a test file of their own. */
export const noConnectionInTime: readonly Row[] = [
  { what: 'accepts no connection in the time of the call', expected: late, ...customers },
  {
    what: 'accepts no connection for more calls than it has connections: the circuit is open',
    expected: notSent('PROVIDER_UNAVAILABLE', unreached.broken),
    ...customers,
  },
  {
    what: 'accepts the connection after the time of the call',
    // Its turn may come too late as well.
    expected: { ...late, or: notSent('DEADLINE_EXCEEDED', undefined, '') },
    ...customers,
  },
];

const so = { so: () => {} };
const cold = { isCold: true } as const;
/** Not tried again; where there is no token yet, the request for one is what fails. */
const untrusted = { ...unavailable, connections: 1, or: { ...unavailable.or, connections: 1 } };

/** TLS. */
export const tls: readonly Row[] = [
  { what: 'has a good certificate', expected: applied(), ways: so, certificate: 'good', ...cold },
  {
    what: 'has a self-signed certificate',
    ...{ expected: untrusted, ways: so, certificate: 'self-signed', ...cold },
  },
  {
    what: 'has the certificate of another host',
    ...{ expected: untrusted, ways: so, certificate: 'wrong-host', ...cold },
  },
  {
    what: 'has a certificate that has expired',
    ...{ expected: untrusted, ways: so, certificate: 'expired', ...cold },
  },
  { what: 'speaks plain HTTP at its https port', expected: untrusted },
  {
    what: 'resets a connection before the TLS handshake, once',
    expected: applied(),
    ways: { so: ({ proxy }) => proxy.resetOnAccept(1) },
    ...{ certificate: 'good', ...cold },
  },
  {
    what: 'resets every connection before the TLS handshake',
    expected: unavailable,
    ways: { so: ({ proxy }) => proxy.resetOnAccept(100) },
    ...{ certificate: 'good', takesAllTime: true, ...cold },
  },
  {
    what: 'offers HTTP/2, over which undici would send again by itself: HTTP/1.1 is spoken',
    expected: applied(),
  },
  {
    what: 'stores the change and breaks the TLS connection',
    expected: seen,
    ways: ways(['reset', 'end'], (how) => stored(how)),
    ...{ certificate: 'good', ...cold },
  },
  {
    what: 'does not store the change and breaks the TLS connection',
    expected: unknown(),
    ways: ways(['reset', 'end'], (how) => write(how)),
    ...{ certificate: 'good', ...cold },
  },
];
