import { bareYoga } from './contenders/bare-yoga.ts';
import { hive } from './contenders/hive.ts';
import { idpatch } from './contenders/idpatch.ts';
import { lean } from './contenders/lean.ts';
import { passThrough } from './contenders/pass-through.ts';
import { tailcall } from './contenders/tailcall.ts';
import type { Figures } from './measure.ts';
import { readOptions } from './options.ts';
import { coldStart } from './parts/cold-start.ts';
import { contendersPart } from './parts/contenders.ts';
import { directories, fields } from './parts/growth.ts';
import { many } from './parts/many.ts';
import { memory } from './parts/memory.ts';
import type { Section } from './parts/section.ts';
import { writeTables } from './results.ts';
import { openBench } from './world.ts';

const options = readOptions(process.argv.slice(2));

const contenders = [
  passThrough,
  ...(options.also.includes('tailcall') ? [tailcall] : []),
  lean,
  bareYoga,
  ...(options.also.includes('hive') ? [hive] : []),
  idpatch('idpatch, Descope', { provider: 'descope' }),
  idpatch('idpatch, Descope, token', { provider: 'descope', token: true }),
  idpatch('idpatch, Descope, sqlite', { provider: 'descope', journal: 'sqlite' }),
  idpatch('idpatch, Descope, sqlite, token', { provider: 'descope', journal: 'sqlite', token: true }),
  idpatch('idpatch, Descope, PostgreSQL', { provider: 'descope', journal: 'postgres' }),
  idpatch('idpatch, Descope, PostgreSQL, token', { provider: 'descope', journal: 'postgres', token: true }),
  idpatch('idpatch, EIAM developer', { provider: 'eiam-developer' }),
  idpatch('idpatch, EIAM management', { provider: 'eiam-management' }),
];

let figures: readonly Figures[] = [];
const parts = [
  contendersPart(contenders, (found) => {
    figures = found;
  }),
  many,
  directories,
  fields,
  coldStart([passThrough, bareYoga, ...contenders.filter(({ name }) => /Descope(, sqlite)?$/.test(name))]),
  memory(options.million),
];

const unknown = options.only.filter((name) => !parts.some(({ names }) => names.includes(name)));
if (unknown.length > 0) {
  const known = parts.flatMap(({ names }) => names).join('\n  ');
  throw new Error(`There is no ${unknown.join(' and no ')}. --only takes:\n  ${known}`);
}
const wants = (name: string) => options.only.length === 0 || options.only.includes(name);

const bench = await openBench({ latencyMs: options.latencyMs, mayMove: true });
process.stdout.write(`${bench.cores.says}\n`);
const sections: Section[] = [];
for (const part of parts.filter(({ names }) => names.some(wants))) {
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const section = await part.run(bench, { times: options.times, wants, tell });
  process.stdout.write(`\n${section.title}\n\n${section.text}\n`);
  sections.push(section);
}
await bench.close();

const failures = sections.flatMap((section) => section.failures);
for (const failure of failures) process.stdout.write(`\nFAILED: ${failure}\n`);
if (options.markdown) writeTables({ sections, figures, cores: bench.cores });
process.exitCode = failures.length > 0 ? 1 : 0;
