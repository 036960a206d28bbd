import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { killProcesses, type ListeningProcess } from '../harness/process.ts';
import { serverForTests } from '../interop/postgres/server-for-tests.ts';
import { type Calling, callPatchUser } from './calls.ts';
import { drawInt, drawUuid } from './draw.ts';
import { type Store, stores, userIdOf } from './providers.ts';
import {
  another,
  callMortal,
  callToTheEnd,
  type KeyedOperation,
  openScenario,
  type Scenario,
  unanswered,
} from './scenario.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const seed = process.env.IDPATCH_SEED ?? randomBytes(4).toString('hex');
const slow = { delivered: true, after: 150, answerAfter: 50 };

const { server, describeWithServer } = await serverForTests();
afterAll(killProcesses);

describeWithServer(`two replicas, seed ${seed}`, () => {
  let scenario: Scenario;
  let one: ListeningProcess;
  let two: ListeningProcess;
  let schema = '';
  let schemas = 0;
  let limits = { deadlineMs: 8_000, readBackMs: 1_000 };

  const start = () =>
    scenario.start(
      { journal: { postgres: { env: 'DATABASE_URL' } }, limits },
      { DATABASE_URL: server.url(`-c search_path=${schema}`) },
    );
  async function open(): Promise<void> {
    // The users are the same each time: what held them before must not hold them now.
    schema = `scenario_${++schemas}`;
    await server.execute(`CREATE SCHEMA ${schema}`);
    scenario = await openScenario(drawUuid(seed, limits.deadlineMs, Math.random()), 400);
    [one, two] = await Promise.all([start(), start()]);
    // The first call of a replica makes its connections, on a busy machine for longer than these tests can wait.
    await Promise.all(
      [one, two].flatMap(({ url }) => stores.map((store) => callPatchUser(url, nobody(store)))),
    );
  }
  const close = () => scenario.close();

  describe('that both live', () => {
    const all: KeyedOperation[] = [];
    beforeAll(open, 30_000);
    afterAll(close);

    it('write one key once, whichever is called', { timeout: 60_000 }, async () => {
      const operations = scenario.plan(long ? 20 : 4, 'keys');
      all.push(...operations);
      await Promise.all(
        operations.map(async ({ userId, calling, replies }) => {
          scenario.setFault(userId, slow);
          const urls = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : two).url);
          replies.push(...(await Promise.all(urls.map((url) => callPatchUser(url, calling)))));
        }),
      );
      await callToTheEnd(one.url, operations);
      await callToTheEnd(two.url, operations);
      expect(await scenario.violations(all)).toEqual([]);
      for (const { replies } of operations) {
        expect(replies.at(-1)).toMatchObject({ outcome: 'APPLIED' });
      }
      for (const { userId } of operations) expect(scenario.requests(userId)).toBe(1);
    });

    it('take turns at one user', { timeout: 60_000 }, async () => {
      const pairs = Array.from({ length: long ? 20 : 4 }, (_, index) => {
        const [first] = scenario.plan(1, `pair ${index}`) as [KeyedOperation];
        scenario.setFault(first.userId, slow);
        return [first, { ...first, ...another(first) }] as const;
      });
      all.push(...pairs.flat());
      await Promise.all([
        ...pairs.map(([first]) => callToTheEnd(one.url, [first])),
        ...pairs.map(([, second]) => callToTheEnd(two.url, [second])),
      ]);
      expect(await scenario.violations(all)).toEqual([]);
      for (const { replies } of pairs.flat()) expect(replies).toMatchObject([{ outcome: 'APPLIED' }]);
    });

    it('do not lose what the other one adds to a list', { timeout: 60_000 }, async () => {
      const users = Array.from({ length: long ? 20 : 4 }, (_, index) => userIdOf('customers', index));
      const add = (url: string, userId: string, tag: string) => {
        const patch = { customFields: [{ add: { field: 'tags', value: { texts: [tag] } } }] };
        return callPatchUser(url, { input: { user: { id: `customers:${userId}` }, patch } });
      };
      const replies = await Promise.all(
        users.flatMap((userId) => {
          scenario.setFault(userId, slow);
          return [add(one.url, userId, 'beta'), add(two.url, userId, 'vip'), add(one.url, userId, 'press')];
        }),
      );
      for (const reply of replies) expect(reply).toMatchObject({ outcome: 'APPLIED' });
      for (const userId of users) {
        const user = scenario.providers.emulators.customers.users().get(userId);
        expect(user?.customAttributes).toMatchObject({
          tags: expect.arrayContaining(['beta', 'press', 'vip']),
        });
      }
    });
  });

  describe('of which one is killed', () => {
    beforeEach(async () => {
      // An intent that nobody finished counts as under way for twice this long.
      limits = { deadlineMs: 1_500, readBackMs: 500 };
      await open();
    }, 30_000);
    afterEach(close);

    it('answer for each other: what a killed one had sent is seen, and not sent again', {
      timeout: 30_000,
    }, async () => {
      const [applied, lost, unsent] = scenario.plan(3, 'killed') as [
        KeyedOperation,
        KeyedOperation,
        KeyedOperation,
      ];
      scenario.setFault(applied.userId, { delivered: true, after: 400 });
      scenario.setFault(lost.userId, { delivered: false, answer: 'nothing' });
      const calls = callMortal(one.url, [applied, lost], 0);
      await Promise.all([scenario.sent(applied.userId), scenario.sent(lost.userId)]);
      await one.kill();
      await calls;
      await callMortal(one.url, [unsent], 0);
      await callToTheEnd(two.url, [applied, lost, unsent]);
      expect(await scenario.violations([applied, lost, unsent])).toEqual([]);
      expect(applied.replies[1]).toMatchObject({ errors: ['IDEMPOTENCY_IN_PROGRESS idempotencyKey'] });
      expect(applied.replies.at(-1)).toMatchObject({
        outcome: 'APPLIED',
        confirmedBy: 'READ_BACK',
        errors: [],
      });
      expect(lost.replies.at(-1)).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null });
      expect(unsent.replies.at(-1)).toMatchObject({ outcome: 'APPLIED' });
      for (const { userId } of [applied, lost, unsent]) expect(scenario.requests(userId)).toBe(1);
    });

    it.runIf(long)('give a user free whose patch ended with its replica', { timeout: 30_000 }, async () => {
      const [first] = scenario.plan(1, 'leased') as [KeyedOperation];
      scenario.setFault(first.userId, { delivered: true, answer: 'nothing' });
      const call = callMortal(one.url, [first], 0);
      await scenario.sent(first.userId);
      await one.kill();
      await call;
      const { input } = another(first).calling;
      const patch = { ...input, idempotencyKey: undefined };
      // Until nothing of the killed one can still be on its way, the user is its own.
      expect(await callPatchUser(two.url, { input: patch })).toMatchObject({
        outcome: 'NOT_APPLIED',
        errors: ['DEADLINE_EXCEEDED '],
      });
      const until = performance.now() + 20_000;
      let reply = await callPatchUser(two.url, { input: patch });
      while (typeof reply === 'object' && reply.outcome === 'NOT_APPLIED' && performance.now() < until) {
        reply = await callPatchUser(two.url, { input: patch });
      }
      expect(reply).toMatchObject({ outcome: 'APPLIED' });
    });

    it('lose and double nothing where one is killed again and again', { timeout: 300_000 }, async () => {
      const all: KeyedOperation[] = [];
      for (let round = 0; round < (long ? 15 : 2); round += 1) {
        const fresh = scenario.plan(20, `round ${round}`);
        const again = unanswered(all);
        all.push(...fresh);
        const calls = [
          callMortal(one.url, fresh, 6),
          callMortal(two.url, fresh, 10),
          callMortal(two.url, again, 6),
        ];
        await delay(drawInt(10, 250, seed, round));
        await one.kill();
        await Promise.all(calls);
        one = await start();
      }
      await Promise.all([callToTheEnd(one.url, all), callToTheEnd(two.url, all)]);
      expect(await scenario.violations(all)).toEqual([]);
    });
  });
});

/** A patch of a user who is not there. */
function nobody(store: Store): Calling {
  return {
    input: { user: { id: `${store}:${userIdOf(store, 999_999)}` }, patch: { displayName: 'Nobody' } },
  };
}
