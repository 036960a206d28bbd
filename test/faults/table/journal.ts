import { applied, notApplied, notSent, type Row, unknown } from './row.ts';

const unavailable = notSent('JOURNAL_UNAVAILABLE', undefined, '');

/** The journal, and the keys that it remembers. */
export const journal: readonly Row[] = [
  { what: 'the journal cannot be opened; it heals by itself', expected: unavailable },
  {
    what: 'the journal cannot be opened, and the call has a key',
    // What became of an earlier call with the key is not to be seen.
    expected: {
      ...unavailable,
      outcome: 'UNKNOWN',
      errors: [{ code: 'JOURNAL_UNAVAILABLE', path: 'idempotencyKey' }],
    },
  },
  { what: 'the journal is a file that is no database', expected: unavailable },
  { what: 'the journal is on a read-only file system', expected: unavailable },
  { what: 'the journal is on a full file system; it heals by itself', expected: unavailable },
  { what: 'the journal is a PostgreSQL that is down', expected: unavailable },
  { what: 'the journal is taken away while the write is under way', expected: applied() },
  { what: 'the same key fifty times at once', expected: applied() },
  {
    what: 'the same key with other input, also at once',
    expected: notApplied('IDEMPOTENCY_KEY_REUSED', 'idempotencyKey', { requests: 0 }),
  },
  { what: 'the key of a call that was UNKNOWN', expected: { ...unknown(), requests: 0 } },
  {
    what: 'the key of a call that was NOT_APPLIED, though it would do now',
    expected: notApplied('RATE_LIMITED', 'patch.displayName', {
      ...{ requests: 0, details: { retryAfterSeconds: 3_600 } },
    }),
  },
];
