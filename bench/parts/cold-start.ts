import { answerOnce } from '../answer-once.ts';
import type { Contender } from '../contenders/contender.ts';
import { table } from '../table.ts';
import type { Bench } from '../world.ts';
import { type Part, said } from './section.ts';

/** How often each is started. */
const starts = 5;

/** From the start of a process to its first patch, answered. */
export function coldStart(contenders: readonly Contender[]): Part {
  return {
    names: ['cold start'],
    async run(bench, { tell }) {
      const rows: string[][] = [];
      const failures: string[] = [];
      for (const contender of contenders) {
        try {
          const took: number[] = [];
          for (let count = 0; count < starts; count += 1) took.push(await startOnce(bench, contender));
          took.sort((one, other) => one - other);
          const [least = 0, median = 0, most = 0] = [took[0], took[Math.floor(starts / 2)], took.at(-1)];
          rows.push([contender.name, ...[median, least, most].map((ms) => ms.toFixed(0))]);
          tell(`cold start: ${contender.name}: ${median.toFixed(0)} ms`);
        } catch (error) {
          failures.push(`cold start of ${contender.name}: ${said(error)}`);
        }
      }
      const text = table(['contender', 'median ms', 'least', 'most'], rows);
      return { title: `From start to first answer, ${starts} starts`, text, failures };
    },
  };
}

async function startOnce(bench: Bench, contender: Contender): Promise<number> {
  const scene = await bench.openScene();
  try {
    const [[exchange] = []] = contender.work(1);
    if (!exchange) throw new Error(`${contender.name} has no work.`);
    const began = performance.now();
    const server = await contender.start(scene);
    try {
      await answerOnce(`${server.url}${contender.path}`, contender.headers?.(scene) ?? {}, exchange);
      return performance.now() - began;
    } finally {
      await server.stop();
    }
  } finally {
    await scene.close();
  }
}
