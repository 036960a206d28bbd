import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, type TestContext } from 'vitest';
import { killProcesses, openFolder, startProcess } from '../harness/process.ts';
import { call, endOf } from './marked-patch.ts';
import { stores, userIdOf } from './providers.ts';
import { openRecordedProviders } from './recording-proxy.ts';
import { expectAnswer, runRows } from './run-rows.ts';
import { type Expected, notApplied } from './table/row.ts';

afterAll(killProcesses);

/** A patch of one user of each directory, and what starts an idpatch that keeps its journal. */
async function setUp(test: TestContext) {
  const folder = openFolder();
  const { directories, environment, emulators, proxies, close } = await openRecordedProviders(1);
  test.onTestFinished(async () => {
    await close();
    folder.remove();
  });
  const patches = stores.map((store) => {
    const [key, proxy] = [randomUUID(), proxies[store] ?? expect.fail('There is no proxy.')];
    const userId = `${store}:${userIdOf(store, 0)}`;
    return { userId, proxy, emulator: emulators[store], key, patch: { displayName: `op-${key}` } };
  });
  const journal = { sqlite: `${folder.path}/journal.db` };
  const limits = { deadlineMs: 25_000, readBackMs: 5_000 };
  return {
    patches,
    secrets: Object.values(environment),
    async start(after?: string) {
      const configuration = { journal, limits, directories };
      const idpatch = await startProcess(configuration, environment, folder.path, after);
      test.onTestFinished(() => idpatch.kill());
      return { ...idpatch, url: new URL(idpatch.url).origin };
    },
  };
}
type SetUp = Awaited<ReturnType<typeof setUp>>;

/** Starts idpatch and sends every patch: each is held on its way until it is let go. */
async function startAndHold({ patches, start }: SetUp, delivered: boolean, signal?: AbortSignal) {
  const idpatch = await start();
  expect(await ready(idpatch.url)).toBe(200);
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  for (const { proxy } of patches) proxy.fail('write', { delivered, after: promise });
  const answers = patches.map(({ userId, patch, key }) =>
    call(idpatch, userId, patch, signal ? { key, signal } : { key }),
  );
  for (const answer of answers) answer.catch(() => {});
  await Promise.all(patches.map(({ proxy }) => proxy.arrived('write')));
  return { idpatch, letGo, answers };
}

/** A new process gives each key its answer, the same each time, and sends nothing again. */
async function expectReplay({ patches, start }: SetUp, expected: Expected) {
  const again = await start();
  const answers = [];
  for (const { userId, key, patch, proxy, emulator } of patches) {
    const answer = await call(again, userId, patch, { key });
    expectAnswer(answer, expected);
    if (expected.outcome === 'APPLIED') expect(answer.user).toMatchObject(patch);
    expect(await call(again, userId, patch, { key })).toEqual(answer);
    expect(proxy.count('write')).toBe(expected.requests);
    expect(emulator.writes).toHaveLength(expected.stored);
    answers.push(answer);
  }
  return { answers, lines: again.lines };
}

/** The status of /ready over a new connection; `refused` where there is none to be had. */
function ready(url: string): Promise<number | 'refused'> {
  return new Promise((resolve) => {
    get(`${url}/ready`, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', () => resolve('refused'));
  });
}

runRows(
  'Process',
  {
    async 'SIGTERM while writes are under way: `/ready` is 503 first, then exit 0'(test, _, expected) {
      const all = await setUp(test);
      const { idpatch, letGo, answers } = await startAndHold(all, true);
      const ended = idpatch.stop();
      const seen: (number | 'refused')[] = [];
      do {
        await delay(20);
        seen.push(await ready(idpatch.url));
      } while (seen.at(-1) !== 'refused');
      // The signal may take a moment to arrive; from then on it is never ready again.
      expect(seen.join()).toMatch(/^(200,)*(503,)+refused$/);
      expect(idpatch.child.exitCode).toBeNull();
      letGo();
      const told = await Promise.all(answers);
      for (const [index, answer] of told.entries()) {
        expectAnswer(answer, expected);
        expect(answer.user).toMatchObject(all.patches[index]?.patch ?? {});
      }
      expect(await ended).toBe(0);
      const again = await expectReplay(all, expected);
      expect(again.answers).toEqual(told);
      const printed = [...idpatch.lines, ...again.lines].join('\n');
      const values = all.patches.map(({ patch }) => patch.displayName);
      for (const text of [...all.secrets, ...values]) expect(printed).not.toContain(text);
    },

    async 'SIGTERM, and the callers have left; the keys give the answers'(test, _, expected) {
      const all = await setUp(test);
      const caller = new AbortController();
      const { idpatch, letGo, answers } = await startAndHold(all, true, caller.signal);
      caller.abort();
      expect(await Promise.all(answers.map(endOf))).toEqual(answers.map(() => 'AbortError'));
      const ended = idpatch.stop();
      // Past the time in which /ready says that it leaves.
      await delay(1_300);
      expect(idpatch.child.exitCode).toBeNull();
      letGo();
      expect(await ended).toBe(0);
      await expectReplay(all, expected);
    },

    'SIGKILL after the write was stored: its key': (test, _, expected) => killAndReplay(test, true, expected),
    'SIGKILL, and the write was not stored: its key': (test, _, expected) =>
      killAndReplay(test, false, expected),

    async 'SIGKILL during a patch: another patch of that user goes ahead within three seconds'(
      test,
      _,
      expected,
    ) {
      const all = await setUp(test);
      const { idpatch, letGo } = await startAndHold(all, false);
      await idpatch.kill();
      letGo();
      for (const { proxy } of all.patches) proxy.heal();
      const again = await all.start();
      const startedAt = performance.now();
      for (const { userId, patch, emulator } of all.patches) {
        const answer = await call(again, userId, patch, { deadlineMs: 3_000 });
        expectAnswer(answer, expected);
        expect(emulator.writes).toHaveLength(expected.stored);
      }
      expect(performance.now() - startedAt).toBeLessThan(3_000 * all.patches.length);
    },

    async 'no file may grow: the journal cannot be written'(test, _, expected) {
      const { start, patches } = await setUp(test);
      // No file may become longer than this many blocks of 1 KB.
      const idpatch = await start('ulimit -S -f 8');
      for (const { userId, patch, key, proxy } of patches) {
        expectAnswer(await call(idpatch, userId, patch), expected);
        // What became of an earlier call with the key is not to be seen.
        const byKey = notApplied('JOURNAL_UNAVAILABLE', 'idempotencyKey');
        expectAnswer(await call(idpatch, userId, patch, { key }), { ...byKey, outcome: 'UNKNOWN' });
        expect(proxy.requests).toEqual([]);
      }
      expect(await ready(idpatch.url)).toBe(503);
    },
  },
  { once: true },
);

async function killAndReplay(test: TestContext, delivered: boolean, expected: Expected): Promise<void> {
  const all = await setUp(test);
  const { idpatch, letGo, answers } = await startAndHold(all, delivered);
  await idpatch.kill();
  expect(await Promise.all(answers.map(endOf))).not.toContain('answered');
  letGo();
  await Promise.all(all.patches.map(({ proxy }) => proxy.settled()));
  await expectReplay(all, expected);
}
