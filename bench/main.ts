import { parseArgs } from 'node:util';
import { bareYoga } from './contenders/bare-yoga.ts';
import { idpatch } from './contenders/idpatch.ts';
import { passThrough } from './contenders/pass-through.ts';
import { type Figures, measure } from './measure.ts';
import { contendersTable } from './table.ts';
import { openBench } from './world.ts';

const contenders = [
  passThrough,
  bareYoga,
  idpatch('idpatch, Descope', { provider: 'descope' }),
  idpatch('idpatch, Descope, token', { provider: 'descope', token: true }),
  idpatch('idpatch, Descope, sqlite', { provider: 'descope', journal: 'sqlite' }),
  idpatch('idpatch, Descope, sqlite, token', { provider: 'descope', journal: 'sqlite', token: true }),
  idpatch('idpatch, Descope, PostgreSQL', { provider: 'descope', journal: 'postgres' }),
  idpatch('idpatch, Descope, PostgreSQL, token', { provider: 'descope', journal: 'postgres', token: true }),
  idpatch('idpatch, EIAM developer', { provider: 'eiam-developer' }),
  idpatch('idpatch, EIAM management', { provider: 'eiam-management' }),
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    seconds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '3' },
    latency: { type: 'string', default: '0' },
  },
});
const times = { seconds: Number(values.seconds), warmUpSeconds: Number(values['warm-up']) };
const chosen = contenders.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

const bench = await openBench(Number(values.latency));
process.stdout.write(`${bench.cores.says}\n`);
const figures: Figures[] = [];
for (const contender of chosen) {
  figures.push(await measure(bench, contender, times));
  process.stdout.write(`${contender.name}: ${figures.at(-1)?.cpuPerRequest.toFixed(0)} µs\n`);
}
process.stdout.write(`\n${contendersTable(figures)}\n`);
await bench.close();
