import type { Case } from './cases.ts';
import type { Contender } from './contenders/contender.ts';
import type { Figures, Plan } from './measure.ts';

/** What the rounds of one case came to. */
export interface Result extends Pick<Case, 'group' | 'name'> {
  /** The median of each figure; undefined where a measurement failed. */
  readonly figures?: Figures | undefined;
  /** The median of each figure's ratio to the other commit in the same round. */
  readonly ratios?: Figures | undefined;
  /** Why there are no figures. */
  readonly failure?: string;
}

/**
 * Measures the cases in turns, round after round, each beside its other commit: what else the machine does meanwhile
 * affects all of them. A case that fails has no figures.
 */
export async function measureInTurns(
  cases: readonly Case[],
  rounds: number,
  measure: (contender: Contender, plan?: Partial<Plan>) => Promise<Figures>,
  tell: (line: string) => void,
): Promise<readonly Result[]> {
  const runs = cases.map((one) => ({ one, figures: [] as Figures[], ratios: [] as Figures[], failure: '' }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const run of runs.filter(({ failure }) => failure === '')) {
      const { name, contender, other, plan } = run.one;
      try {
        const mine = await measure(contender, plan);
        run.figures.push(mine);
        const theirs = other && (await measure(other, plan));
        if (theirs) run.ratios.push(figuresOf(mine, (key) => mine[key] / theirs[key]));
        tell(
          `round ${round}: ${name}: ${[mine, theirs].map((found) => found?.fullCpu.toFixed(0)).join(' ')} µs`,
        );
      } catch (error) {
        run.failure = `${name}: ${error instanceof Error ? error.message : error}`;
        tell(`round ${round}: ${name}: failed`);
      }
    }
  }
  return runs.map(({ one: { group, name }, figures, ratios, failure }) =>
    failure ? { group, name, failure } : { group, name, figures: medians(figures), ratios: medians(ratios) },
  );
}

/** Makes figures one by one. */
const figuresOf = (like: Figures, make: (key: keyof Figures) => number) =>
  Object.fromEntries(Object.keys(like).map((key) => [key, make(key as keyof Figures)])) as unknown as Figures;

function medians(rounds: readonly Figures[]): Figures | undefined {
  const [first] = rounds;
  return first && figuresOf(first, (key) => median(rounds.map((one) => one[key])));
}

/** The middle value; of an even number, the mean of both. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}
