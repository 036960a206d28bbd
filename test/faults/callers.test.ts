import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { killProcesses } from '../harness/process.ts';
import { runCallers } from './callers.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const given = process.env.IDPATCH_SEED;
const fresh = randomBytes(4).toString('hex');
const seeds = given ? [given] : ['one', 'two', 'three', fresh];
const [seconds, patchesPerMinute] = long ? [70, 30] : [10, 60];

afterAll(killProcesses);

// IDPATCH_SEED runs one seed alone, such as one that a run before has printed.
const name = `callers of whom one is hostile, for ${seconds} s, seed %s`;
// A flood takes the whole machine: it would slow down the tests beside it, and they the answers that it times.
describe.runIf(long || given).each(seeds)(`${name} (skipped unless IDPATCH_FAULTS=long)`, (seed) => {
  it('get their shares, and the truth', { timeout: 300_000 }, async () => {
    const outcome = await runCallers(seed, 1_000 * seconds, patchesPerMinute);
    console.info(outcome.summary);
    expect(outcome.violations).toEqual([]);
    expect(outcome.exitCode).toBe(0);

    const statuses = Map.groupBy(outcome.probes, ({ path, status }) => `${path} ${status}`);
    expect([...statuses.keys()].toSorted()).toEqual(['/health 200', '/ready 200']);
    const reads = outcome.honest.flatMap(({ reads }) => reads);
    expect(reads.filter((status) => status === 200).length).toBeGreaterThanOrEqual(0.9 * reads.length);
    // The flood was one.
    expect(Object.keys(outcome.hostile.counts).length).toBeGreaterThan(3);
  });
});
