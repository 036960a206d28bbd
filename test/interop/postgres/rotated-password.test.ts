import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { someUser } from '../../harness/expected.ts';
import { openDoor } from '../../harness/front-door.ts';
import { expectUnavailable } from '../../journal/sample.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

/** A role of its own, with its connection string in a file. */
async function setUp(role: string) {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-password-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await server.execute(`CREATE ROLE ${role} LOGIN PASSWORD 'canary-one'`);
  await server.execute(`CREATE SCHEMA ${role} AUTHORIZATION ${role}`);
  const path = `${folder}/url`;
  const urlWith = (password: string) => {
    const url = new URL(server.url(`-c search_path=${role}`, server.port, role));
    return Object.assign(url, { password }).href;
  };
  const write = (password: string) => {
    writeFileSync(`${path}.tmp`, urlWith(password));
    renameSync(`${path}.tmp`, path);
  };
  write('canary-one');
  const reports: unknown[] = [];
  const report = (problem = 'replaced') => void reports.push(problem);
  return {
    ...{ write, reports },
    secret: new Secret(urlWith('canary-one'), { path, report }),
    /** Changes the password and ends the connections that were made with the one before. */
    async rotate() {
      await server.execute(`ALTER ROLE ${role} PASSWORD 'canary-two'`);
      await server.execute(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`,
      );
    },
  };
}

describeWithServer('a password in a file', () => {
  it('is read again when the database refuses it, and no patch is lost', async () => {
    const { secret, write, rotate, reports } = await setUp('rotated');
    const door = await openDoor({ journal: { postgres: secret } });
    const user = { id: someUser(door, 'customers') };
    const patch = async (displayName: string) => (await door.patch(user, { displayName })).outcome;
    expect(await patch('One')).toBe('APPLIED');
    write('canary-two');
    expect(await patch('Two')).toBe('APPLIED');
    expect(reports).toEqual([]);
    await rotate();
    expect(await patch('Three')).toBe('APPLIED');
    expect(reports).toEqual(['replaced']);
    expect(door.emulators.customers.writes).toHaveLength(3);
  });

  it('is refused as long as the file is the same', async () => {
    const { secret, write, rotate } = await setUp('late');
    const journal = createPostgresJournal(secret);
    onTestFinished(() => journal.close());
    await journal.check();
    await rotate();
    await expectUnavailable(journal);
    write('canary-two');
    await journal.check();
  });
});
