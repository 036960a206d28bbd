import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { JournalUnavailable } from '../../src/journal/journal.ts';
import { noJournal } from '../../src/journal/no-journal.ts';
import { keepOwedResults } from '../../src/journal/owed-results.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { conflict, patchUser, someUser, written } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import type { FrontDoor } from '../harness/front-door.ts';

const outcomeOf = async (door: FrontDoor, id: string) => {
  const { data } = await door.graphql('query ($id: ID!) { operation(id: $id) { outcome } }', { id });
  return data;
};

it.for([
  ['APPLIED', 'Ada', { outcome: 'APPLIED', errors: [] }, 1],
  [
    'NOT_APPLIED',
    'taken',
    {
      outcome: 'NOT_APPLIED',
      errors: [conflict('Another user of the directory has this value already.', 'patch', 'username')],
    },
    0,
  ],
] as const)(
  'a result that the journal could not take is answered from memory and written later: %s',
  async ([outcome, value, expected, writes]) => {
    const { journal } = freshJournal();
    const { door, proxy, id } = await openBehindProxy('employees', {}, { journal, metrics: {} });
    const [away, file] = [`${journal.sqlite}-away`, journal.sqlite];
    const takeAway = async () => {
      renameSync(file, away);
      mkdirSync(file);
    };
    const { data } = await door.graphql(
      `{ user(by: { id: "${someUser(door, 'employees', 1)}" }) { username } }`,
    );
    const taken = (data as { user: { username: string } }).user.username;
    const patch = value === 'taken' ? { username: taken } : { displayName: value };
    const input = { user: { id }, patch, idempotencyKey: 'a key' };
    proxy.fail('write', { after: takeAway, delivered: true }, 1);
    const first = await patchUser(door, input);
    expect(first).toMatchObject(expected);
    // The journal is still away.
    expect((await fetch(`${door.url}/ready`)).status).toBe(503);
    expect(await patchUser(door, input)).toEqual(first);
    expect(await outcomeOf(door, first.operationId)).toEqual({ operation: { outcome } });
    const owed = async () => /^idpatch_journal_owed_results (\d+)$/m.exec(await metricsOf(door))?.[1];
    expect(await owed()).toBe('1');
    rmdirSync(file);
    renameSync(away, file);
    while ((await owed()) !== '0') await delay(50);
    await door.restart();
    expect(await patchUser(door, input)).toEqual(first);
    expect(await outcomeOf(door, first.operationId)).toEqual({ operation: { outcome } });
    expect([proxy.writes.length, written(door).length]).toEqual([1, writes]);
  },
);

it('a result that is owed while an earlier one of the operation is written is written, too', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const away = async () => {
    throw new JournalUnavailable(new Error('away'));
  };
  const written: string[] = [];
  const finish = vi.fn<typeof noJournal.finish>(async (_id, { outcome }) => void written.push(outcome));
  const { journal, owed } = keepOwedResults(
    { ...noJournal, remembers: true, begin: async () => ({ kind: 'begun' }), finish },
    createLog({ write() {} }),
  );
  await journal.begin({
    ...{ operationId: '1', caller: 'a', key: null, inputDigest: '', user: 'customers:U1' },
    ...{ fields: [], changes: [], ttlMs: 1 },
  });
  const unknown = { outcome: 'UNKNOWN', confirmedBy: null, adjusted: [], errors: [] } as const;
  finish.mockImplementationOnce(away);
  await journal.finish('1', unknown, []);
  // The user shows the change while UNKNOWN is on its way to the journal.
  finish.mockImplementationOnce(async (_id, { outcome }) => {
    finish.mockImplementationOnce(away);
    await journal.finish('1', { ...unknown, outcome: 'APPLIED', confirmedBy: 'READ_BACK' });
    written.push(outcome);
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(written).toEqual(['UNKNOWN', 'APPLIED']);
  expect(owed()).toBe(0);
  await journal.close();
});

async function metricsOf({ metricsUrl = '' }: FrontDoor): Promise<string> {
  return (await fetch(metricsUrl)).text();
}
