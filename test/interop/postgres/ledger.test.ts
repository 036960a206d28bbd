import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { createPostgresLedger, type LeaseRequest } from '../../../src/upstream/quota/postgres-ledger.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, missing } = await serverForTests();

const request: LeaseRequest = {
  perMinute: 20,
  replica: 'one',
  wanted: { first: 0, write: 0, read: 0 },
  unused: new Map(),
  late: 0,
  holdMs: 0,
};

/** A pool of which an idle connection that dies is no error. */
function openPool(options: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: server.url(options), max: 2 });
  pool.on('error', () => {});
  return pool;
}

describe.skipIf(missing)(
  `the ledger in PostgreSQL${missing === undefined ? '' : ` (there is none: ${missing})`}`,
  () => {
    it.each(['read committed', 'serializable'])(
      'many who ask at once get the quota and no more: %s',
      async (level) => {
        const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`;
        const journal = createPostgresJournal(server.url());
        await journal.check();
        await journal.close();
        const pools = Array.from({ length: 6 }, () => openPool(options));
        onTestFinished(() => Promise.all(pools.map((pool) => pool.end())).then(() => {}));
        const key = `https://api.example P${level}`;
        const leases = await Promise.all(
          pools.flatMap((pool, index) => {
            const ledger = createPostgresLedger(pool, key);
            return Array.from({ length: 4 }, () =>
              ledger.lease({
                ...request,
                replica: `${index}`,
                perMinute: 50,
                wanted: { first: 3, write: 0, read: 0 },
              }),
            );
          }),
        );
        expect(leases.reduce((sum, { given }) => sum + given.first, 0)).toBe(50);
        expect(Math.max(...leases.map(({ replicas }) => replicas))).toBe(6);
        expect(await server.execute('SELECT key FROM idpatch_pace')).toContainEqual({ key });
      },
    );

    it('without its table it says so', async () => {
      await server.execute('CREATE SCHEMA empty');
      const pool = openPool('-c search_path=empty');
      onTestFinished(() => pool.end());
      await expect(createPostgresLedger(pool, 'key').lease(request)).rejects.toThrow(/idpatch_pace/);
    });
  },
);
