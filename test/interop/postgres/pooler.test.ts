import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { ask } from '../../graphql/served.ts';
import { arrived, someUser, written } from '../../harness/expected.ts';
import { tokenOf } from '../../harness/sandbox-tokens.ts';
import { journalContract } from '../../journal/contract.ts';
import { intent, result } from '../../journal/sample.ts';
import { ask as askField, read, renames, seeds, short } from '../../upstream/quota/door.ts';
import { openPooler, type Pooler, poolerMissing } from './pooler.ts';
import { openReplicasAt, serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

const patching = `mutation ($input: PatchUserInput!) {
  patchUser(input: $input) { operationId outcome errors { code } }
}`;

/** Fails a transaction in the moment of its commit where that does not wait for the disk. */
const refuseWithoutWaiting = `
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
      IF current_setting('synchronous_commit') = 'off' THEN RAISE EXCEPTION 'not durable'; END IF;
      RETURN NULL;
    END $$;
  CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON idpatch_operation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`;

describeWithServer('behind PgBouncer', () => {
  describe.skipIf(poolerMissing).each(['session', 'transaction'] as const)(
    `in %s mode${poolerMissing}`,
    (mode) => {
      let pooler: Pooler;
      let databases = 0;
      let database = '';
      let journals: Journal[] = [];

      const execute = async (statement: string) => {
        const client = new pg.Client(server.url().replace('/postgres?', `/${database}?`));
        await client.connect();
        try {
          return (await client.query<object>(statement)).rows;
        } finally {
          await client.end();
        }
      };
      const open = () => {
        const journal = createPostgresJournal(new Secret(pooler.url(database)));
        journals.push(journal);
        return journal;
      };
      const nextDatabase = async () => {
        database = `${mode}_${++databases}`;
        // As a server that is tuned for speed.
        await server.execute(`CREATE DATABASE ${database}`);
        await server.execute(`ALTER DATABASE ${database} SET synchronous_commit = off`);
      };
      beforeAll(async () => {
        pooler = await openPooler(server, mode);
      });
      afterAll(() => pooler.close());
      beforeEach(nextDatabase);
      afterEach(async () => {
        await Promise.all(journals.map((journal) => journal.close()));
        journals = [];
      });

      describe('the contract', () => {
        journalContract(
          async () => ({ open: () => createPostgresJournal(new Secret(pooler.url(database))), execute }),
          true,
        );
      });

      it('every intent and result is on disk when it is committed', async () => {
        const journal = open();
        await journal.check();
        await execute(refuseWithoutWaiting);
        const many = Array.from({ length: 40 }, (_, nth) => intent({ key: `key-${nth}` }));
        // Several connections at once, each with others' transactions in between.
        expect(await Promise.all(many.map((one) => journal.begin(one)))).toEqual(
          many.map(() => ({ kind: 'begun' })),
        );
        await Promise.all(many.map(({ operationId }) => journal.finish(operationId, result)));
        expect(await execute('SELECT 1 FROM idpatch_operation WHERE finished_at IS NOT NULL')).toHaveLength(
          40,
        );
      });

      it('a statement ends in time', async () => {
        const journal = open();
        await journal.check();
        const asked = intent();
        const locking = new pg.Client(server.url().replace('/postgres?', `/${database}?`));
        await locking.connect();
        try {
          await locking.query('BEGIN');
          await locking.query('LOCK TABLE idpatch_operation');
          await expect(journal.begin(asked)).rejects.toMatchObject({ cause: { code: '57014' } });
        } finally {
          await locking.end();
        }
        expect(await journal.find(asked.operationId)).toBeUndefined();
        expect(await journal.begin(asked)).toEqual({ kind: 'begun' });
      });

      it('others who use the pooler keep their own settings', async () => {
        const journal = open();
        await Promise.all(Array.from({ length: 8 }, () => journal.check()));
        await journal.close();
        const clients = Array.from({ length: 3 }, () => new pg.Client(pooler.url(database)));
        await Promise.all(clients.map((client) => client.connect()));
        const settings =
          "SELECT current_setting('statement_timeout') || current_setting('synchronous_commit') AS own";
        for (const client of clients) await client.query('BEGIN');
        for (const client of clients) expect((await client.query(settings)).rows).toEqual([{ own: '0off' }]);
        await Promise.all(clients.map((client) => client.end()));
      });

      it('one key at once at two replicas is one write', async () => {
        const { door, other } = await openReplicasAt(pooler.url(database));
        const input = {
          ...{ user: { id: someUser(door, 'customers') }, idempotencyKey: 'key-behind-a-pooler' },
          patch: { displayName: 'Somebody Else' },
        };
        const answers = (await Promise.all(
          Array.from({ length: 20 }, (_, nth) => askField(nth % 2 ? door : other, patching, { input })),
        )) as { readonly operationId: string; readonly outcome: string }[];
        expect(new Set(answers.map(({ operationId }) => operationId)).size).toBe(1);
        expect(answers.map(({ outcome }) => outcome)).toContain('APPLIED');
        expect(written(door)).toHaveLength(1);
      });

      it('replicas share the limit of a caller to the last request', async () => {
        const { door, other } = await openReplicasAt(pooler.url(database), {
          limits: { requestsPerCallerPerMinute: 60 },
        });
        const token = await tokenOf(door, 'users:read');
        const statuses = await Promise.all(
          Array.from({ length: 120 }, async (_, nth) => {
            const { url } = nth % 2 ? door : other;
            return (await ask(`${url}/graphql`, '{ directories { name } }', {}, token)).status;
          }),
        );
        expect(statuses.filter((status) => status === 200)).toHaveLength(60);
        expect(statuses.filter((status) => status === 429)).toHaveLength(60);
      });

      it('replicas share a quota', async () => {
        const { door, other } = await openReplicasAt(pooler.url(database), short(20, 'customers', 60));
        // They know of each other before it gets busy.
        for (const one of [door, other])
          expect(await read(one, `customers:${seeds('customers', 1)[0]?.userId}`)).toBe(true);
        const answers = await Promise.all(
          renames('customers', 0, 60).map((input, nth) =>
            askField(nth % 2 ? door : other, patching, { input }),
          ),
        );
        const applied = answers.filter((one) => (one as { readonly outcome: string }).outcome === 'APPLIED');
        expect(written(door)).toHaveLength(applied.length);
        expect(applied.length).toBeGreaterThanOrEqual(8);
        expect(arrived(door).length).toBeLessThanOrEqual(20);
        expect(await execute('SELECT key FROM idpatch_pace')).toHaveLength(1);
      });
    },
  );
});
