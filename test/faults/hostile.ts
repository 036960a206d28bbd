import { parentPort, workerData } from 'node:worker_threads';
import { type ActName, acts, type Hostile } from './acts.ts';
import type { CalledOperation } from './called.ts';
import { drawOne } from './draw.ts';

/** What a hostile caller is given. */
export interface HostileOrder {
  readonly url: string;
  readonly token: string;
  /** The ids of the users that they may see. */
  readonly ids: readonly string[];
  readonly seed: string;
  /** For how long they go on. */
  readonly ms: number;
  /** What they do, again and again: one of these at random on each of two hands. */
  readonly acts: readonly [ActName, ...ActName[]];
}

/** What came of it. */
export interface HostileReport {
  /** How often they did what, and each of their patches. */
  readonly counts: Readonly<Record<string, number>>;
  readonly operations: readonly CalledOperation[];
  readonly texts: readonly string[];
}

if (parentPort) parentPort.postMessage(await beHostile(workerData as HostileOrder));

async function beHostile({ seed, ms, acts: names, ...given }: HostileOrder): Promise<HostileReport> {
  const until = performance.now() + ms;
  const counts: Record<string, number> = {};
  const texts: string[] = [];
  const operations: CalledOperation[] = [];
  const hostile: Hostile = { ...given, seed, operations, until, hear: (text) => texts.push(text), count };
  function count(what: string): void {
    counts[what] = (counts[what] ?? 0) + 1;
  }
  const hand = async (which: number) => {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const name = drawOne(names, seed, 'act', which, turn);
      count(name);
      await acts[name](hostile, `${which}-${turn}`);
    }
  };
  await Promise.all([hand(0), hand(1)]);
  return { counts, operations, texts };
}
