import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Journal, JournalUnavailable } from './journal.ts';
import { ascii, operationOf, type Row, writeChanges, writeResult } from './rows.ts';

/** A parameter of a statement. */
export type Value = string | number | null;

/** A statement that does the same for each row asked for, and returns the `id` of each that it wrote. */
export interface Write {
  /** The members of a row, by their SQL types. */
  readonly columns: Readonly<Record<string, 'TEXT' | 'BIGINT'>>;
  /** The statement. `of` gives the SQL of a member, `from` a FROM clause for the rows, which is empty for a single one. */
  readonly sql: (of: (column: string) => string, from: string) => string;
}

/** A row for a write. */
export type WriteRow = Readonly<Record<string, Value>>;

/**
 * Runs a write of one row as a transaction, which may have other writes too and is durable when this resolves, to
 * whether it wrote the row. It may run twice where the first answer was lost. `id`: what the write is about. Rejects
 * with JournalUnavailable.
 */
export type Writer<Name extends string> = (name: Name, id: string, row: WriteRow) => Promise<boolean>;

/** A database under the journal. */
export interface Database {
  /** SQL for the milliseconds since 1970 by the database's clock, at the time of evaluation. */
  readonly now: string;
  /** Random; written into every intent that is begun through this object. */
  readonly instance: string;
  /** Whether other instances can use the database at the same time. */
  readonly shared: boolean;
  /** As `Journal.digestKey`. */
  digestKey(): Buffer | undefined;
  /**
   * Runs one statement with values for $1, $2, … as a transaction of its own, which is durable when this resolves. The
   * statement may run twice where the first answer was lost. Rejects with JournalUnavailable.
   */
  run(statement: string, values: readonly Value[]): Promise<readonly Row[]>;
  /** Makes the function that runs these writes, each under a name. */
  writer<Name extends string>(writes: Readonly<Record<Name, Write>>): Writer<Name>;
  close(): Promise<void>;
}

/** Rows that one statement deletes: few enough to stay far below its timeout, also in a journal of many years. */
const pruneBatch = 1000;

/** How many failed begins are remembered. Those from the start of an outage are the ones that may have been written. */
const maxAbandoned = 500;

/** Milliseconds by which a clock may be set back within the length of a lease, as time servers do. */
const clockToleranceMs = 5_000;

/** A journal in SQL, the same for every database. */
export function createSqlJournal(database: Database): Journal {
  const { now, instance, shared } = database;
  const run: Database['run'] = async (statement, values) => {
    // Some drivers write NULL for it.
    if (values.includes(undefined as never)) throw new JournalUnavailable(new Error('A value is missing.'));
    return database.run(statement, values);
  };
  const inTime = `expires_at > ${now} AND started_at <= ${now} + ${clockToleranceMs}`;
  const write = database.writer(writesOf(now, instance));
  const select = `SELECT *, CASE WHEN ${inTime} THEN 1 ELSE 0 END AS in_time FROM idpatch_operation`;
  const operationIn = (row: Row) => operationOf(row, shared || row.begun_by === instance);

  /** Attempts that were rejected although their row may have been written, with the operation of each. */
  const abandoned = new Map<string, string>();

  async function forgetAbandoned(): Promise<void> {
    if (abandoned.size === 0) return;
    const attempts = [...abandoned.keys()];
    const ids = [...abandoned.values()];
    const from = (start: number) => attempts.map((_, index) => `$${start + index}`).join(', ');
    await run(
      `DELETE FROM idpatch_operation
        WHERE operation_id IN (${from(1)}) AND attempt IN (${from(1 + ids.length)})`,
      [...ids.map(ascii), ...attempts],
    );
    for (const attempt of attempts) abandoned.delete(attempt);
  }

  return {
    remembers: true,
    digestKey: () => database.digestKey(),

    async begin(intent) {
      await forgetAbandoned();
      const attempt = randomUUID();
      const id = ascii(intent.operationId);
      const claim = [ascii(intent.caller), intent.key === null ? null : ascii(intent.key)] as const;
      const row = {
        ...{ operation_id: id, caller: claim[0], idempotency_key: claim[1], attempt },
        ...{ input_digest: ascii(intent.inputDigest), user_id: ascii(intent.user) },
        fields: ascii(JSON.stringify(intent.fields)),
        ttl: Math.ceil(intent.ttlMs),
        open_changes: writeChanges(intent.changes),
      };
      try {
        // The conflicting row can be pruned before it is read: then the insert can succeed.
        for (let tries = 0; tries < 3; tries++) {
          if (await write('begin', id, row)) return { kind: 'begun' };
          const [found] = await run(
            `${select} WHERE operation_id = $1 OR (caller = $2 AND idempotency_key = $3)`,
            [id, ...claim],
          );
          // Its own row: the answer to the insert was lost, and the statement ran again.
          if (found?.attempt === attempt) return { kind: 'begun' };
          if (found !== undefined) return { kind: 'known', operation: operationIn(found) };
        }
        throw new JournalUnavailable(new Error('An insert met a conflicting row that could not be read.'));
      } catch (error) {
        if (abandoned.size < maxAbandoned) abandoned.set(attempt, intent.operationId);
        throw error;
      }
    },

    async findByKey(caller, key, formerCaller = caller) {
      const [row] = await run(
        `${select} WHERE caller IN ($1, $2) AND idempotency_key = $3 ORDER BY caller = $1 DESC`,
        [ascii(caller), ascii(formerCaller), ascii(key)],
      );
      return row === undefined ? undefined : operationIn(row);
    },

    async finish(operationId, result, open) {
      const id = ascii(operationId);
      const open_changes = open ? writeChanges(open) : null;
      await write('finish', id, { done: id, result: ascii(writeResult(result)), open_changes });
    },

    async find(operationId) {
      const [row] = await run(`${select} WHERE operation_id = $1`, [ascii(operationId)]);
      return row === undefined ? undefined : operationIn(row);
    },

    async lease(user, holder, ttlMs) {
      // The process has the journal to itself, and its user lock lets one patch of a user run at a time.
      if (!shared) return true;
      const id = ascii(user);
      return write('lease', id, { user_id: id, holder: ascii(holder), ttl: Math.ceil(ttlMs) });
    },

    async release(user, holder) {
      if (!shared) return;
      const id = ascii(user);
      await write('release', id, { user_id: id, holder: ascii(holder) });
    },

    async prune(before) {
      // A process that died without releasing its lease leaves a row that nothing else would delete.
      await run(`DELETE FROM idpatch_lease WHERE expires_at <= ${now}`, []);
      let pruned = 0;
      for (;;) {
        const gone = await run(
          `DELETE FROM idpatch_operation WHERE operation_id IN (
            SELECT operation_id FROM idpatch_operation
              WHERE started_at < $1 AND (finished_at IS NOT NULL OR expires_at <= ${now})
              ORDER BY started_at LIMIT ${pruneBatch})
            RETURNING operation_id`,
          [before.getTime()],
        );
        pruned += gone.length;
        if (gone.length < pruneBatch) return pruned;
        // SQLite blocks the event loop: let requests run in between.
        await setImmediate();
      }
    },

    async check() {
      await forgetAbandoned();
      await run(
        `INSERT INTO idpatch_health (id, checked_at) VALUES (1, ${now})
          ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at`,
        [],
      );
    },

    close: () => database.close(),
  };
}

/** The statements that write. `now` and `instance`: those of the database. */
const writesOf = (now: string, instance: string) =>
  ({
    begin: {
      columns: {
        ...{ operation_id: 'TEXT', caller: 'TEXT', idempotency_key: 'TEXT', input_digest: 'TEXT' },
        ...{ user_id: 'TEXT', fields: 'TEXT', attempt: 'TEXT', ttl: 'BIGINT', open_changes: 'TEXT' },
      },
      sql: (of, from) =>
        `INSERT INTO idpatch_operation (operation_id, caller, idempotency_key, input_digest, user_id, fields,
            attempt, open_changes, begun_by, started_at, expires_at)
          SELECT ${of('operation_id')}, ${of('caller')}, ${of('idempotency_key')}, ${of('input_digest')},
            ${of('user_id')}, ${of('fields')}, ${of('attempt')}, ${of('open_changes')},
            '${instance}', ${now}, ${now} + ${of('ttl')} ${from} WHERE TRUE
          ON CONFLICT DO NOTHING RETURNING operation_id AS id`,
    },
    finish: {
      columns: { done: 'TEXT', result: 'TEXT', open_changes: 'TEXT' },
      sql: (of, from) =>
        `UPDATE idpatch_operation AS operation
          SET finished_at = ${now}, result = ${of('result')}, open_changes = ${of('open_changes')} ${from}
          WHERE operation_id = ${of('done')} AND (finished_at IS NULL OR operation.open_changes IS NOT NULL)
          RETURNING operation_id AS id`,
    },
    lease: {
      columns: { user_id: 'TEXT', holder: 'TEXT', ttl: 'BIGINT' },
      // Past the tolerance, the database's clock was set back: a lease never lasts much longer than its own length.
      sql: (of, from) =>
        `INSERT INTO idpatch_lease AS lease (user_id, holder, expires_at)
          SELECT ${of('user_id')}, ${of('holder')}, ${now} + ${of('ttl')} ${from} WHERE TRUE
          ON CONFLICT (user_id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
            WHERE lease.holder = excluded.holder OR lease.expires_at <= ${now}
              OR lease.expires_at > excluded.expires_at + ${clockToleranceMs}
          RETURNING user_id AS id`,
    },
    release: {
      columns: { user_id: 'TEXT', holder: 'TEXT' },
      sql: (of, from) =>
        `DELETE FROM idpatch_lease
          WHERE (user_id, holder) IN (SELECT ${of('user_id')}, ${of('holder')} ${from}) RETURNING user_id AS id`,
    },
  }) satisfies Record<string, Write>;
