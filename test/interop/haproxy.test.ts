import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { callPatchUser } from '../faults/calls.ts';
import { type KeyedOperation, openScenario } from '../faults/scenario.ts';
import { holdPort } from '../harness/held-port.ts';
import { killProcesses, type ListeningProcess, openFolder } from '../harness/process.ts';
import { converse, lines as http } from '../harness/raw.ts';
import { listening } from './postgres/pooler.ts';
import { serverForTests } from './postgres/server-for-tests.ts';

const program = '/usr/sbin/haproxy';
const missing = existsSync(program) ? '' : ` (no ${program})`;
const shipped = readFileSync(fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url)), 'utf8');

const { server, describeWithServer } = await serverForTests();
afterAll(killProcesses);

/** The shipped configuration with addresses of this machine in place of Compose's, and nothing else changed. */
function adapted(port: number, replicas: readonly ListeningProcess[]): string {
  const changes: readonly (readonly [string | RegExp, string])[] = [
    ['bind :8080', `bind 127.0.0.1:${port}`],
    [/^resolvers compose\n(?: .*\n)+/m, ''],
    [' resolvers compose init-addr last,libc,none', ''],
    ...replicas.map(({ url }, index) => {
      const name = `idpatch-${index + 1}`;
      return [`server ${name} ${name}:4000`, `server ${name} ${new URL(url).host}`] as const;
    }),
  ];
  return changes.reduce((text, [from, to]) => {
    expect(text.split(from)).toHaveLength(2);
    return text.replace(from, to);
  }, shipped);
}

/** A real HAProxy, and what it logs, line by line. */
async function openGateway(replicas: readonly ListeningProcess[]) {
  const folder = openFolder();
  const { port, release } = await holdPort();
  const file = `${folder.path}/haproxy.cfg`;
  writeFileSync(file, adapted(port, replicas));
  const child: ChildProcess = spawn(program, ['-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr])
    if (output) createInterface({ input: output }).on('line', (line) => lines.push(line));
  onTestFinished(async () => {
    if (child.kill('SIGKILL')) await once(child, 'exit');
    release();
    folder.remove();
  });
  await listening(child, port);
  return { port, url: `http://127.0.0.1:${port}/graphql`, lines };
}

/** Two replicas on a schema of their own behind the gateway. */
async function open(schema: string) {
  await server.execute(`CREATE SCHEMA ${schema}`);
  const scenario = await openScenario(schema, 400);
  onTestFinished(() => scenario.close());
  const start = () =>
    scenario.start(
      {
        ...{ journal: { postgres: { env: 'DATABASE_URL' } }, limits: { deadlineMs: 8_000 } },
        // As in deploy/idpatch.yaml.
        ...{ server: { port: 0, graceMs: 5_000 }, metrics: { port: 0 } },
      },
      { DATABASE_URL: server.url(`-c search_path=${schema}`) },
    );
  const replicas = [await start(), await start()] as const;
  const gateway = await openGateway(replicas);
  return { scenario, replicas, gateway };
}

/** How many patches a replica has answered. */
const patched = ({ lines }: ListeningProcess) =>
  lines.filter((line) => line.includes('"event":"patchUser"')).length;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

/** The status of a call of patchUser, whose answer may be the gateway's own. */
async function statusOf(url: string, input: object): Promise<number> {
  const query = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome } }';
  const { status } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return status;
}

describeWithServer('HAProxy with the shipped configuration', () => {
  const timeout = 60_000;

  it.skipIf(missing)(`passes calls on, and nothing else${missing}`, { timeout }, async () => {
    const { scenario, replicas, gateway } = await open('passes');
    const operations = scenario.plan(8, 'passed');
    for (const { calling, replies } of operations) replies.push(await callPatchUser(gateway.url, calling));
    for (const { replies } of operations) expect(replies).toMatchObject([{ outcome: 'APPLIED' }]);
    for (const replica of replicas) expect(patched(replica)).toBeGreaterThan(0);
    for (const path of [
      '/metrics',
      '/ready',
      '/health',
      '/graphql/../metrics',
      '//metrics',
      '/%6detrics',
      '/',
    ]) {
      const { answers } = await converse(gateway.url, http([`GET ${path} HTTP/1.1`, 'host: idpatch']), 1);
      expect([path, answers.map(({ status }) => status)]).toEqual([path, [404]]);
    }
    expect(await scenario.violations(operations)).toEqual([]);
  });

  it.skipIf(missing)(
    `sends nothing new to a replica that leaves, and loses no call${missing}`,
    { timeout },
    async () => {
      const { scenario, replicas, gateway } = await open('drains');
      const [leaving, staying] = replicas;
      const operations = scenario.plan(200, 'drained').values();
      const begun: KeyedOperation[] = [];
      let isOver = false;
      const callers = Array.from({ length: 6 }, async () => {
        for (const one of operations) {
          begun.push(one);
          one.replies.push(await callPatchUser(gateway.url, one.calling));
          if (isOver) return;
          await delay(50);
        }
      });
      await until(() => patched(leaving) > 3);
      const stopped = leaving.stop();
      await until(() => gateway.lines.some((line) => /idpatch-1 is DOWN/.test(line)));
      // What it had been sent before is under way for a moment.
      await delay(500);
      const [before, elsewhere] = [patched(leaving), patched(staying)];
      expect(await stopped).toBe(0);
      isOver = true;
      await Promise.all(callers);
      expect(patched(leaving)).toBe(before);
      expect(patched(staying)).toBeGreaterThan(elsewhere);
      for (const { replies } of begun) expect(replies).toMatchObject([{ outcome: 'APPLIED' }]);
      expect(await scenario.violations(begun)).toEqual([]);
    },
  );

  it.skipIf(missing)(`sends no call again whose replica was killed${missing}`, { timeout }, async () => {
    const { scenario, replicas, gateway } = await open('killed');
    const operations = scenario.plan(12, 'cut off');
    // Without keys, by which the other replica would know them.
    for (const { userId } of operations) scenario.setFault(userId, { delivered: true, after: 1_000 });
    const statuses = Promise.all(
      operations.map(({ calling }) => statusOf(gateway.url, { ...calling.input, idempotencyKey: undefined })),
    );
    await Promise.all(operations.map(({ userId }) => scenario.sent(userId)));
    await replicas[0].kill();
    // Others are connected with the replica that is left, before and after the gateway knows of it.
    const others = scenario.plan(6, 'others');
    for (const { calling } of others)
      expect(await callPatchUser(gateway.url, calling)).toMatchObject({ outcome: 'APPLIED' });
    expect(new Set(await statuses)).toEqual(new Set([200, 502]));
    await scenario.violations([]);
    for (const { userId, store } of operations) {
      expect(scenario.requests(userId)).toBe(1);
      const { writes } = scenario.providers.emulators[store];
      expect(writes.filter((entry) => entry.userId === userId)).toHaveLength(1);
    }
  });
});
