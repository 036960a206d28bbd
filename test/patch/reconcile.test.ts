import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import {
  directoryNames,
  outcomeUnknown,
  patchUser,
  someUser,
  unconfirmed,
  written,
} from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import type { FrontDoor } from '../harness/front-door.ts';

const applied = { outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] };
const path = ['patch', 'displayName'] as const;

/** Every directory's reads lag behind its writes. */
const lagging = (ms: number): SandboxChanges => {
  const emulator = { readLagMs: () => ms };
  return { employees: emulator, contractors: emulator, customers: emulator };
};

const outcomeOf = async (door: FrontDoor, id: string) => {
  const query = 'query ($id: ID!) { operation(id: $id) { outcome finishedAt } }';
  const { data } = await door.graphql(query, { id });
  return (data as { operation: { outcome: string; finishedAt: string | null } }).operation.outcome;
};

describe.each(directoryNames)('reads that lag behind writes: %s', (directory) => {
  it('are repeated until they show the change', async () => {
    const { door, proxy, id } = await openBehindProxy(
      directory,
      { readBackDelaysMs: [50, 150, 400] },
      lagging(300),
    );
    if (directory === 'customers') proxy.fail('write', { delivered: true, answer: 'reset' });
    const input = { user: { id }, patch: { displayName: 'Later' } };
    expect(await patchUser(door, input)).toMatchObject({ ...applied, user: { displayName: 'Later' } });
    expect(proxy.count('read')).toBeGreaterThanOrEqual(2);
    expect([proxy.writes.length, written(door).length]).toEqual([1, 1]);
  });

  it('beyond the deadline leave an outcome open that ends by key and by id, also after a restart', async () => {
    const { journal } = freshJournal();
    const { door, proxy } = await openBehindProxy(
      directory,
      { readBackDelaysMs: [20] },
      { ...lagging(400), journal },
    );
    if (directory === 'customers') proxy.fail('write', { delivered: true, answer: 'reset' });
    const ask = (index: number) => ({
      ...{ user: { id: someUser(door, directory, index) }, patch: { displayName: `Later ${index}` } },
      idempotencyKey: `key ${index}`,
    });
    const first = await Promise.all([0, 1].map((index) => patchUser(door, ask(index))));
    const code = directory === 'customers' ? 'OUTCOME_UNKNOWN' : 'NOT_CONFIRMED';
    for (const { outcome, errors } of first) {
      expect(outcome).toBe('UNKNOWN');
      expect(errors).toMatchObject([{ code, path }]);
    }
    const [byKey, byId] = first.map(({ operationId }) => operationId) as [string, string];
    await delay(450);
    for (let process = 0; process < 2; process += 1) {
      await door.restart();
      expect(await patchUser(door, ask(0))).toMatchObject({ ...applied, operationId: byKey });
      expect(await outcomeOf(door, byId)).toBe('APPLIED');
    }
    expect([proxy.writes.length, written(door).length]).toEqual([2, 2]);
  });

  it('are repeated in the background, so that an outcome ends by itself', async () => {
    const { journal } = freshJournal();
    const { door, proxy, id } = await openBehindProxy(
      directory,
      { readBackDelaysMs: [] },
      { ...lagging(700), journal },
    );
    if (directory === 'customers') proxy.fail('write', { delivered: true, answer: 'reset' });
    const { operationId, outcome } = await patchUser(door, { user: { id }, patch: { displayName: 'Later' } });
    expect(outcome).toBe('UNKNOWN');
    const isLogged = () => door.log.some((line) => line.includes('"event":"reconciled"'));
    while (!isLogged()) await delay(50);
    const reads = proxy.count('read');
    expect(await outcomeOf(door, operationId)).toBe('APPLIED');
    expect([proxy.count('read'), written(door).length]).toEqual([reads, 1]);
  });
});

it('a write that was lost stays UNKNOWN, however often it is looked for', async () => {
  const { journal } = freshJournal();
  const { door, proxy, id } = await openBehindProxy('customers', {}, { journal });
  proxy.fail('write', { delivered: false, answer: 'reset' });
  const input = { user: { id }, patch: { displayName: 'Lost' }, idempotencyKey: randomUUID() };
  const first = await patchUser(door, input);
  expect(first).toMatchObject({ outcome: 'UNKNOWN', errors: [outcomeUnknown(unconfirmed, ...path)] });
  await delay(2_100);
  expect(await patchUser(door, input)).toEqual(first);
  expect(await outcomeOf(door, first.operationId)).toBe('UNKNOWN');
  await door.restart();
  expect(await patchUser(door, input)).toEqual(first);
  expect([proxy.writes.length, written(door).length]).toEqual([1, 0]);
});

it.each([
  ['email', { address: 'ADA@example.com', verified: false }, { address: 'ada@EXAMPLE.com', verified: false }],
  ['displayName', 'Ada ', 'Ada'],
])(
  'a lost write that changes no more than the form is not taken for written: %s',
  async (field, was, asked) => {
    const { journal } = freshJournal();
    const distort = ({ change }: { readonly change: Readonly<Record<string, unknown>> }) =>
      'name' in change ? { ...change, name: was } : change;
    const changes = { journal, customers: { distort } };
    const { door, proxy, id } = await openBehindProxy('customers', { readBackDelaysMs: [] }, changes);
    await door.patch({ id }, { [field]: was });
    proxy.fail('write', { delivered: false, answer: 'reset' });
    const input = { user: { id }, patch: { [field]: asked }, idempotencyKey: randomUUID() };
    const first = await patchUser(door, input);
    expect(first.outcome).toBe('UNKNOWN');
    await door.restart();
    expect(await patchUser(door, input)).toEqual(first);
    expect(await outcomeOf(door, first.operationId)).toBe('UNKNOWN');
  },
);

it('an outcome that ends later says what is kept in another form', async () => {
  const { journal } = freshJournal();
  const distort = ({ change }: { readonly change: Readonly<Record<string, unknown>> }) =>
    'name' in change ? { ...change, name: String(change.name).normalize('NFC') } : change;
  const changes = { journal, customers: { distort, readLagMs: () => 400 } };
  const { door, proxy, id } = await openBehindProxy('customers', { readBackDelaysMs: [] }, changes);
  proxy.fail('write', { delivered: true, answer: 'reset' });
  const input = { user: { id }, patch: { displayName: 'Ade\u0301le' }, idempotencyKey: randomUUID() };
  const { operationId, outcome } = await patchUser(door, input);
  expect(outcome).toBe('UNKNOWN');
  await delay(450);
  await door.restart();
  expect(await outcomeOf(door, operationId)).toBe('APPLIED');
  const mutation = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome adjusted } }';
  const { data } = await door.graphql(mutation, { input });
  expect(data).toEqual({ patchUser: { outcome: 'APPLIED', adjusted: [path] } });
});

it('the journal holds no value that a read could be compared with, except by its key', async () => {
  const { journal } = freshJournal();
  const { door, proxy } = await openBehindProxy('customers', {}, { journal });
  proxy.fail('write', { delivered: false, answer: 'reset' });
  const ids = [0, 1].map((index) => someUser(door, 'customers', index));
  for (const id of ids) await patchUser(door, { user: { id }, patch: { displayName: 'The same' } });
  await door.restart();
  const rows = new DatabaseSync(journal.sqlite).prepare('SELECT open_changes FROM idpatch_operation').all();
  const digests = rows.map(({ open_changes }) => String(open_changes));
  expect(digests).toHaveLength(2);
  // Two equal values have different digests.
  expect(new Set(digests).size).toBe(2);
  for (const text of digests)
    expect(text).toMatch(/^\[\[\\"patch.displayName\\",\\"displayName\\",\\"[\w-]{43}\.[\w-]{43}\\"\]\]$/);
});

it('a key is not answered NOT_APPLIED where the digest key cannot be read', async () => {
  const { journal } = freshJournal();
  const { door, id } = await openBehindProxy('customers', {}, { journal });
  const input = { user: { id }, patch: { displayName: 'Ada' }, idempotencyKey: randomUUID() };
  expect(await patchUser(door, input)).toMatchObject({ outcome: 'APPLIED' });
  writeFileSync(`${journal.sqlite}.key`, 'cut off');
  await door.restart();
  expect((await fetch(`${door.url}/ready`)).status).toBe(503);
  expect(await patchUser(door, input)).toMatchObject({
    outcome: 'UNKNOWN',
    errors: [{ code: 'JOURNAL_UNAVAILABLE', path: ['idempotencyKey'] }],
  });
  expect(written(door)).toHaveLength(1);
});
