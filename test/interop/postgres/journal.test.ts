import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { openSilence } from '../../harness/held-port.ts';
import { password } from '../../harness/postgres-server.ts';
import { openTcpSwitch } from '../../harness/tcp-switch.ts';
import { journalContract } from '../../journal/contract.ts';
import { everyCall, expectUnavailable, intent } from '../../journal/sample.ts';
import { openLossyLine } from './lossy-line.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();
/** A PostgreSQL schema for each test; the tables go into it by the search path. */
let schema = '';
let schemas = 0;
let journals: Journal[] = [];

const here = (more = '') => `-c search_path=${schema} ${more}`;
const execute = (statement: string) => server.execute(statement, here());

function open(url = server.url(here())): Journal {
  const journal = createPostgresJournal(new Secret(url));
  journals.push(journal);
  return journal;
}

async function newSchema(): Promise<void> {
  schema = `test_${++schemas}`;
  await server.execute(`CREATE SCHEMA ${schema}`);
}

describeWithServer('PostgreSQL', () => {
  beforeEach(newSchema);
  afterEach(async () => {
    await Promise.all(journals.map((journal) => journal.close()));
    journals = [];
  });

  describe('the contract', () => {
    journalContract(
      async () => ({ open: () => createPostgresJournal(new Secret(server.url(here()))), execute }),
      true,
    );
  });

  describe('the tables', () => {
    it('are made by many replicas at once', async () => {
      const many = Array.from({ length: 12 }, () => open());
      await Promise.all(many.map((journal) => journal.check()));
      expect(await execute('SELECT version FROM idpatch_schema')).toEqual([
        { version: '1' },
        { version: '2' },
        { version: '3' },
        { version: '4' },
      ]);
    });

    it('are used by one who may not make any', async () => {
      await open().check();
      await execute(`DROP ROLE IF EXISTS plain`);
      await execute(`CREATE ROLE plain LOGIN PASSWORD '${password}'`);
      await execute(`GRANT USAGE ON SCHEMA ${schema} TO plain`);
      await execute(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO plain`);
      await Promise.all(everyCall(open(server.url(here(), server.port, 'plain'))));
      await execute('DROP OWNED BY plain');
    });

    it('are made again where they are gone', async () => {
      const journal = open();
      await journal.begin(intent());
      await execute(`DROP SCHEMA ${schema} CASCADE`);
      await execute(`CREATE SCHEMA ${schema}`);
      expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
    });
  });

  describe('a write', () => {
    it('is durable also where the server is set not to wait', async () => {
      const journal = open(server.url(here('-c synchronous_commit=off')));
      await journal.check();
      await execute(
        `ALTER TABLE idpatch_operation ADD CHECK (current_setting('synchronous_commit') <> 'off')`,
      );
      expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
    });

    it('keeps every text also in a database of another encoding', async () => {
      await server.execute(`CREATE DATABASE ${schema} ENCODING 'LATIN1' TEMPLATE template0`);
      const journal = open(server.url().replace('/postgres?', `/${schema}?`));
      const { ttlMs, changes, ...asked } = intent({
        key: '\u20ac \u00e9 \ud83e\udd89',
        user: '\u7528\u6237',
      });
      expect(await journal.begin({ ...asked, changes, ttlMs })).toEqual({ kind: 'begun' });
      expect(await journal.find(asked.operationId)).toMatchObject({ ...asked, open: changes });
    });

    it('is tried again where transactions meet', async () => {
      const strict = here('-c default_transaction_isolation=serializable');
      const [one, two] = [open(server.url(strict)), open(server.url(strict))];
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => (index % 2 ? one : two).begin(intent())),
      );
      expect(answers.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).lease('user', `${index}`, 60_000)),
      );
      expect(taken.filter(Boolean)).toEqual([true]);
    });

    it('is begun once where its answer was lost', async () => {
      const line = await openLossyLine(server.port);
      const journal = open(server.url(here(), line.port));
      await journal.check();
      line.loseNext('keep listening');
      const asked = intent();
      expect(await journal.begin(asked)).toEqual({ kind: 'begun' });
      expect(await execute('SELECT operation_id FROM idpatch_operation')).toEqual([
        { operation_id: asked.operationId },
      ]);
      expect(await journal.begin(intent())).toMatchObject({ kind: 'known' });
      await line.close();
    });

    it('is as if it had not been where it was rejected', async () => {
      const line = await openLossyLine(server.port);
      const journal = open(server.url(here(), line.port));
      await journal.check();
      line.loseNext('refuse');
      const refused = intent();
      await expect(journal.begin(refused)).rejects.toMatchObject({ name: 'JournalUnavailable' });
      expect(await execute('SELECT operation_id FROM idpatch_operation')).toHaveLength(1);
      await line.listenAgain();
      expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
      expect(await journal.find(refused.operationId)).toBeUndefined();
      await line.close();
    });
  });

  describe('a journal that cannot work', () => {
    it('says so while the server is stopped, and heals', async () => {
      const journal = open();
      const asked = intent();
      await Promise.all(Array.from({ length: 8 }, () => journal.check()));
      await journal.begin(asked);
      await server.stop();
      await expectUnavailable(journal);
      await server.start();
      expect(await journal.begin(intent())).toMatchObject({
        kind: 'known',
        operation: { operationId: asked.operationId },
      });
    });

    it('says so, and not its password, where it is not let in', async () => {
      const wrong = [
        server.url(here()).replace(password, 'not-the-pass-w0rd'),
        server.url(here(), 1),
        // As a password that was put in the wrong place: the server's message names the database.
        server.url(here()).replace('/postgres?', `/${password}?`),
        `postgres://user:${password}@127.0.0.1:port/x`,
        `postgres://user:${password}@no-such-host.invalid/x`,
        `postgres:// user:${password}`,
        password,
      ];
      for (const url of wrong) {
        const journal = open(url);
        await expectUnavailable(journal);
        const error = await journal.check().catch((reason: unknown) => reason);
        const told = inspect(error, { depth: null, showHidden: true });
        expect(told).not.toContain(password);
        expect(told).not.toContain('not-the-pass-w0rd');
      }
    });

    it('says so where the database is read-only', async () => {
      await open().check();
      const journal = open(server.url(here('-c default_transaction_read_only=on')));
      await expect(journal.check()).rejects.toMatchObject({ cause: { code: '25006' } });
      await expect(journal.begin(intent())).rejects.toMatchObject({ name: 'JournalUnavailable' });
    });

    it('goes on by itself at a server that may be written again', async () => {
      const journal = open();
      await Promise.all(Array.from({ length: 8 }, () => journal.check()));
      const readOnly = (value: string) =>
        server.execute(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      const reload = () => server.execute('SELECT pg_reload_conf()');
      await readOnly('on');
      await reload();
      const [asked] = [intent()];
      const begun = journal.begin(asked);
      await delay(300);
      await server.execute(
        'ALTER SYSTEM RESET default_transaction_read_only',
        '-c default_transaction_read_only=off',
      );
      await reload();
      expect(await begun).toEqual({ kind: 'begun' });
    });

    it('goes on at new connections where those that are open hang', async () => {
      const line = await openTcpSwitch(server.port);
      const journal = open(server.url(here(), line.port));
      await Promise.all(Array.from({ length: 8 }, () => journal.check()));
      line.lead(server.port, 'hang');
      await journal.check();
      // Also those that were not in use are closed.
      await delay(100);
      expect(line.hanging()).toBe(0);
      await line.close();
    });

    it('says so where nobody answers, and can be closed', async () => {
      const silence = await openSilence();
      const journal = open(server.url(here(), silence.port));
      await expectUnavailable(journal);
      await journal.close();
      await silence.close();
    });

    it('says so where the answer takes too long, and nothing was done', async () => {
      const journal = open();
      await journal.check();
      const asked = intent();
      const locking = new pg.Client(server.url(here()));
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
  });
});
