import { expect } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { written } from '../harness/expected.ts';
import { call, patchMarked } from './marked-patch.ts';
import { expectAnswer, expectOutcome, longLimits, openWarm, runRows } from './run-rows.ts';
import { unknown } from './table/row.ts';

runRows('No answer', {
  async 'breaks the connection while a request is under way on it, and is well again'(
    test,
    directory,
    expected,
  ) {
    const door = await openWarm(test, directory);
    door.proxies[directory].fail('write', { delivered: false, answer: 'end' }, 1);
    expectOutcome(await patchMarked(door, directory), unknown());
    expectOutcome(await patchMarked(door, directory), expected);
  },

  async 'stores the first step and refuses the second, for another user has the value'(
    test,
    directory,
    expected,
  ) {
    const door = await openBehindProxies(test, { limits: longLimits });
    const [which, taken] =
      directory === 'employees' ? [0, 'zhang.wei@example.com'] : [1, 'liu.yang@example.com'];
    const id = `${directory}:${[...door.emulators[directory].users().keys()][which]}`;
    const email = { address: taken, verified: true };
    const answer = await call(door, id, { status: 'DISABLED', displayName: 'Ada', email });
    expectAnswer(answer, expected);
    expect(answer.user).toMatchObject({ status: 'DISABLED' });
    expect(door.proxies[directory].count('write')).toBe(expected.requests);
    expect(written(door)).toHaveLength(expected.stored);
  },
});
