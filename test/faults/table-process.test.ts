import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../../src/sandbox/descope/emulator.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { startEiamDeveloperEmulator } from '../../src/sandbox/eiam/developer-emulator.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { startEiamManagementEmulator } from '../../src/sandbox/eiam/management-emulator.ts';
import { type FaultProxy, startFaultProxy } from '../harness/fault-proxy.ts';
import { call, type DirectoryName, directories, endOf, journalFile } from './faulty-door.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const secret = 'a-secret-of-this-test';

/** What idpatch.yaml says of a directory, and the emulator behind it. */
const behind = {
  employees: async () => ({
    emulator: await startEiamDeveloperEmulator({ ...employees, clientSecret: secret }),
    settings: {
      provider: 'eiam-developer',
      instanceId: employees.instanceId,
      applicationId: employees.applicationId,
      clientSecret: { env: 'SECRET' },
    },
  }),
  contractors: async () => ({
    emulator: await startEiamManagementEmulator({
      ...contractors,
      accessKeyId: secret,
      accessKeySecret: secret,
    }),
    settings: {
      provider: 'eiam-management',
      instanceId: contractors.instanceId,
      accessKeyId: { env: 'SECRET' },
      accessKeySecret: { env: 'SECRET' },
    },
  }),
  customers: async () => ({
    emulator: await startDescopeEmulator({ ...customers, managementKey: secret }),
    settings: {
      provider: 'descope',
      projectId: customers.projectId,
      managementKey: { env: 'SECRET' },
      pace: { perMinute: 10_000_000 },
    },
  }),
};

/** One user of each directory, to be patched. */
interface Subject {
  readonly userId: string;
  readonly proxy: FaultProxy;
  readonly emulator: Awaited<ReturnType<(typeof behind)[DirectoryName]>>['emulator'];
  readonly key: string;
  readonly patch: { readonly displayName: string };
}

interface Stage {
  readonly subjects: readonly Subject[];
  /** All that was written to standard output and standard error so far. */
  output(): string;
  /** Starts `node src/main.ts` with the configuration, after a command of bash. */
  start(after?: string): Promise<{ readonly child: ChildProcess; readonly url: string }>;
}

async function setUp(test: TestContext): Promise<Stage> {
  const journal = journalFile(test);
  const folder = dirname(journal);
  const subjects: Subject[] = [];
  const configured: Record<string, object> = {};
  for (const name of directories) {
    const [proxy, { emulator, settings }] = [await startFaultProxy(), await behind[name]()];
    proxy.passTo(emulator.url);
    configured[name] = { ...settings, baseUrl: proxy.url, allowLoopback: true };
    const [key, userId] = [randomUUID(), `${name}:${[...emulator.users().keys()][0]}`];
    subjects.push({ userId, proxy, emulator, key, patch: { displayName: `op-${key}` } });
  }
  const config = {
    server: { port: 0 },
    callers: { anonymous: true },
    journal: { sqlite: journal },
    directories: configured,
  };
  // Every JSON is YAML.
  writeFileSync(`${folder}/idpatch.yaml`, JSON.stringify(config));
  const output: string[] = [];
  const children: ChildProcess[] = [];
  test.onTestFinished(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const { proxy, emulator } of subjects) await Promise.all([proxy.close(), emulator.close()]);
  });
  return {
    subjects,
    output: () => output.join(''),
    async start(after = 'true') {
      const env = { ...process.env, SECRET: secret, IDPATCH_CONFIG: `${folder}/idpatch.yaml` };
      const command = `${after}; exec "$0" src/main.ts`;
      const child = spawn('bash', ['-c', command, process.execPath], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          output.push(`${line}\n`);
          const event = line.startsWith('{') ? JSON.parse(line) : {};
          if (event.event === 'listening') resolve(event.url.replace('/graphql', ''));
        });
      }
      child.once('exit', () => reject(new Error(output.join(''))));
      return { child, url: await listening };
    },
  };
}

/** Holds every write until it is let go; `applied`: then it reaches the provider. */
function holdWrites({ subjects }: Stage, applied: boolean): () => void {
  const { promise: hold, resolve: letGo } = Promise.withResolvers<void>();
  for (const { proxy } of subjects) proxy.fail('write', { applied, after: () => hold });
  return letGo;
}

/** The status of /ready over a new connection. `refused` where there is none to be had. */
function ready(url: string): Promise<number | 'refused'> {
  return new Promise((resolve) => {
    get(`${url}/ready`, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', () => resolve('refused'));
  });
}

function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(false);
    }).on('error', () => resolve(true));
  });
}

describe.concurrent('SIGTERM with a write to every provider in flight', () => {
  it('callers get true answers, /ready is 503 first, then nobody new, exit 0; the keys replay', async (test) => {
    const stage = await setUp(test);
    const { subjects } = stage;
    const { child, url } = await stage.start();
    expect(await ready(url)).toBe(200);
    const letGo = holdWrites(stage, true);
    const answers = subjects.map(({ userId, patch, key }) => call({ url }, userId, patch, { key }));
    await Promise.all(subjects.map(({ proxy }) => proxy.arrived('write')));
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const seen: (number | 'refused')[] = [];
    do {
      await delay(20);
      seen.push(await ready(url));
    } while (seen.at(-1) !== 'refused');
    // The signal may take a moment to arrive; from then on it is never ready again.
    expect(seen.join()).toMatch(/^(200,)*(503,)+refused$/);
    expect(await isRefused(url)).toBe(true);
    expect(child.exitCode).toBeNull();
    letGo();
    const told = await Promise.all(answers);
    for (const [index, { patch, proxy, emulator }] of subjects.entries()) {
      expect(told[index]).toMatchObject({ outcome: 'APPLIED', errors: [], user: patch });
      expect(emulator.writes).toHaveLength(1);
      expect(proxy.count('write')).toBe(1);
    }
    expect(await exited).toEqual([0, null]);

    const again = await stage.start();
    for (const [index, { userId, key, patch, proxy }] of subjects.entries()) {
      expect(await call(again, userId, patch, { key })).toEqual(told[index]);
      expect(proxy.count('write')).toBe(1);
      expect(stage.output()).not.toContain(patch.displayName);
    }
    expect(stage.output()).not.toContain(secret);
  });

  it('callers who have left: the writes and their results are on record all the same', async (test) => {
    const stage = await setUp(test);
    const { child, url } = await stage.start();
    const letGo = holdWrites(stage, true);
    const caller = new AbortController();
    const gone = stage.subjects.map(({ userId, patch, key }) =>
      endOf(call({ url }, userId, patch, { key, signal: caller.signal })),
    );
    await Promise.all(stage.subjects.map(({ proxy }) => proxy.arrived('write')));
    caller.abort();
    expect(await Promise.all(gone)).toEqual(['AbortError', 'AbortError', 'AbortError']);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    // Past the time in which /ready says that it leaves.
    await delay(1_300);
    expect(child.exitCode).toBeNull();
    letGo();
    expect(await exited).toEqual([0, null]);
    const again = await stage.start();
    for (const { userId, key, patch, proxy, emulator } of stage.subjects) {
      expect(await call(again, userId, patch, { key })).toMatchObject({ outcome: 'APPLIED', user: patch });
      expect(proxy.count('write')).toBe(1);
      expect(emulator.writes).toHaveLength(1);
    }
  });
});

describe.concurrent('SIGKILL with a write to every provider in flight', () => {
  it.for([true, false])(
    'applied: %s; the key gets the truth, and nothing is sent again',
    async (applied, test) => {
      const stage = await setUp(test);
      const { child, url } = await stage.start();
      const letGo = holdWrites(stage, applied);
      const lost = stage.subjects.map(({ userId, patch, key }) =>
        endOf(call({ url }, userId, patch, { key })),
      );
      await Promise.all(stage.subjects.map(({ proxy }) => proxy.arrived('write')));
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      expect(await Promise.all(lost)).not.toContain('answered');
      letGo();
      await delay(200);
      const again = await stage.start();
      for (const { userId, key, patch, proxy, emulator } of stage.subjects) {
        const told = await call(again, userId, patch, { key });
        expect(told.outcome).toBe(applied ? 'APPLIED' : 'UNKNOWN');
        expect(await call(again, userId, patch, { key })).toEqual(told);
        expect(proxy.count('write')).toBe(1);
        expect(emulator.writes).toHaveLength(applied ? 1 : 0);
      }
    },
  );
});

describe.concurrent('a journal that may not grow', () => {
  it('a patch is NOT_APPLIED (JOURNAL_UNAVAILABLE), and nothing is sent', async (test) => {
    const stage = await setUp(test);
    // No file may become longer than this many blocks of 1 KB.
    const { url } = await stage.start('ulimit -S -f 8');
    for (const { userId, patch, key, proxy } of stage.subjects) {
      const errors = [{ code: 'JOURNAL_UNAVAILABLE' }];
      expect(await call({ url }, userId, patch)).toMatchObject({ outcome: 'NOT_APPLIED', errors });
      // What became of an earlier call with the key is not to be seen.
      expect(await call({ url }, userId, patch, { key })).toMatchObject({ outcome: 'UNKNOWN', errors });
      expect(proxy.requests).toEqual([]);
    }
    expect(await ready(url)).toBe(503);
  });
});
