import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { killProcesses, type ListeningProcess } from '../harness/process.ts';
import { serverForTests } from '../interop/postgres/server-for-tests.ts';
import { type Balancer, openBalancer } from './balancer.ts';
import { callPatchUser } from './calls.ts';
import { isFinal } from './checker.ts';
import { drawUuid } from './draw.ts';
import { another, callToTheEnd, type KeyedOperation, openScenario, type Scenario } from './scenario.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const seed = process.env.IDPATCH_SEED ?? randomBytes(4).toString('hex');
/** Callers who call again a moment after their answer. */
const callers = 16;
/** Operations at most, each with a user of its own or one of a pair. */
const most = long ? 3_000 : 1_500;

const { server, describeWithServer } = await serverForTests();
afterAll(killProcesses);

const limits = { deadlineMs: 8_000, readBackMs: 1_000, requestsPerCallerPerMinute: 1_000_000 };

/** Two replicas on a schema of their own, and what starts another. */
async function openReplicas(name: string) {
  await server.execute(`CREATE SCHEMA ${name}`);
  const scenario = await openScenario(drawUuid(seed, name), most);
  onTestFinished(() => scenario.close());
  const start = () =>
    scenario.start(
      { journal: { postgres: { env: 'DATABASE_URL' } }, limits },
      { DATABASE_URL: server.url(`-c search_path=${name}`) },
    );
  const replicas = (await Promise.all([start(), start()])) as [ListeningProcess, ListeningProcess];
  return { scenario, start, replicas };
}

/** Calls of patchUser all the time, through a balancer. */
function openLoad(scenario: Scenario, url: string) {
  const all: KeyedOperation[] = [];
  let ended = false;
  let broken = 0;

  /** Calls until the answer is final, with the same key: whoever has none calls again, whom nobody answers is lost. */
  async function call({ calling, replies }: KeyedOperation, leaveAfterMs?: number): Promise<void> {
    const until = performance.now() + 30_000;
    if (leaveAfterMs) replies.push(await callPatchUser(url, { ...calling, leaveAfterMs }));
    while (performance.now() < until) {
      const reply = await callPatchUser(url, calling);
      if (reply === 'lost') broken += 1;
      replies.push(reply === 'lost' ? 'left' : reply);
      if (typeof reply === 'object' && isFinal(reply)) return;
      await delay(25);
    }
    replies.push('lost');
  }

  async function caller(number: number): Promise<void> {
    for (let index = 0; !ended && all.length < most - 2 * callers; index += 1) {
      const [first] = scenario.plan(1, `caller ${number} call ${index}`) as [KeyedOperation];
      const kind = (number + index) % 4;
      // They outlast the time in which a replica that leaves still takes connections.
      if (kind === 0) scenario.setFault(first.userId, { delivered: true, after: 1_400, answerAfter: 50 });
      else scenario.setFault(first.userId, { delivered: true, after: 100, answerAfter: 50 });
      // Two of one user at the same time come to two replicas: they take turns there.
      const both = kind === 1 ? [first, { ...first, ...another(first) }] : [first];
      all.push(...both);
      // Some leave and call again at once: the same key then comes to the other replica.
      await Promise.all(both.map((operation) => call(operation, kind === 2 ? 60 : undefined)));
      await delay(150);
    }
  }

  const calling = Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  return {
    /** How many calls lost their connection. */
    broken: () => broken,
    async end(): Promise<readonly KeyedOperation[]> {
      ended = true;
      await calling;
      return all;
    },
  };
}

/** Restarts each replica in turn, so many times around, and gives the exit codes. */
async function restartInTurn(
  rounds: number,
  balancer: Balancer,
  replicas: [ListeningProcess, ListeningProcess],
  start: () => Promise<ListeningProcess>,
) {
  const codes: (number | null)[] = [];
  await delay(500);
  for (let restart = 0; restart < 2 * rounds; restart += 1) {
    const index = restart % 2 === 0 ? 0 : 1;
    codes.push(await replicas[index].stop());
    balancer.drop(replicas[index].url);
    replicas[index] = await start();
    await balancer.take(replicas[index].url);
    while (!balancer.sent.has(replicas[index].url)) await delay(50);
  }
  return codes;
}

describeWithServer(`a rolling restart under load, seed ${seed}`, () => {
  const balancers = [
    ['that asks whether a replica is ready', 'polite', true, long ? 6 : 2],
    ['that knows of a replica only that it refuses connections', 'rude', false, long ? 6 : 1],
  ] as const;

  it.each(balancers)(
    'loses and doubles nothing, behind a balancer %s',
    {
      timeout: 300_000,
    },
    async (_title, name, asksReady, rounds) => {
      const { scenario, start, replicas } = await openReplicas(name);
      const balancer = await openBalancer(asksReady);
      onTestFinished(() => balancer.close());
      await Promise.all(replicas.map(({ url }) => balancer.take(url)));
      const load = openLoad(scenario, `${balancer.url}/graphql`);
      const codes = await restartInTurn(rounds, balancer, replicas, start);
      const all = await load.end();
      // What each is told again, by a process that has it from the journal alone, is what it was told first.
      await Promise.all([callToTheEnd(replicas[0].url, all), callToTheEnd(replicas[1].url, all)]);
      const sent = [...balancer.sent.values()];
      expect(await scenario.violations(all)).toEqual([]);
      expect(codes).toEqual(codes.map(() => 0));
      // A clean restart leaves nothing unknown. On a busy machine the database or a turn may come too late.
      const final = all.map(({ replies }) => replies.at(-1));
      const others = final.filter((reply) => typeof reply !== 'object' || reply.outcome !== 'APPLIED');
      for (const reply of others) {
        expect(reply).toMatchObject({
          outcome: 'NOT_APPLIED',
          errors: [expect.stringMatching(/^(JOURNAL_UNAVAILABLE|DEADLINE_EXCEEDED|PROVIDER_UNAVAILABLE) /)],
        });
      }
      expect(others.length).toBeLessThan(all.length / 20);
      // Every one of the processes had its share of the load.
      expect(sent).toHaveLength(2 + 2 * rounds);
      if (asksReady) expect(load.broken()).toBe(0);
    },
  );
});
