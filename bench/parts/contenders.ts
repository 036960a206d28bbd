import type { Contender } from '../contenders/contender.ts';
import { type Figures, measureOnce, median } from '../measure.ts';
import { contendersTable } from '../table.ts';
import type { Bench } from '../world.ts';
import { type Part, type PartOptions, type Section, said } from './section.ts';

/** What the contenders came to, for the table of the README as well. */
export interface ContendersSection extends Section {
  readonly figures: readonly Figures[];
}

/** The contenders beside each other. `found` is told their figures. */
export function contendersPart(
  contenders: readonly Contender[],
  found: (figures: readonly Figures[]) => void,
): Part {
  return {
    names: ['contenders', ...contenders.map(({ name }) => name)],
    async run(bench, options) {
      const chosen = contenders.filter(({ name }) => options.wants('contenders') || options.wants(name));
      const section = await compareContenders(bench, chosen, options);
      found(section.figures);
      return section;
    },
  };
}

/** Milliseconds within which rounds of all contenders are to end: on a busy machine there are fewer. */
const roundsWithinMs = 300_000;

/**
 * Measures the contenders in turn, and again as often as is asked and there is time: what else the machine does
 * meanwhile meets all of them. One that answers wrongly has no figures, and is a failure.
 */
export async function compareContenders(
  bench: Bench,
  contenders: readonly Contender[],
  { times, tell }: Pick<PartOptions, 'times' | 'tell'>,
): Promise<ContendersSection> {
  const rounds = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  const began = performance.now();
  let done = 0;
  const hasTime = () => (performance.now() - began) * (1 + 1 / done) < roundsWithinMs;
  while (done < times.rounds && (done === 0 || hasTime())) {
    for (const contender of contenders.filter(({ name }) => !failures.has(name))) {
      try {
        const figures = await measureOnce(bench, contender, times, { isSteadyToo: true });
        rounds.get(contender.name)?.push(figures);
        const { cpuPerRequest, steadyCpuPerRequest = Number.NaN } = figures;
        const costs = `${steadyCpuPerRequest.toFixed(0)} µs, ${cpuPerRequest.toFixed(0)} at full load`;
        tell(`round ${done + 1}: ${contender.name}: ${costs}`);
      } catch (error) {
        failures.set(contender.name, `${contender.name}: ${said(error)}`);
        tell(`round ${done + 1}: ${contender.name}: failed`);
      }
    }
    done += 1;
  }
  const figures = contenders
    .filter(({ name }) => !failures.has(name))
    .map(({ name }) => median(rounds.get(name) ?? []));
  return {
    title: `One patch of one user, the median of ${done} round${done === 1 ? '' : 's'}`,
    text: contendersTable(figures, [...failures.keys()]),
    figures,
    failures: [...failures.values()],
  };
}
