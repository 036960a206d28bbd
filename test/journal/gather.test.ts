import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gatherWrites, type Rows } from '../../src/journal/gather.ts';
import { JournalUnavailable } from '../../src/journal/journal.ts';

type Statement = Rows<'begin' | 'lease'>;

/** A database whose transactions end when they are told to. */
function openDatabase({ concurrency = 1, maxWaitMs = 60_000, bad = '' } = {}) {
  const transactions: { readonly statements: readonly Statement[]; end(error?: unknown): void }[] = [];
  const { write, flush } = gatherWrites<'begin' | 'lease'>({
    concurrency,
    maxWaitMs,
    run: (statements) =>
      new Promise((resolve, reject) => {
        const ids = statements.map(({ rows }) => rows.map(({ id }) => String(id)));
        const end = (error?: unknown) => (error ? reject(error) : resolve(ids));
        transactions.push({ statements, end });
        if (ids.flat().includes(bad)) reject(new JournalUnavailable(new Error('row')));
      }),
    blamesRow: (error) => error instanceof Error && error.message === 'row',
  });
  return { transactions, flush, write: (name: 'begin' | 'lease', id: string) => write(name, id, { id }) };
}

const rowsOf = (statements: readonly Statement[] | undefined) =>
  statements?.map(({ name, rows }) => [name, rows.map(({ id }) => id).join(' ')]);

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

test('writes of one turn share a transaction, in the same order whoever comes first; the next waits for its end', async () => {
  const { transactions, write } = openDatabase();
  const first = [write('lease', 'b'), write('begin', 'z'), write('lease', 'a')];
  await turns();
  const second = [write('begin', 'y'), write('begin', 'x')];
  await turns();
  expect(transactions.map(({ statements }) => rowsOf(statements))).toEqual([
    [
      ['begin', 'z'],
      ['lease', 'a b'],
    ],
  ]);
  transactions[0]?.end();
  expect(await Promise.all(first)).toEqual([true, true, true]);
  await turns();
  expect(rowsOf(transactions[1]?.statements)).toEqual([['begin', 'x y']]);
  transactions[1]?.end();
  expect(await Promise.all(second)).toEqual([true, true]);
});

test('a transaction has one row for what it is about: the other comes later', async () => {
  const { transactions, write } = openDatabase({ concurrency: 2 });
  const both = [write('lease', 'a'), write('lease', 'a')];
  await turns();
  expect(transactions.map(({ statements }) => rowsOf(statements))).toEqual([
    [['lease', 'a']],
    [['lease', 'a']],
  ]);
  for (const { end } of transactions) end();
  await Promise.all(both);
});

test('a row that cannot be written harms no other', async () => {
  const { transactions, write } = openDatabase({ bad: 'bad' });
  const all = Promise.allSettled([write('begin', 'a'), write('begin', 'bad'), write('begin', 'b')]);
  await turns();
  expect(transactions).toHaveLength(4);
  for (const { end } of transactions) end();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a database that is away is asked once for all', async () => {
  const { transactions, write } = openDatabase();
  const all = Promise.allSettled([write('begin', 'a'), write('begin', 'b')]);
  await turns();
  transactions[0]?.end(new JournalUnavailable(new Error('away')));
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(transactions).toHaveLength(1);
});

test('who waits too long for a database that says nothing is rejected, and sent to nobody', async () => {
  const { transactions, write } = openDatabase({ maxWaitMs: 20 });
  const first = write('begin', 'a');
  await turns();
  await expect(write('begin', 'b')).rejects.toThrow(JournalUnavailable);
  transactions[0]?.end();
  expect(await first).toBe(true);
  await turns();
  expect(transactions).toHaveLength(1);
});

test('all that waits is sent when the journal closes', async () => {
  const { transactions, write, flush } = openDatabase();
  const all = [write('begin', 'a'), write('lease', 'a')];
  await turns();
  all.push(write('begin', 'b'));
  flush();
  for (const { end } of transactions) end();
  expect(await Promise.all(all)).toEqual([true, true, true]);
});
