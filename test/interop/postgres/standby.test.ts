import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPostgresJournal } from '../../../src/journal/postgres.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { type PostgresPair, startPair } from '../../harness/postgres-pair.ts';
import { intent } from '../../journal/sample.ts';
import { serverForTests } from './server-for-tests.ts';

const { describeWithServer } = await serverForTests();

describeWithServer('a journal whose commits wait for a standby', () => {
  let pair: PostgresPair;
  beforeAll(async () => {
    pair = await startPair('synchronous');
  });
  afterAll(() => pair.remove());

  it('takes no commit for one whose wait was cancelled', async () => {
    const journal = createPostgresJournal(new Secret(pair.primary.url()));
    await journal.check();
    await pair.standby.kill();
    const begun = journal.begin(intent()).catch((error: unknown) => error);
    // PostgreSQL answers its success, with a warning.
    const cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while ((await pair.primary.execute(cancel)).length === 0) await delay(20);
    expect(await begun).toMatchObject({
      name: 'JournalUnavailable',
      cause: { message: 'The commit did not wait for the standby.' },
    });
    await journal.close();
  });
});
