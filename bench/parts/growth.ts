import { idpatch } from '../contenders/idpatch.ts';
import { type Figures, measure } from '../measure.ts';
import { mebibytes, table } from '../table.ts';
import { type Part, said } from './section.ts';

const counts = [1, 10, 100] as const;

/**
 * By how much the dearest may lie above the straight line through the other two. What is far from linear lies far
 * above: a square would be at ten times the line.
 */
const tolerance = 1.25;

/** What a patch costs with more directories in the configuration, the users spread over all of them. */
export const directories = growth('directories', 'Directories', (count) => ({ directories: count }));

/** What a patch costs with more custom fields: in the directory, in the patch and in the answer. */
export const fields = growth('fields', 'Custom fields', (count) => ({ fields: count }));

function growth(
  name: string,
  title: string,
  settings: (count: number) => { readonly directories?: number; readonly fields?: number },
): Part {
  return {
    names: [name],
    async run(bench, { times, tell }) {
      const figures: Figures[] = [];
      try {
        for (const count of counts) {
          const contender = idpatch(`${count}`, { provider: 'descope', ...settings(count) });
          const one = await measure(bench, contender, times, {
            upstream: { fields: settings(count).fields ?? 1 },
          });
          figures.push(one);
          tell(`${count} ${name}: ${one.cpuPerRequest.toFixed(0)} µs`);
        }
      } catch (error) {
        return { title, text: '', failures: [`${name}: ${said(error)}`] };
      }
      const says = linearity(figures.map(({ cpuPerRequest }) => cpuPerRequest));
      const rows = figures.map((one) => [
        ...[one.name, one.cpuPerRequest.toFixed(0), one.requestsPerSecond.toFixed(0)],
        ...[one.p99Ms.toFixed(1), mebibytes(one.residentBytes)],
      ]);
      return {
        title,
        text: `${table([name, 'CPU µs', 'req/s', 'p99 ms', 'RSS MiB'], rows)}\n\n${says.text}`,
        failures: says.linear ? [] : [`${name}: ${says.text}`],
      };
    },
  };
}

/** Whether what 1, 10 and 100 of something cost grows no faster than in a straight line, and by how much for each. */
export function linearity(costs: readonly number[]): { readonly linear: boolean; readonly text: string } {
  const [one = 0, ten = 0, hundred = 0] = costs;
  const first = (ten - one) / 9;
  const then = (hundred - ten) / 90;
  const line = one + Math.max(first, 0) * 99;
  const linear = hundred <= line * tolerance;
  return {
    linear,
    text:
      `Each more costs ${first.toFixed(2)} µs up to 10 and ${then.toFixed(2)} µs up to 100. A straight line through ` +
      `1 and 10 is at ${line.toFixed(0)} µs for 100, and it costs ${hundred.toFixed(0)} µs: ` +
      `${linear ? 'no faster than linear' : 'FASTER THAN LINEAR'}, with ${Math.round((tolerance - 1) * 100)} % for noise.`,
  };
}
