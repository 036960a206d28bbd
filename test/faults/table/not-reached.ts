import { setTimeout as delay } from 'node:timers/promises';
import { own } from '../../harness/fault-answers.ts';
import { unreached } from '../../harness/unreached.ts';
import {
  applied,
  cold,
  descope,
  type Expected,
  notApplied,
  notSent,
  type Row,
  row,
  seen,
  stored,
  takesAllTime,
  unknown,
  type Way,
  ways,
  write,
} from './row.ts';

const refused = notSent('PROVIDER_UNAVAILABLE', unreached.refused);
const broken = notSent('PROVIDER_UNAVAILABLE', unreached.broken);
const late = notSent('DEADLINE_EXCEEDED', unreached.late);
/** Where there is no token yet, the request for one is what fails: it has no path. */
const unavailable: Expected = {
  ...notSent('PROVIDER_UNAVAILABLE'),
  or: notSent('PROVIDER_UNAVAILABLE', undefined, ''),
};

const refuse: Way = ({ proxy }) => proxy.refuse();
const resetOnAccept =
  (times: number): Way =>
  ({ proxy }) =>
    proxy.resetOnAccept(times);
const breaks = { RST: 'reset', FIN: 'end' } as const;
const nothing: Way = () => {};
const unknownHost = { baseUrl: 'https://idpatch-does-not-exist.invalid' };

/** The connection is never made, or nothing can leave by it. */
export const notReached: readonly Row[] = [
  row('refuses connections for the whole time of the call', refused, refuse, { ...cold, ...takesAllTime }),
  row('refuses connections since the last call', refused, refuse, takesAllTime),
  row('refuses connections at first', applied(), async ({ proxy }) => {
    await proxy.refuse();
    void delay(30).then(() => proxy.accept());
  }),
  row(
    'refuses connections, and the user is named by login',
    notSent('PROVIDER_UNAVAILABLE', unreached.refused, ''),
  ),
  row(
    'resets the read that comes before a list is changed',
    notApplied('PROVIDER_UNAVAILABLE', '', { requests: 0, details: { message: unreached.silent } }),
    ...[{}, descope],
  ),
  row('has a name that does not exist', unavailable, nothing, {
    ...{ ...cold, ...takesAllTime },
    changes: (directory) => ({ directories: { [directory]: unknownHost } }),
  }),
  row('answers no SYN for longer than a connection may take', unavailable),
  row('resets the connection when it accepts it, once', applied(), resetOnAccept(1), cold),
  // Never UNKNOWN.
  row(
    'resets connections when it accepts them',
    { ...applied(), or: unavailable },
    ways({ '3 times': 3, '100 times': 100 }, resetOnAccept),
    { ...cold, ...takesAllTime },
  ),
  row(
    'has closed the idle connection before it is used again',
    applied(),
    ways(
      { RST: 'reset', FIN: 'end' } as const,
      (how) =>
        ({ proxy }) =>
          proxy.dropIdle(how),
    ),
  ),
  row(
    'closes each connection with its answer',
    applied(),
    ({ proxy }) => proxy.fail('any', { delivered: true, answer: own({ connection: 'close' }) }),
    { ...cold, repeat: 2 },
  ),
  row('has failed all calls so far: the circuit is open', broken),
  row('has refused all connections so far: the circuit is open', broken),
];

const example = { ...descope, areExamples: true } as const;

/** Connections that take longer than the call has. */
export const noConnectionInTime: readonly Row[] = [
  row('accepts no connection in the time of the call', late, {}, example),
  row(
    'accepts no connection for more calls than it has connections: the circuit is open',
    broken,
    {},
    example,
  ),
  row(
    'accepts the connection after the time of the call',
    // Its turn may come too late as well.
    { ...late, or: notSent('DEADLINE_EXCEEDED', undefined, '') },
    ...[{}, example],
  ),
];

/** It is not tried again. */
const untrusted: Expected = {
  ...{ ...unavailable, connections: 1 },
  or: { ...notSent('PROVIDER_UNAVAILABLE', undefined, ''), connections: 1 },
};
const certified = (certificate: string) => ({ ...cold, certificate });
const good = certified('good');

export const tls: readonly Row[] = [
  row('has a good certificate', applied(), nothing, good),
  row('has a self-signed certificate', untrusted, nothing, certified('self-signed')),
  row('has the certificate of another host', untrusted, nothing, certified('wrong-host')),
  row('has a certificate that has expired', untrusted, nothing, certified('expired')),
  row('speaks plain HTTP at its https port', untrusted),
  row('resets a connection before the TLS handshake, once', applied(), resetOnAccept(1), good),
  row('resets every connection before the TLS handshake', unavailable, resetOnAccept(100), {
    ...{ ...good, ...takesAllTime },
  }),
  row('offers HTTP/2, over which undici would send again by itself: HTTP/1.1 is spoken', applied()),
  row('stores the change and breaks the connection', seen, ways(breaks, stored), good),
  row(
    'does not store the change and breaks the connection',
    unknown(),
    ways(breaks, (how) => write(how)),
    good,
  ),
];
