import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { good } from '../../harness/config.ts';
import { type PostgresPair, startPair } from '../../harness/postgres-pair.ts';
import { type PostgresServer, password } from '../../harness/postgres-server.ts';
import { killProcesses, openFolder, spawnProcess } from '../../harness/process.ts';
import { serverForTests } from './server-for-tests.ts';

const { describeWithServer } = await serverForTests();
const folder = openFolder();
afterAll(() => folder.remove());
afterAll(killProcesses);

/** `check` with these options, of a configuration with its journal at the URL: its exit code, and what it printed last. */
async function check(url: string, ...options: readonly string[]) {
  const IDPATCH_CONFIG = `${folder.path}/idpatch.yaml`;
  const config = { ...good, callers: { anonymous: true }, journal: { postgres: { env: 'DATABASE_URL' } } };
  writeFileSync(IDPATCH_CONFIG, stringify(config));
  const environment = { IDPATCH_CONFIG, KEY: 'a-good-secret', DATABASE_URL: url };
  const { ended, stdout, stderr } = spawnProcess(folder.path, environment, { args: ['check', ...options] });
  const code = await ended;
  expect(stdout() + stderr()).not.toContain(password);
  const [, last] = stdout().split('journal: postgres\n');
  return { code, last, error: stderr() };
}

const warning = (setting: string) =>
  `warning: journal: The database has a standby, and commits do not wait for it: ${setting}. ` +
  'If the primary is lost, the standby may lack an operation, and its key then writes again.\n';

describeWithServer('check --reach', () => {
  let pair: PostgresPair;
  let primary: PostgresServer;
  beforeAll(async () => {
    pair = await startPair('asynchronous');
    primary = pair.primary;
    await primary.execute(`CREATE ROLE plain LOGIN PASSWORD '${password}'`);
    await primary.execute('ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO plain');
  });
  afterAll(() => pair.remove());
  const set = async (name: string, value: string) => {
    await primary.execute(`ALTER SYSTEM SET ${name} = ${value}`);
    await primary.execute('SELECT pg_reload_conf()');
  };
  const reset = (name: string) => set(name, 'DEFAULT');

  it('connects to nothing unless asked to', async () => {
    expect(await check(primary.url('', 1))).toEqual({ code: 0, last: '', error: '' });
  });

  it('says what it found, and makes nothing', async () => {
    const version = /^reached: journal: PostgreSQL [\d.]+, /;
    const before = await check(primary.url(), '--reach');
    expect(before.last).toMatch(version);
    expect(before.last).toContain('without tables, which idpatch makes as it starts\n');
    const journal = createPostgresJournal(new Secret(primary.url()));
    await journal.check();
    await journal.close();
    const after = await check(primary.url(), '--reach');
    expect(after.last).toMatch(version);
    expect(after.last).toContain('with tables of version 4\n');
    expect([before.code, before.error, after.code, after.error]).toEqual([0, '', 0, '']);
  });

  it.each(['postgres', 'plain'])('warns of a standby for which commits do not wait, as %s', async (user) => {
    const url = primary.url('', primary.port, user);
    const { code, last } = await check(url, '--reach');
    expect([code, last?.replace(/^reached.*\n/, '')]).toEqual([
      0,
      warning('synchronous_standby_names is empty'),
    ]);
    await set('synchronous_standby_names', "'standby'");
    try {
      expect((await check(url, '--reach')).last).not.toContain('warning');
      await set('synchronous_commit', 'local');
      expect((await check(url, '--reach')).last).toContain(warning('synchronous_commit is local'));
    } finally {
      await reset('synchronous_commit');
      await reset('synchronous_standby_names');
    }
  });

  it.each([
    [
      'of which nobody listens',
      () => primary.url('', 1),
      /^not reached: journal: connect ECONNREFUSED .*\n$/,
    ],
    [
      'that takes another password',
      () => primary.url().replace(password, 'not-the-pass-w0rd'),
      /^not reached: journal: password authentication failed .*\n$/,
    ],
    [
      'that is a standby',
      () => pair.standby.url(),
      /^not reached: journal: The database is read-only: .*\n$/,
    ],
  ])('fails at a database %s', async (_, url, line) => {
    const { code, last, error } = await check(url(), '--reach');
    expect([code, error]).toEqual([1, '']);
    expect(last).toMatch(line);
  });

  it('knows no other option', async () => {
    const { code, error } = await check(primary.url(), '--read');
    expect([code, error]).toEqual([
      1,
      'idpatch does not start:\nUnknown option of check. There is --reach.\n',
    ]);
  });
});
