import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { killProcesses } from '../harness/process.ts';
import { type Outcome, runMixture } from './mixture.ts';
import { faultNames } from './random-faults.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const given = process.env.IDPATCH_SEED;
const fresh = randomBytes(4).toString('hex');
const seeds = given ? [given] : long ? ['one', 'two', 'three', fresh] : ['one', fresh];
const count = long ? 2_000 : 75;

afterAll(killProcesses);

// IDPATCH_SEED runs one seed alone, such as one that a run before has printed.
(long ? describe : describe.concurrent).each(seeds)(`a mixture of ${count} operations, seed %s`, (seed) => {
  it('keeps the promise', { timeout: 300_000 }, async () => {
    const outcome = await runMixture(seed, count, long ? 25 : 5);
    expect(outcome.violations).toEqual([]);

    // Nor does it keep it by doing nothing. Who waits behind a patch that hangs has no time left.
    const well = outcome.operations.filter(({ fault }) => fault === 'slow' || fault === 'none');
    const applied = well.filter(({ replies }) => JSON.stringify(replies).includes('"APPLIED"'));
    expect(applied.length).toBeGreaterThan(0.7 * well.length);
    const outcomes = new Set(outcome.operations.map(({ replies }) => answered(replies)));
    expect(outcomes).toEqual(long ? new Set(['APPLIED', 'NOT_APPLIED', 'PARTIAL', 'UNKNOWN']) : outcomes);
    // As a rule, a connection that is reset when it is accepted is noticed before a request leaves on it.
    const reset = outcome.operations.filter(({ fault }) => fault.startsWith('reset on accept'));
    const doubtful = reset.filter(({ replies }) => answered(replies) === 'UNKNOWN');
    expect(doubtful.length).toBeLessThanOrEqual(long ? reset.length / 3 : reset.length);
    const drawn = new Set(outcome.operations.map(({ fault }) => fault));
    if (long) expect(faultNames.filter((name) => !drawn.has(name))).toEqual([]);
  });
});

function answered(replies: Outcome['operations'][number]['replies']): string {
  const last = replies.at(-1);
  return typeof last === 'object' ? last.outcome : String(last);
}
