import { fileURLToPath } from 'node:url';
import { ask, type Running, start } from './processes.ts';
import type { Work } from './work.ts';

/** What the load generator is to do. */
export interface Load {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One entry a connection. */
  readonly work: readonly Work[];
  /** How many in all, so that none is cut off whose cost would count while its answer does not. */
  readonly requests: number;
  /** At most so many in a second; absent: as fast as they are answered. */
  readonly requestsPerSecond?: number;
}

/** What came of it. */
export interface LoadResult {
  /** Answers that came, right and wrong. */
  readonly answered: number;
  readonly wrongCount: number;
  /** The first wrong answer, beside what was expected. */
  readonly wrong?: string | undefined;
  /** Requests without an answer. */
  readonly errors: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** An answer that is not the expected one: the contender does not do the work, and its figures mean nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** Starts the load generator. */
export function startGenerator(core: string | undefined): Running {
  const generator = start({ args: [fileURLToPath(new URL('load.ts', import.meta.url))], core });
  generator.child.stderr?.pipe(process.stderr);
  return generator;
}

/**
 * Has the generator make the requests and compare every answer.
 * @throws WrongAnswer where one is missing, or is not to the letter what was expected
 */
export async function runLoad(generator: Running, load: Load): Promise<LoadResult> {
  const result = await ask<LoadResult>(generator, load);
  const { answered, wrongCount, wrong, errors } = result;
  if (wrongCount > 0)
    throw new WrongAnswer(`${wrongCount} of ${answered} answers were wrong; the first:\n${wrong}`);
  if (errors > 0) throw new WrongAnswer(`${errors} requests had no answer.`);
  if (answered === 0) throw new WrongAnswer('There was no answer.');
  return result;
}
