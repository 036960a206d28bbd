import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { type Contender, passThrough } from '../../bench/contenders/contender.ts';
import { cpuMicroseconds } from '../../bench/cpu.ts';
import { linearity } from '../../bench/growth.ts';
import { type Figures, measure } from '../../bench/measure.ts';
import { measureInTurns } from '../../bench/run.ts';
import { openBench } from '../../bench/world.ts';

const measureQuickly = (contender: Contender) =>
  measure(openBench(), contender, { seconds: 1, warmUpSeconds: 0, connections: 16 });

it('prints the figures of what was asked for, beside each other', { timeout: 120_000 }, () => {
  const quickly = ['--seconds', '1', '--warm-up', '0', '--rounds', '1'];
  const only = ['--only', 'pass-through', '--only', 'idpatch, Descope, token'];
  const { stdout, status } = spawnSync(process.execPath, ['bench/main.ts', ...quickly, ...only]);
  const rows = String(stdout).match(/(?<=^\| )\w.*(?= \|$)/gm) ?? [];
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  expect(cells.map(([name]) => name)).toEqual(['pass-through', 'idpatch, Descope, token']);
  // The last column is the ratio to the bare Yoga, which was not measured.
  const areFigures = cells.map((row) => row.slice(1, -1).every((cell) => Number(cell) > 0));
  expect({ areFigures, status }).toEqual({ areFigures: [true, true], status: 0 });
});

it('fails where one answer among many is wrong', async () => {
  const wrong = [{ body: '{"userId":"other"}', expected: '{}' }];
  const work = (connections: number) => passThrough.work(connections).with(3, wrong);
  await expect(measureQuickly({ ...passThrough, work })).rejects.toThrow(/^\d+ of \d+ answers were wrong/);
});

it('fails where one request makes another number of calls', async () => {
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
