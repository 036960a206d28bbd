import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { customers } from '../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../src/sandbox/descope/emulator.ts';
import { serveOnLoopback } from '../src/sandbox/emulator.ts';
import { ask } from './harness/answers.ts';
import { directoryNames } from './harness/expected.ts';
import { listenOn } from './harness/held-port.ts';
import { killProcesses, type Process, spawnProcess } from './harness/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-start-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterAll(killProcesses);

const start = (environment: Record<string, string> = {}, args: readonly string[] = []) =>
  spawnProcess(folder, { PORT: '0', ...environment }, { args });

describe('without a configuration', () => {
  let sandbox: Process;
  let url: string;
  beforeAll(async () => {
    sandbox = start();
    [, url = ''] = await sandbox.printed(/GraphiQL: (\S+)[\s\S]*curl .*\n/);
  });
  const sh = async (command: string): Promise<unknown> =>
    JSON.parse((await promisify(execFile)('sh', ['-c', command])).stdout);
  const curl = () => /^ {2}(curl .*)$/m.exec(sandbox.stdout())?.[1]?.replace('curl', 'curl --silent') ?? '';

  it('says where GraphiQL is, whom there is to change and how, and all of it is so', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    const ids = sandbox.stdout().match(/\b(employees|contractors|customers):\w+/g) ?? [];
    for (const name of directoryNames) {
      expect(sandbox.stdout()).toMatch(new RegExp(`^ {2}${name} `, 'm'));
      expect(ids.filter((id) => id.startsWith(`${name}:`)).length).toBeGreaterThanOrEqual(2);
    }
    const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id } directories { name } }';
    const { body } = await ask({ url: new URL(url).origin }, query, { variables: { ids } });
    const directories = directoryNames.map((name) => ({ name }));
    expect(JSON.parse(body)).toEqual({ data: { users: ids.map((id) => ({ id })), directories } });
  });

  it('prints a curl that really changes a user, and headers by which it comes as somebody else', async () => {
    const payload = { outcome: 'APPLIED', user: { displayName: 'Ada Lovelace' }, errors: [] };
    expect(await sh(curl())).toEqual({ data: { patchUser: payload } });
    const headers = sandbox.stdout().match(/-H "authorization: .*"/g) ?? [];
    expect(headers).toHaveLength(3);
    const error = { code: 'FORBIDDEN', path: ['patch', 'status'] };
    for (const header of headers) {
      // The front end speaks for the very user whom the curl changes.
      expect(await sh(`${curl()} ${header}`)).toMatchObject({ data: { patchUser: { outcome: 'APPLIED' } } });
      const disable = curl().replace('"displayName":"Ada Lovelace"', '"status":"DISABLED"');
      expect(await sh(`${disable} ${header}`)).toMatchObject({ data: { patchUser: { errors: [error] } } });
    }
  });

  it('opens GraphiQL without any outside request', async () => {
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    // What the page's own markup loads; the text inside its scripts is no markup.
    const markup = html.replaceAll(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');
    const loaded = markup.matchAll(
      /<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]*)/g,
    );
    expect([...loaded].filter(([, address = '']) => !address.startsWith('data:'))).toEqual([]);
    for (const operation of ['ReadUser', 'PatchCustomer', 'PatchEmployee', 'PatchContractor', 'Refused'])
      expect(html).toContain(operation);
  });

  it('ends well when it is interrupted', async () => {
    sandbox.child.kill('SIGINT');
    expect(await sandbox.ended).toBe(0);
    expect(sandbox.stderr()).toBe('');
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

describe('with a configuration', async () => {
  const emulator = await startDescopeEmulator({ ...customers, managementKey: 'canary-key' });
  afterAll(() => emulator.close());
  const mutation = `mutation { patchUser(input: { user: { id: "customers:${customers.users[0].userId}" },
    patch: { displayName: "Canary" } }) { outcome confirmedBy } }`;
  const applied = { data: { patchUser: { outcome: 'APPLIED', confirmedBy: 'RESPONSE' } } };
  const key = { MANAGEMENT_KEY: 'canary-key' };

  it('patches what is configured, shows no GraphiQL and no schema, and logs no secret', async () => {
    const idpatch = start({ IDPATCH_CONFIG: configuration(emulator.url), ...key });
    const [, url = ''] = await idpatch.printed(/"url":"([^"]+)\/graphql"/);
    expect(JSON.parse((await ask({ url }, mutation)).body)).toEqual(applied);
    expect(emulator.writes).toHaveLength(1);
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(await page.text()).not.toContain('<html');
    expect((await ask({ url }, '{ __schema { types { name } } }')).body).not.toContain('"data"');
    expect(idpatch.stdout()).not.toMatch(/canary|sandbox/i);
    expect(await idpatch.stop()).toBe(0);
  });

  it('answers the request that is under way before it leaves, and says that it does, however often it is asked to', async () => {
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
    onTestFinished(() => slow.close());
    const idpatch = start({ IDPATCH_CONFIG: configuration(slow.url), ...key });
    const [, url = ''] = await idpatch.printed(/"url":"([^"]+)"/);
    const answering = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: mutation }),
    });
    await arrived.promise;
    // npm passes on what the terminal sends to both.
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) idpatch.child.kill(signal);
    await refusesConnections(url);
    held.resolve();
    const answer = await answering;
    expect(await answer.json()).toEqual(applied);
    // So that nothing new comes over a connection that is kept.
    expect(answer.headers.get('connection')).toBe('close');
    expect(await idpatch.ended).toBe(0);
  });

  const journalFolder =
    'Expected a file in a folder that exists or can be created, such as ./data/idpatch.db;';
  const inTheWay = join(folder, 'a-file');
  writeFileSync(inTheWay, '');
  const nowhere = `${inTheWay}/below/journal.db`;
  const wrong = { canary: 1, baseUrl: 'https://user:secret@example.com' };
  const noFolder = [`journal.sqlite: ${journalFolder} its folder cannot be created (EEXIST).`];
  it.concurrent.each<readonly [string, object, object, readonly string[], readonly string[]]>([
    [
      'with keys that are wrong',
      wrong,
      {},
      [
        'directories.customers.baseUrl: Expected an origin such as https://api.example.com: no credentials, path, query or fragment.',
        'directories.customers: Unrecognized key: "canary"',
      ],
      [],
    ],
    ['with a journal where it can never be', {}, { journal: { sqlite: nowhere } }, noFolder, []],
    ['with such a journal, checked,', {}, { journal: { sqlite: nowhere } }, noFolder, ['check']],
  ])('%s it does not start, and names each key', async (_, change, more, problems, args) => {
    const IDPATCH_CONFIG = configuration(emulator.url, change, more);
    const idpatch = start({ IDPATCH_CONFIG, ...key }, args);
    expect(await idpatch.ended).toBe(1);
    const [head, ...lines] = idpatch.stderr().trim().split('\n');
    expect([head, lines.toSorted()]).toEqual(['idpatch does not start:', problems]);
    expect(idpatch.stdout()).toBe('');
  });

  it.concurrent('is checked without starting or making anything', async () => {
    const below = join(folder, 'checked');
    const config = configuration(emulator.url, {}, { journal: { sqlite: `${below}/one/journal.db` } });
    const right = start({ IDPATCH_CONFIG: config, ...key }, ['check']);
    expect(await right.ended).toBe(0);
    expect(right.stdout()).toBe(
      'The configuration is valid.\ndirectories: customers\ncallers: anonymous, with every right\njournal: sqlite\n',
    );
    expect(right.stderr()).toBe('');
    expect(existsSync(below)).toBe(false);
    const none = start({}, ['check']);
    expect(await none.ended).toBe(1);
    expect(none.stderr()).toMatch(/There is no \.\/idpatch\.yaml/);
    expect(none.stdout()).toBe('');
  });
});

it.concurrent('with a port that is taken it does not start, and says what to do', async () => {
  const taken = createServer();
  const idpatch = start({ PORT: String(await listenOn(taken, 0)) });
  expect(await idpatch.ended).toBe(1);
  expect(idpatch.stderr()).toBe(
    'idpatch does not start: the port is taken. Set PORT to another, such as PORT=4001.\n',
  );
  taken.close();
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
