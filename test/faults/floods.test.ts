import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { killProcesses } from '../harness/process.ts';
import { type CallerKind, letLoose, openCrowd } from './crowd.ts';
import { slowest, watchProbes, work } from './honest.ts';
import type { HostileOrder } from './hostile.ts';
import { checkShares } from './shares.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
/** Of them 30 a minute. */
const patches = 60;
const patchesMs = 2_000 * patches;

afterAll(killProcesses);

/** Callers before a process whose directories have the quota that Descope publishes. */
async function openFlood(name: string) {
  const crowd = await openCrowd(name, 1_100);
  onTestFinished(() => crowd.close());
  const { url } = await crowd.start({ perMinute: 500 });
  const other = await crowd.caller('gateway', 12);
  return {
    ...{ crowd, url },
    /** One takes what there is, of all directories or of one, for so long. */
    async flood(kind: CallerKind, ms: number, acts: HostileOrder['acts'], directory = '') {
      const hostile = await crowd.caller(kind, 1_000);
      const ids = hostile.ids.filter((id) => id.startsWith(directory));
      return letLoose({ ...hostile, ids, url, seed: name, ms, acts });
    },
    /** Another one patches users of all directories, or of one. */
    async workOfOther(directory = '') {
      const ids = other.ids.filter((id) => id.startsWith(directory));
      const given = { url, seed: name, ms: patchesMs, perMinute: 30, hear: () => {} };
      const done = await work({ ...other, ids }, given);
      const { withinMs } = crowd;
      return { ...done, violations: checkShares([{ name: other.name, patches: done.patches, withinMs }]) };
    },
    print: (what: object) => console.info(JSON.stringify({ name, ...what })),
  };
}

// A flood takes the whole machine: it would slow down the tests beside it, and they the answers that it times.
describe.runIf(long).each(['employees', 'contractors', 'customers'] as const)(
  'one caller uses up the quota of %s (skipped unless IDPATCH_FAULTS=long)',
  (directory) => {
    it('and another gets what is theirs of it', { timeout: 300_000 }, async () => {
      const { crowd, flood, workOfOther, print } = await openFlood(directory);
      const flooded = flood('gateway', patchesMs + 8_000, ['patches side by side'], directory);
      const proxy = crowd.providers.proxies[directory];
      // What is given out as it is asked for.
      await expect.poll(() => proxy?.count('write') ?? 0, { timeout: 30_000 }).toBeGreaterThan(100);
      await delay(3_000);
      const { violations, patches } = await workOfOther(directory);
      const { counts } = await flooded;
      print({ ...slowest(patches), counts });
      expect(violations).toEqual([]);
      // The flood was one.
      const refused = Object.keys(counts).filter((what) =>
        what.startsWith('patch NOT_APPLIED RATE_LIMITED patch'),
      );
      expect(refused).not.toEqual([]);
    });
  },
);

describe.runIf(long).each([
  ['a caller with a profile', 'front-end'],
  ['a caller with users:read', 'gateway'],
] as const)('the widest reads, pipelined, of %s (skipped unless IDPATCH_FAULTS=long)', (_, kind) => {
  it('leave another what is theirs', { timeout: 300_000 }, async () => {
    const { url, flood, workOfOther, print } = await openFlood(`widest ${kind}`);
    const probes = watchProbes(url);
    const [load] = loadavg();
    const flooded = flood(kind, patchesMs, ['widest reads', 'documents at the limits'], 'customers');
    const { violations, patches } = await workOfOther();
    const { counts } = await flooded;
    const health = (await probes.stop()).filter(({ path }) => path === '/health');
    print({ ...slowest(patches), health: slowest(health), load, counts });
    expect(violations).toEqual([]);
    expect(patches.map(({ reply }) => reply)).toEqual(
      patches.map(() => expect.objectContaining({ outcome: 'APPLIED' })),
    );
    expect(new Set(health.map(({ status }) => status))).toEqual(new Set([200]));
    if (Number(load) < availableParallelism()) expect(slowest(health).p99).toBeLessThanOrEqual(500);
    expect(counts['status 200']).toBeGreaterThan(0);
  });
});
