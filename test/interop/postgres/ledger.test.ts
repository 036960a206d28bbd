import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { createPostgresLedger } from '../../../src/upstream/quota/postgres-ledger.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

function openLedger(key: string, options: string) {
  const pool = new pg.Pool({ connectionString: server.url(options), max: 2 });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return createPostgresLedger(pool, key);
}

describeWithServer('a ledger', () => {
  it.each(['read committed', 'serializable'])('loses no change of many at once: %s', async (level) => {
    const journal = createPostgresJournal(new Secret(server.url()));
    await journal.check();
    await journal.close();
    const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`;
    const ledgers = Array.from({ length: 6 }, () => openLedger(level, options));
    const texts: string[] = [];
    const change = (text: string | null, now: number) => {
      expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
      return `${text ?? ''}.`;
    };
    await Promise.all(Array.from({ length: 24 }, (_, nth) => ledgers[nth % 6]?.update(change)));
    await ledgers[0]?.update((text) => {
      texts.push(text ?? '');
      return 'end';
    });
    expect(texts).toEqual(['.'.repeat(24)]);
  });

  it('rejects where its table is missing', async () => {
    await server.execute('CREATE SCHEMA empty');
    const ledger = openLedger('key', '-c search_path=empty');
    await expect(ledger.update(() => '')).rejects.toThrow(/idpatch_pace/);
  });
});
