import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { type PostgresPair, startPair } from '../harness/postgres-pair.ts';
import { killProcesses, type ListeningProcess } from '../harness/process.ts';
import { openTcpSwitch, type TcpSwitch } from '../harness/tcp-switch.ts';
import { serverForTests } from '../interop/postgres/server-for-tests.ts';
import { callPatchUser } from './calls.ts';
import { isFinal } from './checker.ts';
import { drawInt, drawUuid } from './draw.ts';
import { type KeyedOperation, openScenario, type Scenario } from './scenario.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const seed = process.env.IDPATCH_SEED ?? randomBytes(4).toString('hex');
const rounds = long ? 5 : 1;
/** Callers who call again a moment after their answer. */
const callers = 12;
/** Operations at most. */
const most = 2_000;

const { describeWithServer } = await serverForTests();
afterAll(killProcesses);

/** A primary with its standby, an address that leads to the primary, and what starts idpatch with its journal there. */
async function open(standbyIs: 'synchronous' | 'asynchronous', name: string) {
  const pair = await startPair(standbyIs);
  onTestFinished(() => pair.remove());
  const address = await openTcpSwitch(pair.primary.port);
  onTestFinished(() => address.close());
  const scenario = await openScenario(drawUuid(seed, name), most);
  onTestFinished(() => scenario.close());
  const limits = { requestsPerCallerPerMinute: 1_000_000 };
  const start = () =>
    scenario.start(
      { journal: { postgres: { env: 'DATABASE_URL' } }, limits },
      { DATABASE_URL: pair.primary.url('', address.port) },
    );
  return { pair, address, scenario, start };
}

/** Calls of patchUser with keys, all the time, at both replicas. */
function openLoad(scenario: Scenario, replicas: readonly ListeningProcess[]) {
  const all: KeyedOperation[] = [];
  let ended = false;
  const calling = Promise.all(
    Array.from({ length: callers }, async (_, number) => {
      const url = replicas[number % replicas.length]?.url ?? '';
      for (let index = 0; !ended && all.length < most - callers; index += 1) {
        const [one] = scenario.plan(1, `caller ${number} call ${index}`) as [KeyedOperation];
        all.push(one);
        await callUntilRecorded(url, one);
      }
    }),
  );
  return {
    count: () => all.length,
    async end(): Promise<readonly KeyedOperation[]> {
      ended = true;
      await calling;
      return all;
    },
  };
}

/** Calls until the answer is final; one that comes twice of the same operation is on record, and that is final, too. */
async function callUntilRecorded(url: string, { calling, replies }: KeyedOperation): Promise<void> {
  const until = performance.now() + 30_000;
  for (const ids = new Set<string | undefined>(); performance.now() < until; await delay(50)) {
    const reply = await callPatchUser(url, calling);
    replies.push(reply);
    if (typeof reply === 'string' || isFinal(reply)) return;
    if (reply.outcome === 'NOT_APPLIED' && ids.has(reply.operationId)) return;
    ids.add(reply.operationId);
  }
  replies.push('lost');
}

/** The machine of the primary is gone; then the standby is promoted, and the address leads there. */
async function failOver(
  { primary, standby, promote }: PostgresPair,
  address: TcpSwitch,
  open: 'break' | 'hang',
  pauseMs: number,
) {
  // As long as it is a standby, it is read-only.
  if (open === 'hang') address.lead(standby.port, open);
  await primary.kill();
  await delay(pauseMs);
  await promote();
  if (open === 'break') address.lead(standby.port, open);
}

/** Asks again and again; rejects where it does not come. */
async function ready({ url }: ListeningProcess): Promise<void> {
  for (let asked = 0; asked < 100; asked += 1) {
    if ((await fetch(new URL('/ready', url))).status === 200) return;
    await delay(100);
  }
  throw new Error('It is not ready again.');
}

describeWithServer(`a database that fails over, seed ${seed}`, () => {
  it.each(Array.from({ length: rounds }, (_, round) => round))(
    'loses and doubles nothing where commits wait for the standby, round %i',
    { timeout: 120_000 },
    async (round) => {
      const { pair, address, scenario, start } = await open('synchronous', `round ${round}`);
      const replicas = await Promise.all([start(), start()]);
      await Promise.all(replicas.map(ready));
      const load = openLoad(scenario, replicas);
      await delay(drawInt(700, 1_500, seed, round));
      const before = load.count();
      // On the short run both happen to some connection: those that are open hang, those that are new are refused.
      await failOver(
        pair,
        address,
        round % 2 === 0 ? 'hang' : 'break',
        drawInt(50, 1_500, seed, round, 'pause'),
      );
      await Promise.all(replicas.map(ready));
      const meanwhile = load.count();
      await delay(700);
      const all = await load.end();
      await Promise.all(replicas.flatMap(({ url }) => all.map((one) => callUntilRecorded(url, one))));
      expect(await scenario.violations(all)).toEqual([]);
      expect(before).toBeGreaterThan(callers);
      expect(all.length).toBeGreaterThan(meanwhile);
      // Of those that had begun, some were refused before anything was sent, and are on record so: the journal, or the
      // ledger of the quota, was silent for longer than they had time to send.
      const last = all.map(({ replies }) => replies.at(-1));
      const refused = last.filter((reply) => typeof reply !== 'object' || reply.outcome !== 'APPLIED');
      for (const reply of refused) {
        const errors = [expect.stringMatching(/^(JOURNAL_UNAVAILABLE|DEADLINE_EXCEEDED|RATE_LIMITED) /)];
        expect(reply).toMatchObject({ outcome: 'NOT_APPLIED', errors });
      }
      expect(refused.length).toBeLessThanOrEqual(callers);
      // Results that could not be written meanwhile were written when they could be.
      const rows = await pair.standby.execute(
        'SELECT operation_id FROM idpatch_operation WHERE finished_at IS NULL',
      );
      expect(rows).toEqual([]);
      const lines = replicas.flatMap((replica) => replica.lines);
      expect(lines.filter((line) => line.includes('synchronous_standby_names'))).toEqual([]);
    },
  );

  it('may forget a key, which then writes again, where commits do not wait for the standby: this is logged', {
    timeout: 60_000,
  }, async () => {
    const { pair, address, scenario, start } = await open('asynchronous', 'asynchronous');
    const idpatch = await start();
    await ready(idpatch);
    const [kept, lost] = scenario.plan(2, 'asynchronous') as [KeyedOperation, KeyedOperation];
    const call = ({ calling }: KeyedOperation) => callPatchUser(idpatch.url, calling);
    const first = await call(kept);
    expect(first).toMatchObject({ outcome: 'APPLIED' });
    await pair.cut();
    expect(await call(lost)).toMatchObject({ outcome: 'APPLIED' });
    await failOver(pair, address, 'break', 0);
    await ready(idpatch);
    // What had come to the standby is still known.
    expect(await call(kept)).toEqual(first);
    expect(scenario.requests(kept.userId)).toBe(1);
    // The known limit.
    expect(await call(lost)).toMatchObject({ outcome: 'APPLIED' });
    expect(scenario.requests(lost.userId)).toBe(2);
    expect(idpatch.lines.filter((line) => line.includes('synchronous_standby_names'))).toEqual([
      expect.stringMatching(/"level":"?(warn|40)"?.*"event":"journal".*its key then writes again/),
    ]);
  });
});
