import { writeFileSync } from 'node:fs';
import { type Case, casesOf } from './cases.ts';
import { installCommit } from './contenders/install.ts';
import { moveTo } from './cores.ts';
import { measure } from './measure.ts';
import { readOptions } from './options.ts';
import { circumstances, report } from './report.ts';
import { measureInTurns } from './run.ts';
import { openBench } from './world.ts';

const { only, against, also, requests, rounds, markdown, ...times } = readOptions(process.argv.slice(2));
const cases = casesOf(also, requests, against === undefined ? undefined : installCommit(against));
const names = new Set(cases.flatMap(({ group, name }) => [group, name]));
const unknown = only.filter((name) => !names.has(name));
if (unknown.length > 0) {
  throw new Error(`There is no ${unknown.join(' and no ')}. --only takes:\n  ${[...names].join('\n  ')}`);
}
const isAsked = ({ group, name }: Case) => only.length === 0 || only.includes(group) || only.includes(name);

const bench = openBench();
moveTo(bench.cores.others);
// PostgreSQL is asked to leave before its folder is removed; whatever else still runs is ended on exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void bench.close().finally(() => process.exit(130)));
}
process.stdout.write(`${bench.cores.description}\n`);
const results = await measureInTurns(
  cases.filter(isAsked),
  rounds,
  (contender, plan) => measure(bench, contender, { ...times, connections: 16, ...plan }),
  (line) => process.stderr.write(`${line}\n`),
);
await bench.close();
const { text, failures } = report(results, against);
process.stdout.write(`\n${text}\n`);
const whole = `${circumstances(bench.cores.description)}\n\n${text}\n`;
if (markdown) writeFileSync(new URL('results.md', import.meta.url), whole);
process.exitCode = failures.length > 0 ? 1 : 0;
