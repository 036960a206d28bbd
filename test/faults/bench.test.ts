import { spawnSync } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { type Contender, passThrough } from '../../bench/contenders/contender.ts';
import { cpuMicroseconds } from '../../bench/cpu.ts';
import { linearity } from '../../bench/growth.ts';
import { type Figures, measure } from '../../bench/measure.ts';
import { measureInTurns } from '../../bench/run.ts';
import { openBench } from '../../bench/world.ts';

const bench = openBench();
afterAll(bench.close);
const measureQuickly = (contender: Contender) =>
  measure(bench, contender, { seconds: 1, warmUpSeconds: 0, connections: 16 });

it('prints the figures of what was asked for, beside each other', { timeout: 120_000 }, () => {
  const args = 'bench/main.ts --seconds 1 --warm-up 0 --rounds 1 --only pass-through --only'.split(' ');
  const { stdout, status } = spawnSync(process.execPath, [...args, 'idpatch, Descope, token']);
  const rows = String(stdout).match(/(?<=^\| )\w.*(?= \|$)/gm) ?? [];
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  expect(cells.map(([name]) => name)).toEqual(['pass-through', 'idpatch, Descope, token']);
  // The last column is the ratio to the bare Yoga, which was not measured.
  expect(cells.flatMap((row) => row.slice(1, -1)).filter((cell) => !(Number(cell) > 0))).toEqual([]);
  expect(status).toBe(0);
});

it('fails where an answer is wrong, or one request makes another number of calls', async () => {
  const wrong = [{ body: '{}', expected: '{}' }];
  const work = (connections: number) => passThrough.work(connections).with(3, wrong);
  await expect(measureQuickly({ ...passThrough, work })).rejects.toThrow(/^\d+ of \d+ answers were wrong/);
  await expect(measureQuickly({ ...passThrough, calls: 0 })).rejects.toThrow('One request made 1 calls');
});

it('gives the medians of the rounds and of their ratios, and nothing where one failed', async () => {
  const cpu: Record<string, number[]> = { mine: [30, 10, 20], other: [10, 5, 5], broken: [] };
  const named = (path: string) => ({ ...passThrough, path });
  const caseOf = (name: string) =>
    ({ group: 'many', name, contender: named(name), other: named('other') }) as const;
  const measured = async ({ path }: Contender) => {
    const fullCpu = cpu[path]?.shift();
    if (fullCpu === undefined) throw new Error('No answer.');
    return { fullCpu } as Figures;
  };
  const results = await measureInTurns([caseOf('mine'), caseOf('broken')], 3, measured, () => {});
  expect(results).toEqual([
    { group: 'many', name: 'mine', figures: { fullCpu: 20 }, ratios: { fullCpu: 3 } },
    { group: 'many', name: 'broken', failure: 'broken: No answer.' },
  ]);
});

it('reads the CPU of a process as the process itself does', () => {
  const { user, system } = process.cpuUsage();
  // It is counted in hundredths of a second, of user and of system time.
  expect(Math.abs(cpuMicroseconds(process.pid) - user - system)).toBeLessThan(50_000);
});

it('judges growth by a straight line', () => {
  const costs = { nothing: [800, 790, 810], line: [800, 890, 1790], square: [800, 830, 3800] };
  expect(Object.values(costs).map((each) => linearity(each).isLinear)).toEqual([true, true, false]);
});
