import { answerOnce } from './answer-once.ts';
import type { Contender } from './contenders/contender.ts';
import { cpuMicroseconds, residentBytes } from './cpu.ts';
import type { Listening, Running } from './processes.ts';
import { type Load, runLoad } from './run-load.ts';
import type { UpstreamSettings } from './upstream/settings.ts';
import type { Work } from './work.ts';
import type { Bench, Scene } from './world.ts';

/** The figures of one contender. */
export interface Figures {
  readonly name: string;
  /** Microseconds of the server's own CPU for one request, at as many requests as it can answer. */
  readonly cpuPerRequest: number;
  /**
   * The same at `steadyRate`, where it was measured, and where all contenders have the same to do: at full load the
   * quicker ones are given many requests at a time, and wake nobody who is awake already.
   */
  readonly steadyCpuPerRequest?: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the server has in RAM after the run. */
  readonly residentBytes: number;
  /** The share of its core that the server used: well below 1, something else was the limit. */
  readonly busy: number;
  /** Calls of the upstream that one request made. */
  readonly calls: number;
}

/** How long it is measured, after how long a warm-up, and how often. */
export interface Times {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
}

/** What may differ between measurements. */
export interface Circumstances {
  readonly upstream?: Partial<UpstreamSettings>;
  /** How many connections the load comes from. */
  readonly connections?: number;
  /** Whether it is measured at `steadyRate` as well. */
  readonly isSteadyToo?: boolean;
}

/** How many connections the load comes from, where nothing else is said. */
export const usualConnections = 16;

/** Requests a second of a steady load. */
export const steadyRate = 1_000;

/**
 * Requests that a warm-up has for each of its seconds: what is slow needs longer until it is compiled. Of what a
 * request of idpatch takes after 40,000, it takes twice as much among the first 4,000 and a quarter more at 20,000.
 */
const warmUpRequestsPerSecond = 2_500;

/** How many times as long as it should a warm-up may take for them. */
const warmUpAtMost = 4;

/** Milliseconds for which `measure` begins rounds: on a busy machine there are fewer. */
const roundsWithinMs = 30_000;

/** Measures a contender in so many rounds, fewer where they take long, and gives the one of median CPU per request. */
export async function measure(
  bench: Bench,
  contender: Contender,
  times: Times,
  circumstances: Circumstances = {},
): Promise<Figures> {
  const rounds: Figures[] = [];
  const until = performance.now() + roundsWithinMs;
  do rounds.push(await measureOnce(bench, contender, times, circumstances));
  while (rounds.length < times.rounds && performance.now() < until);
  return median(rounds);
}

/** The round whose CPU per request is the median; of an even number, the dearer of the two. */
export function median(rounds: readonly Figures[]): Figures {
  const sorted = rounds.toSorted((one, other) => one.cpuPerRequest - other.cpuPerRequest);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('There was no round.');
  return middle;
}

/**
 * Measures one contender: its own process, warmed up, then its CPU between two moments, by the requests between them.
 * @throws WrongAnswer, and Error where the upstream was called more or less often than the contender says
 */
export async function measureOnce(
  bench: Bench,
  contender: Contender,
  times: Times,
  { upstream = {}, connections = usualConnections, isSteadyToo = false }: Circumstances = {},
): Promise<Figures> {
  return during(await bench.openScene(upstream), async (scene) => {
    return during(await contender.start(scene), async (server) => {
      const headers = contender.headers?.(scene) ?? {};
      const work = contender.work(connections);
      const load = { url: server.url, path: contender.path, headers, work };
      const calls = await callsOfOne(scene, contender, `${server.url}${contender.path}`, headers, work);
      const rate = await warmUp(bench.generator, load, times.warmUpSeconds);
      const before = cpuMicroseconds(server.pid);
      const requests = Math.max(Math.ceil(rate * times.seconds), connections);
      const result = await runLoad(bench.generator, { ...load, requests });
      const used = cpuMicroseconds(server.pid) - before;
      const steadyCpuPerRequest = isSteadyToo ? await steadyCost(bench, server, load, times) : undefined;
      return {
        ...{ name: contender.name, calls, cpuPerRequest: used / result.answered },
        ...(steadyCpuPerRequest === undefined ? {} : { steadyCpuPerRequest }),
        requestsPerSecond: result.answered / result.seconds,
        ...{ p50Ms: result.p50Ms, p99Ms: result.p99Ms, residentBytes: residentBytes(server.pid) },
        busy: used / (result.seconds * 1_000_000),
      };
    });
  });
}

/** Microseconds of the server's own CPU for one request of a steady load. */
async function steadyCost(
  { generator }: Bench,
  { pid }: Listening,
  load: Omit<Load, 'requests'>,
  { seconds }: Times,
): Promise<number> {
  const before = cpuMicroseconds(pid);
  const steady = { requests: steadyRate * seconds, requestsPerSecond: steadyRate };
  const { answered } = await runLoad(generator, { ...load, ...steady });
  return (cpuMicroseconds(pid) - before) / answered;
}

/** Does something with what has been opened, and closes it whatever comes. */
async function during<Opened extends Scene | Listening, Result>(
  opened: Opened,
  use: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(opened);
  } finally {
    await ('close' in opened ? opened.close() : opened.stop());
  }
}

/** Calls of the upstream that one request makes, when nothing else is under way and a first one has been answered. */
async function callsOfOne(
  scene: Scene,
  { name, calls: needed }: Contender,
  url: string,
  headers: Readonly<Record<string, string>>,
  work: readonly Work[],
): Promise<number> {
  const [exchange] = work[0] ?? [];
  if (!exchange) throw new Error(`${name} has no work.`);
  await answerOnce(url, headers, exchange);
  const before = await scene.calls();
  await answerOnce(url, headers, exchange);
  const made = (await scene.calls()) - before;
  if (needed === undefined || made === needed) return made;
  throw new Error(`One request made ${made} calls of the upstream; ${needed} were expected.`);
}

/** Makes requests until what answers them is compiled, and gives how many it answered in a second at the end. */
async function warmUp(generator: Running, load: Omit<Load, 'requests'>, seconds: number): Promise<number> {
  const began = performance.now();
  let [requests, answered] = [load.work.length, 0];
  for (;;) {
    const result = await runLoad(generator, { ...load, requests });
    answered += result.answered;
    const rate = result.answered / result.seconds;
    const gone = (performance.now() - began) / 1000;
    const isWarm = gone >= seconds && answered >= seconds * warmUpRequestsPerSecond;
    if (isWarm || gone >= seconds * warmUpAtMost) return rate;
    requests = Math.max(Math.ceil(rate * Math.max(seconds - gone, 0.5)), load.work.length);
  }
}
