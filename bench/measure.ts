import type { Contender } from './contenders/contender.ts';
import { cpuMicroseconds, residentBytes } from './cpu.ts';
import { runLoad } from './run-load.ts';
import type { UpstreamSettings } from './upstream/settings.ts';
import { workOf } from './work.ts';
import type { Bench } from './world.ts';

/** The figures of one contender. */
export interface Figures {
  readonly name: string;
  /** Microseconds of the server's own CPU for one request. */
  readonly cpuPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the server has in RAM after the run. */
  readonly residentBytes: number;
  /** The share of its core that the server used: below 0.95, something else was the limit. */
  readonly busy: number;
  /** Calls of the upstream for one request. */
  readonly callsPerRequest: number;
}

/** How long it is measured, after how long a warm-up. */
export interface Times {
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** How many connections the load comes from. */
export const connections = 16;

/**
 * Measures one contender: its own process, warmed up, then its CPU between two moments, by the requests between them.
 * @throws WrongAnswer, and Error where the upstream was called more or less often than the contender says
 */
export async function measure(
  bench: Bench,
  contender: Contender,
  { seconds, warmUpSeconds }: Times,
  upstream: Partial<UpstreamSettings> = {},
): Promise<Figures> {
  const scene = await bench.openScene(upstream);
  try {
    const server = await contender.start(scene);
    try {
      const load = {
        ...{ url: server.url, path: contender.path, headers: contender.headers?.(scene) ?? {} },
        work: workOf(connections, (patch) => contender.exchange(patch)),
      };
      await runLoad(bench.generator, { ...load, until: { seconds: warmUpSeconds } });
      const callsBefore = await scene.calls();
      const before = cpuMicroseconds(server.pid);
      const result = await runLoad(bench.generator, { ...load, until: { seconds } });
      const used = cpuMicroseconds(server.pid) - before;
      const callsPerRequest = ((await scene.calls()) - callsBefore) / result.answered;
      if (Math.abs(callsPerRequest - contender.calls) > 0.05) {
        throw new Error(
          `${contender.name} made ${callsPerRequest.toFixed(2)} calls of the upstream for one request, and ${contender.calls} are needed.`,
        );
      }
      return {
        name: contender.name,
        cpuPerRequest: used / result.answered,
        requestsPerSecond: result.answered / result.seconds,
        ...{ p50Ms: result.p50Ms, p99Ms: result.p99Ms, callsPerRequest },
        residentBytes: residentBytes(server.pid),
        busy: used / (result.seconds * 1_000_000),
      };
    } finally {
      await server.stop();
    }
  } finally {
    await scene.close();
  }
}
