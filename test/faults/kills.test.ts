import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { killProcesses, openFolder } from '../harness/process.ts';
import { serverForTests } from '../interop/postgres/server-for-tests.ts';
import { drawInt } from './draw.ts';
import {
  callMortal,
  callToTheEnd,
  type KeyedOperation,
  openScenario,
  tally,
  unanswered,
} from './scenario.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const seed = process.env.IDPATCH_SEED ?? randomBytes(4).toString('hex');
const kills = long ? 60 : 4;
/** Operations that begin before each kill. */
const perKill = 24;

const { server, missing } = await serverForTests();
afterAll(killProcesses);

describe(`${kills} kills, seed ${seed}`, () => {
  const timeout = 400_000;
  it.concurrent('lose nothing and double nothing, on SQLite', { timeout }, async () => {
    const folder = openFolder();
    try {
      await survive({ sqlite: `${folder.path}/journal.db` }, { deadlineMs: 2_000, readBackMs: 500 }, {});
    } finally {
      folder.remove();
    }
  });

  const onPostgres = `lose nothing and double nothing, on PostgreSQL${missing}`;
  it.skipIf(missing).concurrent(onPostgres, { timeout }, async () => {
    // Another process may be at an operation for twice this long.
    const limits = { deadlineMs: 1_500, readBackMs: 500 };
    await survive({ postgres: { env: 'DATABASE_URL' } }, limits, { DATABASE_URL: server.url() });
  });
});

/** Kills idpatch again and again in the middle of its work, then asks for every key. */
async function survive(journal: object, limits: object, environment: Record<string, string>): Promise<void> {
  const scenario = await openScenario(seed, (kills + 1) * perKill, { share: 0.15, ms: 3_000 });
  const folder = openFolder();
  const start = () => scenario.start({ journal, limits }, environment, folder);
  const all: KeyedOperation[] = [];
  try {
    for (let round = 0; round < kills; round += 1) {
      const idpatch = await start();
      // Those that the last kill cut off are asked for again, and may be cut off once more.
      const again = unanswered(all).slice(0, perKill);
      const fresh = scenario.plan(perKill, `round ${round}`);
      all.push(...fresh);
      const calls = Promise.all([callMortal(idpatch.url, fresh, 8), callMortal(idpatch.url, again, 8)]);
      await delay(drawInt(20, 500, seed, round));
      await idpatch.kill();
      await calls;
    }
    const last = await start();
    await callToTheEnd(last.url, all);
    await last.stop();
    const counts = tally(all);
    expect(await scenario.violations(all)).toEqual([]);
    // The kills did come in the middle.
    expect(Object.keys(counts).filter((name) => name.endsWith(' after a kill'))).not.toEqual([]);
    expect(Object.keys(counts).filter((name) => name.startsWith('APPLIED'))).not.toEqual([]);
  } finally {
    await scenario.close();
  }
}
