import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contender } from '../bench/contenders/contender.ts';
import { passThrough } from '../bench/contenders/pass-through.ts';
import { cpuMicroseconds } from '../bench/cpu.ts';
import { compareContenders } from '../bench/parts/contenders.ts';
import { linearity } from '../bench/parts/growth.ts';
import { startServer } from '../bench/processes.ts';
import { graphqlExchange, workOf } from '../bench/work.ts';
import { type Bench, openBench } from '../bench/world.ts';

/** Runs the bench as `npm run bench` does. */
async function runBench(...args: string[]): Promise<{ out: string; code: number | null }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../bench/main.ts', import.meta.url)), ...args],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { out, code: child.exitCode };
}

const quickly = { seconds: 1, warmUpSeconds: 0, rounds: 1 };

it('prints the figures of the contenders that were asked for, beside each other', async () => {
  const { out, code } = await runBench(
    ...['--seconds', '1', '--warm-up', '0', '--rounds', '1'],
    ...['--only', 'pass-through', '--only', 'idpatch, Descope, token'],
  );
  const rows = out.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual([
    'contender',
    'pass-through',
    'idpatch, Descope, token',
  ]);
  const figures = rows.slice(1).map((row) => row.split('|').slice(2, -1).map(Number));
  // To the bare Yoga there is no ratio, for it was not measured.
  for (const [index, figure] of figures.flat().entries()) {
    if (index % 12 === 2 || index % 12 === 5) expect(figure).toBe(0);
    else expect(figure).toBeGreaterThan(0);
  }
  const [[passThroughCpu = 0, itsOwn] = [], [cpu = 0, ratio = 0] = []] = figures;
  expect(itsOwn).toBe(1);
  // Both are rounded in the table.
  expect((ratio * passThroughCpu) / cpu).toBeCloseTo(1, 1);
  expect(code).toBe(0);
});

it('says what can be asked for, where something else is', async () => {
  const { out, code } = await runBench('--only', 'the fastest');
  expect({ out, code }).toEqual({ out: '', code: 1 });
});

describe('a contender that does not do the work', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ latencyMs: 0, mayMove: false });
  });
  afterAll(() => bench.close());

  const compare = (...contenders: Contender[]) =>
    compareContenders(bench, contenders, { times: quickly, tell: () => {} });

  it('has no figures and fails the run', async () => {
    const fake: Contender = {
      ...{ name: 'fake', path: '/graphql' },
      work: (connections) => workOf(connections, (patch) => graphqlExchange(patch, 'customers')),
      start: ({ cores }) =>
        startServer({
          args: [fileURLToPath(new URL('harness/fake-contender.ts', import.meta.url))],
          core: cores.server,
        }),
    };
    const { figures, text, failures } = await compare(fake);
    expect(figures).toEqual([]);
    expect(text).toMatch(/\| fake +\| +failed \|/);
    expect(failures).toEqual([expect.stringMatching(/^fake: expected 200 [\s\S]*but got 200 /)]);
  });

  it('fails also where only one answer among many is wrong', async () => {
    const contender: Contender = {
      ...passThrough,
      name: 'almost',
      work: (connections) =>
        passThrough
          .work(connections)
          .map((work, connection) =>
            work.map((exchange, index) =>
              connection === 3 && index === 0 ? { ...exchange, expected: '{}' } : exchange,
            ),
          ),
    };
    const { figures, failures } = await compare(contender);
    expect(figures).toEqual([]);
    expect(failures).toEqual([expect.stringMatching(/^almost: \d+ of \d+ answers were wrong; the first:\n/)]);
  });

  it('fails where it calls the upstream more often than it needs', async () => {
    const { failures } = await compare({ ...passThrough, name: 'thrifty', calls: 0 });
    expect(failures).toEqual(['thrifty: One request made 1 calls of the upstream; 0 were expected.']);
  });
});

it('reads the CPU of a process as the process itself does', () => {
  const { user, system } = process.cpuUsage();
  const read = cpuMicroseconds(process.pid) - user - system;
  // It is counted in hundredths of a second, of user and of system time.
  expect(Math.abs(read)).toBeLessThan(50_000);
});

describe('growth', () => {
  it.each([
    { of: 'nothing', costs: [800, 790, 810], linear: true },
    { of: 'a line', costs: [800, 890, 1790], linear: true },
    { of: 'a square', costs: [800, 830, 3800], linear: false },
  ])('of $of', ({ costs, linear }) => {
    expect(linearity(costs).linear).toBe(linear);
  });
});
