import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { stringify } from 'yaml';
import { customers } from '../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../src/sandbox/descope/emulator.ts';
import { type EmulatorRequest, serveOnLoopback } from '../src/sandbox/emulator.ts';
import { type Issuer, startIssuer } from '../src/sandbox/issuer.ts';
import { ask } from './harness/answers.ts';
import { killProcesses, openFolder, type Process, spawnProcess, startProcess } from './harness/process.ts';

afterAll(killProcesses);

const id = `customers:${customers.users[0].userId}`;
const mutation = `mutation { patchUser(input: { user: { id: "${id}" }, patch: { displayName: "Canary" } }) { outcome } }`;
const applied = JSON.stringify({ data: { patchUser: { outcome: 'APPLIED' } } });

const entry = ({ url, jwksUrl }: Issuer, more: object = {}) => ({
  ...{ issuer: url, jwks: jwksUrl, audience: 'idpatch', allowLoopback: true, algorithms: ['ES256'] },
  ...{ rights: { claim: 'scope' }, directories: ['customers'], ...more },
});

/** idpatch as a process, with the emulator behind a door that can be held, and two issuers. */
async function setUp(test: TestContext) {
  const folder = openFolder();
  const emulator = await startDescopeEmulator({ ...customers, managementKey: 'canary-old-key' });
  let held = Promise.resolve();
  const between = await serveOnLoopback(async ({ method, url, headers, body }) => {
    await held;
    const answer = await fetch(new URL(url, emulator.url), {
      ...{
        method,
        headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      },
      ...(body ? { body } : {}),
    });
    return { status: answer.status, body: await answer.text() };
  });
  const [one, other] = [await startIssuer(), await startIssuer()];
  const keyFile = `${folder.path}/key`;
  writeFileSync(keyFile, 'canary-old-key');
  const directory = {
    ...{ provider: 'descope', allowLoopback: true, baseUrl: between.url, projectId: customers.projectId },
    managementKey: { file: keyFile },
  };
  const configuration = {
    server: { port: 0, maxEventLoopDelayMs: 60_000 },
    callers: { jwt: [entry(one)] },
    directories: { customers: directory },
  };
  const idpatch = await startProcess(configuration, {}, folder.path);
  test.onTestFinished(async () => {
    await idpatch.kill();
    await Promise.all([emulator, between, one, other].map((server) => server.close()));
    folder.remove();
  });
  const tokens = new Map<Issuer, string>();
  for (const issuer of [one, other])
    tokens.set(issuer, await issuer.token({ aud: 'idpatch', sub: 'agent', scope: 'users:read users:write' }));
  const door = { url: new URL(idpatch.url).origin };
  return {
    ...{ idpatch, emulator, configuration, directory, keyFile, one, other, folder, door },
    /** Sends the patch as a caller of this issuer. */
    patch: (issuer: Issuer, more: Readonly<Record<string, string>> = {}) =>
      ask(door, mutation, {}, { authorization: `Bearer ${tokens.get(issuer)}`, ...more }),
    write: (text: string | object) =>
      writeFileSync(`${folder.path}/idpatch.yaml`, typeof text === 'string' ? text : stringify(text)),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      const arrived = async () => {
        while (between.requests.length === 0) await new Promise((again) => setTimeout(again, 5));
      };
      return { arrived, letGo: resolve };
    },
  };
}

/** Sends the signal and gives what is logged of it. */
async function hangUp(idpatch: Process): Promise<readonly object[]> {
  const before = eventsOf(idpatch).length;
  idpatch.child.kill('SIGHUP');
  while (eventsOf(idpatch).length === before) {
    expect(idpatch.child.signalCode).toBeNull();
    await new Promise((again) => setTimeout(again, 5));
  }
  return eventsOf(idpatch)
    .slice(before)
    .map(({ time: _, ...event }) => event);
}

function eventsOf({ lines }: Process): readonly Record<string, unknown>[] {
  return lines
    .filter((line) => /"event":"(reloaded|not-reloaded|restart-needed|bug)"/.test(line))
    .map((line) => JSON.parse(line));
}

const reloaded = (...changed: readonly string[]) => ({ level: 30, event: 'reloaded', changed });
const keyOf = ({ headers }: EmulatorRequest) => headers.authorization?.split(':')[1];

describe.concurrent('on SIGHUP', () => {
  it('takes other issuers, rights, origins, limits and secrets, and disturbs no patch', async (test) => {
    const { idpatch, emulator, configuration, keyFile, one, other, door, patch, write, hold } =
      await setUp(test);
    const { arrived, letGo } = hold();
    const patching = patch(one);
    await arrived();
    expect((await patch(other)).status).toBe(401);
    renameWith(keyFile, 'canary-new-key');
    const origin = 'https://app.example.com';
    write({
      ...configuration,
      server: { ...configuration.server, cors: [origin] },
      callers: { jwt: [entry(other)] },
      limits: { requestsPerCallerPerMinute: 3 },
    });
    const callers = ['issuer', 'jwks'].map((key) => `callers.jwt.0.${key}`);
    expect(await hangUp(idpatch)).toEqual([
      reloaded(
        'directories.customers.managementKey',
        'server.cors.0',
        ...callers,
        'limits.requestsPerCallerPerMinute',
      ),
    ]);
    emulator.accept('canary-new-key');
    letGo();
    expect((await patching).body).toBe(applied);
    expect(emulator.writes).toHaveLength(1);
    // Refused with the key with which it had left, it was sent again.
    expect(emulator.requests.map(keyOf).slice(0, 2)).toEqual(['canary-old-key', 'canary-new-key']);
    emulator.requests.length = 0;
    expect((await patch(one)).status).toBe(401);
    expect((await patch(other, { origin })).body).toBe(applied);
    // Nothing had to be refused.
    expect(emulator.requests.map(keyOf)).toEqual(['canary-new-key']);
    const { headers } = await fetch(`${door.url}/graphql`, { method: 'POST', headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    for (const status of [200, 200, 429]) expect((await patch(other)).status).toBe(status);
    expect(await idpatch.stop()).toBe(0);
    expect(idpatch.stdout() + idpatch.stderr()).not.toContain('canary-');
  });

  it('gives other rights to tokens that it knows, and does not ask for the keys again', async (test) => {
    const { idpatch, configuration, one, patch, write } = await setUp(test);
    expect((await patch(one)).body).toBe(applied);
    expect(one.requests).toHaveLength(1);
    write({ ...configuration, callers: { jwt: [entry(one, { rights: ['users:read'] })] } });
    expect(await hangUp(idpatch)).toEqual([reloaded('callers.jwt.0.rights.claim', 'callers.jwt.0.rights.0')]);
    expect((await patch(one)).body).toContain('NOT_APPLIED');
    write(configuration);
    await hangUp(idpatch);
    expect((await patch(one)).body).toBe(applied);
    expect(one.requests).toHaveLength(1);
    // And nothing where nothing is changed.
    expect(await hangUp(idpatch)).toEqual([reloaded()]);
  });

  it('keeps all as it is where the file is invalid, and says why by key', async (test) => {
    const { idpatch, configuration, directory, keyFile, one, other, folder, patch, write } =
      await setUp(test);
    const path = `${folder.path}/idpatch.yaml`;
    const secret = 'directories.customers.managementKey: the file of this secret does not exist.';
    const wrong = {
      ...configuration,
      callers: { jwt: [entry(other, { canary: 1 })] },
      limits: { bodyBytes: 1 },
    };
    const withoutKey = () => {
      write({ ...configuration, callers: { jwt: [entry(other)] } });
      rmSync(keyFile);
    };
    const cases: readonly (readonly [() => void, readonly (string | RegExp)[]])[] = [
      [() => write(wrong), [/^callers\.jwt\.0: .*"canary"/, /^limits\.bodyBytes: /]],
      [() => write('callers: ['), [/^The configuration is not YAML: /]],
      [() => write(''), [/^the configuration: /]],
      [() => rmSync(path), [`The configuration file could not be read (ENOENT): ${path}`]],
      [withoutKey, [secret]],
    ];
    for (const [spoil, problems] of cases) {
      spoil();
      const matching = problems.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one)));
      expect(await hangUp(idpatch)).toEqual([{ level: 50, event: 'not-reloaded', problems: matching }]);
      expect((await patch(one)).body).toBe(applied);
      expect((await patch(other)).status).toBe(401);
    }
    writeFileSync(keyFile, 'canary-old-key');
    write({ ...configuration, directories: { customers: directory } });
    expect(await hangUp(idpatch)).toEqual([reloaded()]);
  });

  it('says what only a restart changes, and changes none of it', async (test) => {
    const { idpatch, configuration, directory, one, other, patch, write } = await setUp(test);
    const needed = (...keys: readonly string[]) => ({ level: 40, event: 'restart-needed', keys });
    const changed = {
      ...configuration,
      server: { ...configuration.server, port: 1, graphiql: true },
      directories: { customers: { ...directory, pace: { perMinute: 2 } } },
      limits: { deadlineMs: 9_000 },
    };
    write(changed);
    const keys = ['server.port', 'server.graphiql', 'limits.deadlineMs', 'directories.customers.pace'];
    const [first, second] = await hangUp(idpatch);
    expect(first).toEqual(reloaded());
    expect(second).toEqual({ ...needed(), keys: expect.arrayContaining(keys) });
    // Callers in a directory that is not there yet come with it.
    const more = entry(other, { directories: ['customers', 'others'] });
    const directories = { customers: directory, others: directory };
    write({ ...configuration, directories, callers: { jwt: [entry(one), more] } });
    expect(await hangUp(idpatch)).toEqual([reloaded(), needed('callers.jwt.1', 'directories.others')]);
    expect((await patch(other)).status).toBe(401);
    expect((await patch(one)).body).toBe(applied);
  });

  it('takes the journal’s password, and no other database', async (test) => {
    const folder = openFolder();
    const path = `${folder.path}/url`;
    const url = (password: string, name: string) => `postgres://user:${password}@127.0.0.1:1/${name}`;
    writeFileSync(path, url('canary-one', 'here'));
    const { projectId } = customers;
    const directory = { provider: 'descope', projectId, managementKey: { env: 'KEY' } };
    const journal = { postgres: { file: path }, digestKey: { file: `${folder.path}/digest` } };
    writeFileSync(`${folder.path}/digest`, 'canary-'.repeat(9));
    const configuration = { directories: { customers: directory }, journal };
    const idpatch = await startProcess(configuration, { KEY: 'canary-key' }, folder.path);
    test.onTestFinished(async () => {
      await idpatch.kill();
      folder.remove();
    });
    writeFileSync(path, url('canary-two', 'here'));
    expect(await hangUp(idpatch)).toEqual([reloaded('journal.postgres')]);
    writeFileSync(path, url('canary-two', 'elsewhere'));
    writeFileSync(`${folder.path}/digest`, 'other-'.repeat(9));
    const keys = ['journal.postgres', 'journal.digestKey'];
    expect(await hangUp(idpatch)).toEqual([reloaded(), { level: 40, event: 'restart-needed', keys }]);
    expect(idpatch.stdout() + idpatch.stderr()).not.toContain('canary-');
  });

  it('goes on without a configuration', async (test) => {
    const folder = openFolder();
    const sandbox = spawnProcess(folder.path, { PORT: '0' });
    test.onTestFinished(async () => {
      await sandbox.kill();
      folder.remove();
    });
    const [, url = ''] = await sandbox.printed(/GraphiQL: (\S+)[\s\S]*curl .*\n/);
    const problems = ['The sandbox has no configuration to read.'];
    expect(await hangUp(sandbox)).toEqual([{ level: 50, event: 'not-reloaded', problems }]);
    expect((await ask({ url: new URL(url).origin }, mutation)).body).toBe(applied);
    expect(await sandbox.stop()).toBe(0);
  });

  it('finishes what is under way while it leaves', async (test) => {
    const { idpatch, one, patch, hold } = await setUp(test);
    const { arrived, letGo } = hold();
    const patching = patch(one);
    await arrived();
    idpatch.child.kill('SIGTERM');
    expect(await hangUp(idpatch)).toEqual([reloaded()]);
    letGo();
    expect((await patching).body).toBe(applied);
    expect(await idpatch.ended).toBe(0);
  });
});

it('logs by its key that the file of a secret was read again, or could not be', async (test) => {
  const { idpatch, emulator, keyFile, one, patch } = await setUp(test);
  const key = 'directories.customers.managementKey';
  emulator.accept('canary-new-key');
  rmSync(keyFile);
  expect((await patch(one)).body).toContain('NOT_APPLIED');
  await idpatch.printed(
    new RegExp(`"level":40,.*"event":"secret-unreadable","key":"${key}","problem":"cannot be read"`),
  );
  renameWith(keyFile, 'canary-new-key');
  expect((await patch(one)).body).toBe(applied);
  await idpatch.printed(new RegExp(`"level":30,.*"event":"secret-replaced","key":"${key}"`));
  expect(idpatch.stdout() + idpatch.stderr()).not.toContain('canary-');
});

function renameWith(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}
