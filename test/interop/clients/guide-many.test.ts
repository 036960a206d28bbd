import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { EmulatorRequest } from '../../../src/sandbox/emulator.ts';
import { someUser, written } from '../../harness/expected.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';
import { openDoor } from '../../harness/front-door.ts';
import { outcomesOf, patchMany } from '../../harness/many.ts';
import { patchManyOperation } from '../../harness/operations.ts';
import { lines } from './guide.ts';

const section = lines.join(' ').split('## Many patches in one call')[1]?.split(' ## ')[0] ?? '';

it('takes as many patches as the guide says', async () => {
  const [, fewest, most] = /takes (\d+) to (\d+) patches/.exec(section) ?? [];
  const [, code] = /is null and the error's code is `(\w+)`/.exec(section) ?? [];
  const door = await openDoor();
  const inputs = (count: number) =>
    Array.from({ length: count }, () => ({ user: { id: 'nowhere:a' }, patch: { displayName: 'Ada' } }));
  for (const count of [Number(fewest), Number(most)])
    expect(await patchMany(door, inputs(count))).toHaveLength(count);
  for (const count of [Number(fewest) - 1, Number(most) + 1]) {
    expect(await door.call(patchManyOperation, { inputs: inputs(count) })).toMatchObject({
      data: { patchUsers: null },
      errors: [{ extensions: { code } }],
    });
  }
});

it('has those called again that are retryable, with new keys, and the others keep their answers', async () => {
  expect(section).toContain('give each its own `idempotencyKey`');
  let isLimited = true;
  const intercept = ({ method }: EmulatorRequest) =>
    isLimited && method === 'PATCH' ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
  // Too little time to wait for it within the call.
  const limits = { deadlineMs: 1_000, readBackMs: 300 };
  const door = await openDoor({ ...freshJournal(), customers: { intercept }, limits });
  const inputOf = (id: string, displayName: string) => ({
    ...{ user: { id }, patch: { displayName } },
    idempotencyKey: randomUUID(),
  });
  const inputs = [
    inputOf(someUser(door, 'customers'), 'Ada'),
    inputOf(someUser(door, 'employees'), 'Li'),
    inputOf(someUser(door, 'customers', 1), ''),
    inputOf(someUser(door, 'customers', 2), 'Zoë'),
  ];
  const first = await patchMany(door, inputs);
  expect(outcomesOf(first)).toEqual([
    'NOT_APPLIED RATE_LIMITED',
    'APPLIED READ_BACK',
    'NOT_APPLIED INVALID_INPUT',
    'NOT_APPLIED RATE_LIMITED',
  ]);
  isLimited = false;
  expect(await patchMany(door, inputs)).toEqual([
    ...first.slice(0, 2),
    // What is wrong with an input is wrong again; its key stands for nothing.
    { ...first[2], operationId: expect.any(String) },
    ...first.slice(3),
  ]);
  await delay(1_000);
  const again = inputs.filter((_, index) => first[index]?.errors.some(({ retryable }) => retryable));
  const told = await patchMany(
    door,
    again.map((input) => ({ ...input, idempotencyKey: randomUUID() })),
  );
  expect(outcomesOf(told)).toEqual(['APPLIED RESPONSE', 'APPLIED RESPONSE']);
  expect(written(door)).toHaveLength(3);
});
