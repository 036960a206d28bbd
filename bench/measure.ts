import type { Contender } from './contenders/contender.ts';
import { cpuMicroseconds, residentMiB } from './cpu.ts';
import { type Load, runLoad } from './load.ts';
import type { Started } from './processes.ts';
import { type Bench, openWorld, type World } from './world.ts';

/** What one measurement finds, in the order of the table. */
export interface Figures {
  /**
   * Microseconds of the server's own CPU for one user at `steadyRate`, where all contenders have the same to do: at full
   * load a quick one gets many requests at a time, and is rarely woken. NaN where it was not measured.
   */
  readonly steadyCpu: number;
  /** The same at as many requests as it can answer. */
  readonly fullCpu: number;
  readonly usersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From its start to its first answer. */
  readonly startMs: number;
  /** What it has in RAM after the warm-up, and after the measurement. */
  readonly warmMiB: number;
  readonly endMiB: number;
  /** Calls of the upstream that one request makes. */
  readonly calls: number;
  /** How much of its core it used: well below 100, something else was the limit. */
  readonly busyPercent: number;
}

/** How long and how a contender is measured. */
export interface Plan {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** How many connections the load comes from. */
  readonly connections: number;
  /** How many requests are measured, in place of as many as fit into `seconds`. */
  readonly requests?: number;
  /** Whether it is measured at `steadyRate` as well. */
  readonly steady?: boolean;
}

/** Requests a second of a steady load. */
export const steadyRate = 1_000;

/**
 * Requests that a warm-up has for each of its seconds, so that a slow contender is compiled as well. What a request of
 * idpatch costs after 40,000, it costs twice among the first 4,000 and a quarter more at 20,000.
 */
const warmUpRequestsPerSecond = 2_500;

/**
 * Measures one contender in a process of its own.
 * @throws Error where an answer is wrong, or one request makes another number of calls than the contender says
 */
export async function measure(bench: Bench, contender: Contender, plan: Plan): Promise<Figures> {
  const world = await openWorld(bench);
  try {
    const server = await contender.start(world);
    return await measureServer(world, server, contender, plan).finally(server.stop);
  } finally {
    await world.closeUpstream();
  }
}

async function measureServer(
  world: World,
  server: Started,
  contender: Contender,
  plan: Plan,
): Promise<Figures> {
  const { pid, url, startMs } = server;
  const { seconds, warmUpSeconds, connections, requests, steady } = plan;
  const { path, headers, users = 1 } = contender;
  const load = { url, path, headers: headers?.(world) ?? {}, work: contender.work(connections) };
  const one = { ...load, work: load.work.slice(0, 1), requests: 1 };
  const first = await runLoad(one);
  const before = await world.calls();
  await runLoad(one);
  const calls = (await world.calls()) - before;
  if (contender.calls !== undefined && calls !== contender.calls) {
    throw new Error(`One request made ${calls} calls of the upstream; ${contender.calls} were expected.`);
  }
  const rate = await warmUp(load, warmUpSeconds);
  const warmMiB = residentMiB(pid);
  const fitting = Math.max(Math.ceil(rate * seconds), connections);
  const full = await costOf(pid, { ...load, requests: requests ?? fitting });
  const atSteady = { requests: steadyRate * seconds, requestsPerSecond: steadyRate };
  return {
    steadyCpu: steady ? (await costOf(pid, { ...load, ...atSteady })).cpu / users : Number.NaN,
    fullCpu: full.cpu / users,
    usersPerSecond: (full.answered / full.seconds) * users,
    ...{ p50Ms: full.p50Ms, p99Ms: full.p99Ms, startMs: startMs + first.seconds * 1000 },
    ...{ warmMiB, endMiB: residentMiB(pid), calls },
    busyPercent: (full.cpu * full.answered) / (full.seconds * 10_000),
  };
}

/** Makes requests, and gives microseconds of CPU that one of them cost the server. */
async function costOf(pid: number, load: Load) {
  const before = cpuMicroseconds(pid);
  const result = await runLoad(load);
  return { ...result, cpu: (cpuMicroseconds(pid) - before) / result.answered };
}

/** Makes requests until the code that answers them is compiled, and gives how many were answered in a second at last. */
async function warmUp(load: Omit<Load, 'requests'>, seconds: number): Promise<number> {
  const began = performance.now();
  let [requests, answered] = [load.work.length, 0];
  for (;;) {
    const result = await runLoad({ ...load, requests });
    answered += result.answered;
    const rate = result.answered / result.seconds;
    const gone = (performance.now() - began) / 1000;
    const isWarm = gone >= seconds && answered >= seconds * warmUpRequestsPerSecond;
    // What is too slow for so many is not waited for without end.
    if (isWarm || gone >= seconds * 4) return rate;
    requests = Math.max(Math.ceil(rate * Math.max(seconds - gone, 0.5)), load.work.length);
  }
}
