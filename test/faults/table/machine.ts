import { unreached } from '../../harness/unreached.ts';
import {
  applied,
  descope,
  type Expected,
  notApplied,
  notSent,
  type Row,
  row,
  seen,
  unknown,
  unread,
} from './row.ts';

const unavailable = notSent('JOURNAL_UNAVAILABLE', undefined, '');
/** What became of an earlier call with the key is not to be seen. */
const keyUnreadable: Expected = {
  ...{ ...unavailable, outcome: 'UNKNOWN' },
  errors: [{ code: 'JOURNAL_UNAVAILABLE', path: 'idempotencyKey' }],
};

/** The journal, and the keys that it remembers. */
export const journal: readonly Row[] = [
  row('the journal cannot be opened; it heals by itself', unavailable),
  row('the journal cannot be opened, and the call has a key', keyUnreadable),
  row('the journal is a file that is no database', unavailable),
  row('the journal is on a read-only file system', unavailable),
  row('the journal is on a full file system; it heals by itself', unavailable),
  row('the journal is a PostgreSQL that is down', unavailable),
  row('the journal is taken away while the write is under way', applied()),
  row(
    'the journal is away between the write and its result: the key and the id tell it for ever after',
    applied(),
  ),
  row('reads lag for longer than the call has time: the key and the id tell it, also after a restart', seen),
  row('the same key fifty times at once', applied()),
  row(
    'the same key with other input, also at once',
    notApplied('IDEMPOTENCY_KEY_REUSED', 'idempotencyKey', { requests: 0 }),
  ),
  row('the key of a call that was UNKNOWN', { ...unknown(), requests: 0 }),
  row(
    'the key of a call that was NOT_APPLIED, though it would do now',
    notApplied('RATE_LIMITED', 'patch.displayName', { requests: 0, details: { retryAfterSeconds: 3_600 } }),
  ),
];

const turnTooLate = 'The time of this call was over before the patch could start: nothing was sent.';

/** Several calls at the same time, and callers who do not wait. */
export const atOnce: readonly Row[] = [
  row('patches of one user: one at a time', applied()),
  row('patches of one user in one document: in its order', applied()),
  row('patches of several users: side by side', applied()),
  row(
    'a patch whose turn does not come in the time of its call',
    notApplied('DEADLINE_EXCEEDED', '', { requests: 0, details: { message: turnTooLate } }),
  ),
  row('two additions to one list: both stay', applied(), {}, descope),
  row('200 patches while another directory hangs', applied()),
  row('the caller leaves: the write is not aborted, and its key gives the answer', applied()),
  row('the caller leaves without a key: the write is not aborted', applied()),
  row(
    'the time of the call is over before the provider has stored the change; later its key tells',
    unknown('one field', { stored: 0 }),
  ),
];

/** Many answers are lost at once: the circuit opens, and what was written is read back all the same. */
export const circuitBreaker: readonly Row[] = [
  row('stores the changes of 16 calls and breaks all their connections at once', seen),
  row('breaks 16 connections at once, and the users cannot be read', unread(1)),
  row('has done so just now: no more writes for a while', notSent('PROVIDER_UNAVAILABLE', unreached.broken)),
  row('has failed too often just now, and a key is called again', applied({ requests: 0, user: null })),
  row('answers 16 calls with nothing that can be understood, while a crowd waits', seen),
];

/** Nobody knows whether it was sent. */
const afterCrash: Expected = {
  ...unknown(),
  errors: [
    {
      ...{ code: 'OUTCOME_UNKNOWN', path: 'patch.displayName' },
      message:
        'The process ended before it had an answer: the change may have been sent, and may have been written.',
    },
  ],
};

/** The process itself. */
export const processes: readonly Row[] = [
  row('SIGTERM while writes are under way: `/ready` is 503 first, then exit 0', applied()),
  row('SIGTERM, and the callers have left; the keys give the answers', applied()),
  row('SIGKILL after the write was stored: its key', seen),
  row('SIGKILL, and the write was not stored: its key', afterCrash),
  row('SIGKILL during a patch: another patch of that user goes ahead within three seconds', applied()),
  row('no file may grow: the journal cannot be written', unavailable),
];
