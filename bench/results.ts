import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Cores } from './cores.ts';
import { type Figures, steadyRate } from './measure.ts';
import type { Section } from './parts/section.ts';
import { mebibytes, microseconds, ratioTo, table } from './table.ts';

/** What a run found. */
export interface Results {
  readonly sections: readonly Section[];
  readonly figures: readonly Figures[];
  readonly cores: Cores;
}

/** Columns of the first table. */
const mainContenders = new Map([
  ['pass-through', 'pass-through'],
  ['lean graphql-js', 'lean'],
  ['bare Yoga', 'bare Yoga'],
  ['idpatch, Descope', 'idpatch'],
  ['idpatch, Descope, token', 'with token'],
  ['idpatch, Descope, sqlite, token', 'and sqlite'],
  ['idpatch, Descope, PostgreSQL, token', 'or PostgreSQL'],
]);

/** Writes bench/results.md. */
export function writeTables(results: Results): void {
  writeFileSync(new URL('results.md', import.meta.url), whole(results));
}

function short(figures: readonly Figures[]): string {
  const shown = figures.filter(({ name }) => mainContenders.has(name));
  const row = (name: string, cell: (one: Figures) => string) => [name, ...shown.map(cell)];
  return table(
    ['', ...shown.map(({ name }) => mainContenders.get(name) ?? name)],
    [
      row(`CPU µs, ${steadyRate} req/s`, ({ steadyCpuPerRequest }) => microseconds(steadyCpuPerRequest)),
      row('× pass-through', (one) => ratioTo('pass-through', 'steadyCpuPerRequest', figures, one)),
      row('CPU µs, full load', ({ cpuPerRequest }) => cpuPerRequest.toFixed(0)),
      row('× bare Yoga', (one) => ratioTo('bare Yoga', 'cpuPerRequest', figures, one)),
      row(
        'req/s, p50 / p99 ms',
        ({ requestsPerSecond, p50Ms, p99Ms }) =>
          `${requestsPerSecond.toFixed(0)}, ${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)}`,
      ),
    ],
  );
}

function whole({ sections, cores, figures }: Results): string {
  const commit = execFileSync('git', ['log', '-1', '--format=%h of %cs'], { encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  return [
    '# The last run of the bench\n',
    `\`${command()}\` at commit ${commit}, on ${new Date().toISOString().slice(0, 10)}, with Node ${process.version} on`,
    `${cpus().length} × ${cpu?.model ?? 'an unknown processor'}, ${mebibytes(totalmem())} MiB, Linux ${release()}.`,
    `${cores.says}\n`,
    `${short(figures)}\n`,
    ...sections.map(({ title, text }) => `## ${title}\n\n${text}\n`),
    ...sections.flatMap(({ failures }) => failures.map((failure) => `**Failed:** ${failure}\n`)),
  ].join('\n');
}

function command(): string {
  return [
    'npm run bench',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2).map(quoted)] : []),
  ].join(' ');
}

const quoted = (argument: string) => (/^[\w./-]+$/.test(argument) ? argument : `'${argument}'`);
