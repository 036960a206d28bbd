import { connectionCases, journalCase } from '../../canary/cases-faults.ts';
import { httpCases } from '../../canary/cases-http.ts';
import { patchCases } from '../../canary/cases-patch.ts';
import { providerCases } from '../../canary/cases-provider.ts';
import { refusedCases } from '../../canary/cases-refused.ts';
import { createPlants } from '../../canary/plants.ts';
import { sweep } from '../../canary/sweep.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

const plants = createPlants();
/** What a URL has to escape is in it, and the server's own messages may not. */
const password = `${plants.word('password')}@/:%${plants.word('password’s end')}`;

/** Everything in every table of the database. */
async function tables(): Promise<readonly Uint8Array[]> {
  const names = (await server.execute(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
  )) as readonly { table_name: string }[];
  const rows = await Promise.all(
    names.map(({ table_name }) => server.execute(`SELECT * FROM ${table_name}`)),
  );
  return rows.map((one, at) => Buffer.from(JSON.stringify([names[at], one])));
}

/** Ends the program's connections, so that it makes new ones. */
const disconnect = () =>
  server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'canary'");

const execute =
  (...statements: readonly string[]) =>
  async () => {
    for (const statement of statements) await server.execute(statement);
  };

const journalCases = [
  journalCase(
    'is a server that is down',
    () => server.stop(),
    () => server.start(),
  ),
  journalCase(
    'is a server that takes no such password',
    async () => {
      await server.execute("ALTER ROLE canary PASSWORD 'another'");
      await disconnect();
    },
    async () => {
      await server.execute(`ALTER ROLE canary PASSWORD '${password}'`);
    },
  ),
  journalCase(
    'has a table that is not there',
    execute(
      'ALTER TABLE idpatch_operation RENAME TO elsewhere',
      'CREATE VIEW idpatch_operation AS SELECT 1 AS a',
    ),
    execute('DROP VIEW idpatch_operation', 'ALTER TABLE elsewhere RENAME TO idpatch_operation'),
  ),
  journalCase(
    'has a rule that its rows break, whose message has the whole row',
    execute('ALTER TABLE idpatch_operation ADD CONSTRAINT never CHECK (false) NOT VALID'),
    execute('ALTER TABLE idpatch_operation DROP CONSTRAINT never'),
  ),
  journalCase(
    'has a trigger that repeats the row',
    execute(
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no %', (SELECT string_agg(r::text, ' ') FROM idpatch_operation r); END $$`,
      'CREATE TRIGGER tell BEFORE INSERT ON idpatch_operation FOR EACH ROW EXECUTE FUNCTION tell()',
    ),
    execute('DROP TRIGGER tell ON idpatch_operation', 'DROP FUNCTION tell'),
  ),
];

describeWithServer('with a journal in PostgreSQL', () => {
  sweep(
    {
      async open() {
        await server.execute(`CREATE ROLE canary LOGIN PASSWORD '${password}'`);
        await server.execute('GRANT ALL ON SCHEMA public TO canary');
        const url = `postgres://canary:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`;
        return {
          configuration: () => ({ postgres: { env: 'DATABASE_URL' } }),
          environment: { DATABASE_URL: url },
          secrets: { 'database password': password },
        };
      },
      contents: tables,
    },
    [...patchCases, ...refusedCases, ...httpCases, ...providerCases, ...connectionCases, ...journalCases],
  );
});
