import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { type Group, groups } from './cases.ts';
import { linearity } from './growth.ts';
import { type Figures, steadyRate } from './measure.ts';
import type { Result } from './run.ts';

const columns: Readonly<Record<keyof Figures, string>> = {
  steadyCpu: `CPU µs at ${steadyRate}/s`,
  fullCpu: 'CPU µs, full load',
  usersPerSecond: 'users/s',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  startMs: 'start ms',
  warmMiB: 'RSS MiB, warm',
  endMiB: 'at the end',
  calls: 'upstream calls',
  busyPercent: 'core busy %',
};
const keys = Object.keys(columns) as (keyof Figures)[];

/** The groups that show how a cost grows. */
const growing: ReadonlySet<Group> = new Set(['directories', 'fields', 'connections']);

/** The tables of all groups, as Markdown, and what was not as it must be. */
export function report(results: readonly Result[], against?: string) {
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const sections = (Object.keys(groups) as Group[]).flatMap((group) => {
    const rows = results.filter((one) => one.group === group);
    if (rows.length === 0) return [];
    const text = [`## ${groups[group]}`, tableOf(rows, results, against)];
    const costs = rows.flatMap(({ figures }) => figures?.fullCpu ?? []);
    if (growing.has(group) && costs.length === 3) {
      const growth = linearity(costs);
      text.push(growth.text);
      if (!growth.isLinear) failures.push(`${group}: ${growth.text}`);
    }
    return text;
  });
  sections.push(...failures.map((failure) => `**Failed:** ${failure}`));
  return { text: sections.join('\n\n'), failures };
}

/** A row for each case, and below it one with its ratios to the other commit. */
function tableOf(rows: readonly Result[], all: readonly Result[], against?: string): string {
  const baselines = ['pass-through', 'bare Yoga'];
  const ratioTo = (name: string, { steadyCpu }: Figures) =>
    cell(steadyCpu / (all.find((one) => one.name === name)?.figures?.steadyCpu ?? Number.NaN), 2);
  return table([
    ['', ...keys.map((key) => columns[key]), ...baselines.map((name) => `× ${name}`)],
    ...rows.flatMap(({ name, figures, ratios }) => {
      if (!figures) return [[name, 'failed']];
      const cells = keys.map((key) => cell(figures[key], /^p\d/.test(key) ? 1 : 0));
      const own = [name, ...cells, ...baselines.map((baseline) => ratioTo(baseline, figures))];
      return ratios ? [own, [`× ${against}`, ...keys.map((key) => cell(ratios[key], 2))]] : [own];
    }),
  ]);
}

/** A number for a cell; empty where it was not measured. */
const cell = (value: number, places: number) => (Number.isNaN(value) ? '' : value.toFixed(places));

/** Rows as a table in Markdown that also reads well in a terminal; the first row is the head, the first column text. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  const pad = (text: string, at: number) => text[at === 0 ? 'padEnd' : 'padStart'](widths[at] ?? 0);
  const lines = rows.map((row) => `| ${widths.map((_, at) => pad(row[at] ?? '', at)).join(' | ')} |`);
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [...lines.slice(0, 1), `| ${rule.join(' | ')} |`, ...lines.slice(1)].join('\n');
}

/** What was run, when and where: the beginning of bench/results.md. */
export function circumstances(cores: string): string {
  const commit = execFileSync('git', ['log', '-1', '--format=%h of %cs'], { encoding: 'utf8' }).trim();
  const quoted = process.argv.slice(2).map((word) => (/^[\w./-]+$/.test(word) ? word : `'${word}'`));
  const memory = `${(totalmem() / 2 ** 20).toFixed(0)} MiB`;
  return [
    '# The last run of the bench\n',
    `\`npm run bench -- ${quoted.join(' ')}\` at commit ${commit}, on ${new Date().toISOString().slice(0, 10)}, with`,
    `Node ${process.version} on ${cpus().length} × ${cpus()[0]?.model}, ${memory}, Linux ${release()}.`,
    cores,
  ].join('\n');
}
