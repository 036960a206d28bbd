import { unreached } from '../../harness/unreached.ts';
import { applied, notApplied, notSent, type Row, seen, unknown } from './row.ts';

/** Several calls at the same time, and callers who do not wait. */
export const atOnce: readonly Row[] = [
  { what: 'patches of one user: one at a time', expected: applied() },
  { what: 'patches of one user in one document: in its order', expected: applied() },
  { what: 'patches of several users: side by side', expected: applied() },
  {
    what: 'a patch whose turn does not come in the time of its call',
    expected: notApplied('DEADLINE_EXCEEDED', '', {
      requests: 0,
      details: {
        message: 'The time of this call was over before the patch could start: nothing was sent.',
      },
    }),
  },
  { what: 'two additions to one list: both stay', expected: applied(), directories: ['customers'] },
  { what: '200 patches while another directory hangs', expected: applied() },
  { what: 'the caller leaves: the write is not aborted, and its key gives the answer', expected: applied() },
  { what: 'the caller leaves without a key: the write is not aborted', expected: applied() },
  {
    what: 'the time of the call is over before the provider has stored the change; later its key tells',
    expected: unknown('one field', { stored: 0 }),
  },
];

/** Many answers are lost at once: the circuit opens, and what was written is read back all the same. */
export const circuitBreaker: readonly Row[] = [
  {
    what: 'stores the changes of 16 calls and breaks all their connections at once',
    expected: seen,
  },
  {
    what: 'breaks 16 connections at once, and the users cannot be read',
    expected: unknown('one field', { user: null, stored: 1 }),
  },
  {
    what: 'has done so just now: no more writes for a while',
    expected: notSent('PROVIDER_UNAVAILABLE', unreached.broken),
  },
  {
    what: 'has failed too often just now, and a key is called again',
    expected: applied({ requests: 0, user: null }),
  },
  {
    what: 'answers 16 calls with nothing that can be understood, while a crowd waits',
    expected: seen,
  },
];

/** The process itself. */
export const processes: readonly Row[] = [
  { what: 'SIGTERM while writes are under way: `/ready` is 503 first, then exit 0', expected: applied() },
  { what: 'SIGTERM, and the callers have left; the keys give the answers', expected: applied() },
  { what: 'SIGKILL after the write was stored: its key', expected: seen },
  { what: 'SIGKILL, and the write was not stored: its key', expected: unknown() },
  {
    what: 'no file may grow: the journal cannot be written',
    expected: notSent('JOURNAL_UNAVAILABLE', undefined, ''),
  },
];
