import { afterAll, beforeAll, expect, it } from 'vitest';
import { Secret } from '../../../src/settings/secret.ts';
import { patchUser, someUser } from '../../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../../harness/front-door.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

/** What a URL has to escape is in it, and the server's own messages may contain what it stumbles over. */
const password = 'Zq3T-nB6v@/:%w8Kd-Xp1L';
const patch = { displayName: 'Somebody Unusual', email: { address: 'unusual@example.org', verified: true } };

const execute = async (...statements: readonly string[]) => {
  for (const statement of statements) await server.execute(statement);
};
const disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'idpatch'";
const repeat = `CREATE FUNCTION repeat_rows() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'no %', (SELECT string_agg(r::text, ' ') FROM idpatch_operation r); END $$`;

/** How a journal is spoiled, and mended. */
const broken: Readonly<Record<string, readonly [() => Promise<void>, () => Promise<void>]>> = {
  'is down': [() => server.stop(), () => server.start()],
  'takes another password': [
    () => execute("ALTER ROLE idpatch PASSWORD 'another'", disconnect),
    () => execute(`ALTER ROLE idpatch PASSWORD '${password}'`),
  ],
  'has no table': [
    () => execute('ALTER TABLE idpatch_operation RENAME TO x', 'CREATE VIEW idpatch_operation AS SELECT 1'),
    () => execute('DROP VIEW idpatch_operation', 'ALTER TABLE x RENAME TO idpatch_operation'),
  ],
  'has a rule whose message has the whole row': [
    () => execute('ALTER TABLE idpatch_operation ADD CONSTRAINT never CHECK (false) NOT VALID'),
    () => execute('ALTER TABLE idpatch_operation DROP CONSTRAINT never'),
  ],
  'has a trigger that repeats its rows': [
    () =>
      execute(repeat, 'CREATE TRIGGER r BEFORE INSERT ON idpatch_operation EXECUTE FUNCTION repeat_rows()'),
    () => execute('DROP TRIGGER r ON idpatch_operation', 'DROP FUNCTION repeat_rows'),
  ],
};

describeWithServer('a journal in PostgreSQL', () => {
  let door: FrontDoor;
  const patchCustomer = (idempotencyKey: string) =>
    patchUser(door, { user: { id: someUser(door, 'customers') }, patch, idempotencyKey });
  beforeAll(async () => {
    await execute(
      `CREATE ROLE idpatch LOGIN PASSWORD '${password}'`,
      'GRANT ALL ON SCHEMA public TO idpatch',
    );
    const url = `postgres://idpatch:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`;
    door = await openFrontDoor({ journal: { postgres: new Secret(url) }, metrics: {} });
    new Secret(password).reveal();
    expect(await patchCustomer('key-of-the-applied-patch')).toMatchObject({ outcome: 'APPLIED' });
  });
  // Fails where any of it came out.
  afterAll(() => door?.close());

  it.each(Object.entries(broken))('that %s is reported without its words', async (_, [spoil, mend]) => {
    await spoil();
    try {
      const errors = [{ code: 'JOURNAL_UNAVAILABLE' }];
      expect(await patchCustomer('key-of-another-patch')).toMatchObject({ errors });
    } finally {
      await mend();
    }
  });
});
