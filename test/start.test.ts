import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { customers } from '../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../src/sandbox/descope/emulator.ts';
import { serveOnLoopback } from '../src/sandbox/emulator.ts';
import { killProcesses, type Process, spawnProcess } from './harness/process.ts';

const main = resolve(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'idpatch-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

afterAll(killProcesses);

const start = (environment: Record<string, string> = {}, args: readonly string[] = []) =>
  spawnProcess(folder, { PORT: '0', ...environment }, { args });

/** The sandbox, when all of its welcome is printed. */
async function startSandbox(environment: Record<string, string> = {}) {
  const idpatch = start(environment);
  const [, url = ''] = await idpatch.printed(/GraphiQL: (\S+)[\s\S]*curl .*\n/);
  return { idpatch, url };
}

describe('without a configuration', () => {
  let idpatch: Process;
  let url: string;
  beforeAll(async () => {
    ({ idpatch, url } = await startSandbox());
  });

  it('says where GraphiQL is, whom there is to change and how, and all of it is so', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    const ids = idpatch.stdout().match(/\b(employees|contractors|customers):\w+/g) ?? [];
    for (const name of ['employees', 'contractors', 'customers']) {
      expect(idpatch.stdout()).toMatch(new RegExp(`^ {2}${name} `, 'm'));
      expect(ids.filter((id) => id.startsWith(`${name}:`)).length).toBeGreaterThanOrEqual(2);
    }
    const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id } directories { name } }';
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { ids } }),
    });
    expect(await answer.json()).toEqual({
      data: {
        users: ids.map((id) => ({ id })),
        directories: [{ name: 'employees' }, { name: 'contractors' }, { name: 'customers' }],
      },
    });
    expect(idpatch.stderr()).toBe('');
  });

  it('prints a curl that really changes a user', async () => {
    const [, line = ''] = /^ {2}(curl .*)$/m.exec(idpatch.stdout()) ?? [];
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      line.replace('curl ', 'curl --silent --show-error '),
    ]);
    expect(JSON.parse(stdout)).toEqual({
      data: { patchUser: { outcome: 'APPLIED', user: { displayName: 'Ada Lovelace' }, errors: [] } },
    });
  });

  it('prints headers by which the same curl comes as somebody else', async () => {
    const [, line = ''] = /^ {2}(curl .*)$/m.exec(idpatch.stdout()) ?? [];
    const headers = idpatch.stdout().match(/-H "authorization: .*"/g) ?? [];
    const answers: unknown[] = [];
    for (const header of headers) {
      const call = `${line.replace('curl ', 'curl --silent --show-error ')} ${header}`;
      const { stdout } = await promisify(execFile)('sh', ['-c', call]);
      answers.push(
        (JSON.parse(stdout) as { data: { patchUser: { outcome: string } } }).data.patchUser.outcome,
      );
    }
    // The front end speaks for the very user whom the curl changes.
    expect(answers).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
    const [, change = ''] = / -d '(.*)'/.exec(line) ?? [];
    const [frontEnd = '', gateway = '', supportDesk = ''] = headers;
    const asked = change.replace('"displayName":"Ada Lovelace"', '"status":"DISABLED"');
    for (const header of [frontEnd, gateway, supportDesk]) {
      const call = `curl --silent ${url} -H 'content-type: application/json' ${header} -d '${asked}'`;
      const { stdout } = await promisify(execFile)('sh', ['-c', call]);
      expect(JSON.parse(stdout)).toMatchObject({
        data: {
          patchUser: { outcome: 'NOT_APPLIED', errors: [{ code: 'FORBIDDEN', path: ['patch', 'status'] }] },
        },
      });
    }
  });

  it('is alive and ready, and opens GraphiQL without any outside request', async () => {
    const origin = new URL(url).origin;
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    // What the page's own markup loads; the text inside its scripts is no markup.
    const markup = html.replaceAll(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');
    const loaded = [
      ...markup.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]*)/g),
    ];
    expect(
      loaded.map(([, address = '']) => address).filter((address) => !address.startsWith('data:')),
    ).toEqual([]);
    for (const operation of ['ReadUser', 'PatchCustomer', 'PatchEmployee', 'PatchContractor', 'Refused']) {
      expect(html).toContain(operation);
    }
  });
});

describe.concurrent('asked to leave', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s it ends well', async (signal) => {
    const { idpatch } = await startSandbox();
    idpatch.child.kill(signal);
    expect(await idpatch.ended).toBe(0);
    expect(idpatch.stderr()).toBe('');
  });
});

/** A configuration of one real directory, on loopback. */
function configuration(baseUrl: string, change: object = {}, more: object = {}): string {
  const path = join(folder, `${Math.random()}.yaml`);
  const directory = {
    provider: 'descope',
    allowLoopback: true,
    baseUrl,
    projectId: customers.projectId,
    managementKey: { env: 'MANAGEMENT_KEY' },
    ...change,
  };
  writeFileSync(
    path,
    stringify({ callers: { anonymous: true }, directories: { customers: directory }, ...more }),
  );
  return path;
}

describe('with a configuration', () => {
  let emulator: Awaited<ReturnType<typeof startDescopeEmulator>>;
  beforeAll(async () => {
    emulator = await startDescopeEmulator({ ...customers, managementKey: 'canary-key' });
  });
  afterAll(() => emulator.close());
  const mutation = JSON.stringify({
    query: `mutation { patchUser(input: { user: { id: "customers:${customers.users[0].userId}" },
      patch: { displayName: "Canary" } }) { outcome confirmedBy } }`,
  });
  const post = (url: string, body: string) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it('patches what is configured, shows no GraphiQL and no schema, and logs no secret', async () => {
    const config = configuration(emulator.url);
    const idpatch = start({ IDPATCH_CONFIG: config, MANAGEMENT_KEY: 'canary-key' });
    const [, url = ''] = await idpatch.printed(/"url":"([^"]+)"/);
    expect(await (await post(url, mutation)).json()).toEqual({
      data: { patchUser: { outcome: 'APPLIED', confirmedBy: 'RESPONSE' } },
    });
    expect(emulator.writes).toHaveLength(1);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(await page.text()).not.toContain('<html');
    const introspection = (await (
      await post(url, '{"query":"{ __schema { types { name } } }"}')
    ).json()) as object;
    expect(introspection).not.toHaveProperty('data');
    expect(idpatch.stdout()).not.toMatch(/canary|sandbox/i);
    idpatch.child.kill('SIGTERM');
    expect(await idpatch.ended).toBe(0);
  });

  /** An idpatch that is asked to leave while a patch is under way at its provider, which then goes on. */
  async function leavesMidway(agent: Agent, again: readonly NodeJS.Signals[] = []) {
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow = await serveOnLoopback(async ({ method, url, headers, body }) => {
      arrived.resolve();
      await held.promise;
      const answer = await fetch(new URL(url, emulator.url), {
        method,
        headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
        ...(body ? { body } : {}),
      });
      return { status: answer.status, body: await answer.text() };
    });
    const idpatch = start({ IDPATCH_CONFIG: configuration(slow.url), MANAGEMENT_KEY: 'canary-key' });
    const [, url = ''] = await idpatch.printed(/"url":"([^"]+)"/);
    const answered = Promise.withResolvers<{ answer: unknown; connection: string | undefined }>();
    request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      async (incoming) => {
        answered.resolve({ answer: await json(incoming), connection: incoming.headers.connection });
      },
    )
      .on('error', answered.reject)
      .end(mutation);
    await arrived.promise;
    idpatch.child.kill('SIGTERM');
    // npm passes on what the terminal sends to both.
    for (const signal of again) idpatch.child.kill(signal);
    await refusesConnections(url);
    held.resolve();
    const told = await answered.promise;
    agent.destroy();
    const code = await idpatch.ended;
    await slow.close();
    return { ...told, code };
  }

  it('answers the request that is under way before it leaves', async () => {
    const { answer, code } = await leavesMidway(new Agent({ keepAlive: true }));
    expect(answer).toMatchObject({ data: { patchUser: { outcome: 'APPLIED' } } });
    expect(code).toBe(0);
  });

  it('is ended no earlier by being asked again', async () => {
    const { answer, code } = await leavesMidway(new Agent({ keepAlive: true }), ['SIGTERM', 'SIGINT']);
    expect(answer).toMatchObject({ data: { patchUser: { outcome: 'APPLIED' } } });
    expect(code).toBe(0);
  });

  it('tells a client that keeps its connection that it leaves, so that nothing new comes over it', async () => {
    const { connection } = await leavesMidway(new Agent({ keepAlive: true }));
    expect(connection).toBe('close');
  });

  it.concurrent('that is wrong it does not start, and names each key', async () => {
    const wrong = { canary: 1, baseUrl: 'https://user:secret@example.com' };
    const idpatch = start({ IDPATCH_CONFIG: configuration(emulator.url, wrong), MANAGEMENT_KEY: 'secret' });
    expect(await idpatch.ended).toBe(1);
    expect(idpatch.stderr().split('\n').toSorted()).toEqual([
      '',
      'directories.customers.baseUrl: Expected an origin such as https://api.example.com: no credentials, path, query or fragment.',
      'directories.customers: Unrecognized key: "canary"',
      'idpatch does not start:',
    ]);
    expect(idpatch.stdout()).toBe('');
  });

  it.concurrent('is checked without starting anything', async () => {
    const right = start({ IDPATCH_CONFIG: configuration(emulator.url), MANAGEMENT_KEY: 'canary-key' }, [
      'check',
    ]);
    expect(await right.ended).toBe(0);
    expect(right.stdout()).toBe(
      'The configuration is valid.\ndirectories: customers\ncallers: anonymous, with every right\njournal: none\n',
    );
    const wrong = start({ IDPATCH_CONFIG: configuration(emulator.url) }, ['check']);
    expect(await wrong.ended).toBe(1);
    expect(wrong.stderr()).toMatch(/^idpatch does not start:\ndirectories\.customers\.managementKey: /);
    const none = start({}, ['check']);
    expect(await none.ended).toBe(1);
    expect(none.stderr()).toMatch(/There is no \.\/idpatch\.yaml/);
    const unknown = start({}, ['chekc']);
    expect(await unknown.ended).toBe(1);
    expect([right.stderr(), wrong.stdout(), none.stdout(), unknown.stdout()]).toEqual(['', '', '', '']);
  });

  it.concurrent('that lacks a secret it does not start, and names it', async () => {
    const idpatch = start({ IDPATCH_CONFIG: configuration(emulator.url) });
    expect(await idpatch.ended).toBe(1);
    expect(idpatch.stderr()).toBe(
      'idpatch does not start:\ndirectories.customers.managementKey: the environment variable of this secret does not exist.\n',
    );
  });

  const inTheWay = join(folder, 'a-file');
  it.concurrent.each([
    ['takes no folder', '/proc/nowhere/journal.db', 'ENOENT', existsSync('/proc/self')],
    ['is a file', `${inTheWay}/below/journal.db`, 'EEXIST', true],
  ])(
    'whose journal lies where it can never be it does not start, and names it: what is above it %s',
    async (_, sqlite, code, isHere) => {
      if (!isHere) return;
      writeFileSync(inTheWay, '');
      const config = configuration(emulator.url, {}, { journal: { sqlite } });
      const idpatch = start({ IDPATCH_CONFIG: config, MANAGEMENT_KEY: 'canary-key' });
      expect(await idpatch.ended).toBe(1);
      expect(idpatch.stderr()).toBe(
        `idpatch does not start:\njournal.sqlite: Expected a file in a folder that exists or can be created, such as ./data/idpatch.db; its folder cannot be created (${code}).\n`,
      );
      expect(idpatch.stdout()).toBe('');
    },
  );

  it.concurrent('is checked for where its journal lies, and nothing is made there', async () => {
    const below = join(folder, 'checked');
    const check = (sqlite: string) =>
      start(
        {
          ...{ IDPATCH_CONFIG: configuration(emulator.url, {}, { journal: { sqlite } }) },
          MANAGEMENT_KEY: 'canary-key',
        },
        ['check'],
      );
    const wrong = check(`${main}/below/journal.db`);
    expect(await wrong.ended).toBe(1);
    expect([wrong.stderr(), wrong.stdout()]).toEqual([
      'idpatch does not start:\njournal.sqlite: Expected a file in a folder that exists or can be created, such as ./data/idpatch.db; its folder cannot be created (EEXIST).\n',
      '',
    ]);
    const right = check(`${below}/one/journal.db`);
    expect(await right.ended).toBe(0);
    expect(right.stdout()).toMatch(/^journal: sqlite$/m);
    expect(existsSync(below)).toBe(false);
  });

  it.concurrent('that YAML cannot resolve it does not start, and prints nothing of it', async () => {
    const path = join(folder, 'alias.yaml');
    writeFileSync(path, 'callers: *canary\n');
    const idpatch = start({ IDPATCH_CONFIG: path });
    expect(await idpatch.ended).toBe(1);
    expect(idpatch.stderr()).toMatch(/^idpatch does not start:\n/);
    expect(idpatch.stderr()).not.toMatch(/canary|at main/i);
  });
});

it.concurrent('with a port that is taken it does not start, and says what to do', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const idpatch = start({ PORT: String((taken.address() as AddressInfo).port) });
  expect(await idpatch.ended).toBe(1);
  expect(idpatch.stderr()).toBe(
    'idpatch does not start: the port is taken. Set PORT to another, such as PORT=4001.\n',
  );
  taken.close();
});

it.concurrent('with a port that is none it does not start, and names it', async () => {
  const idpatch = start({ PORT: 'canary' });
  expect(await idpatch.ended).toBe(1);
  expect(idpatch.stderr()).toMatch(/^idpatch does not start:\nserver\.port: /);
  expect(idpatch.stderr()).not.toContain('canary');
});

/** Waits until nobody listens there any more. */
async function refusesConnections(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(new URL('/health', url), { headers: { connection: 'close' } });
    } catch {
      return;
    }
  }
}
