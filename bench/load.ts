import autocannon from 'autocannon';
import type { Load, LoadResult } from './run-load.ts';

/** The share of the answers that took at most so long, from sorted latencies. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How many answers are kept whose latencies are told; of more, every so many. */
const latenciesAtMost = 2_000_000;

async function run({ url, path, headers, work, until }: Load): Promise<LoadResult> {
  const latencies = new Float64Array(latenciesAtMost);
  let answered = 0;
  let wrong: string | undefined;
  let wrongCount = 0;
  let at = 0;
  const startedCpu = process.cpuUsage();
  const options: autocannon.Options = {
    ...{ url, connections: work.length, timeout: 30, bailout: 100 },
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
    setupClient(client) {
      const exchanges = work[at % work.length] ?? [];
      at += 1;
      client.setRequests(
        exchanges.map(({ body, expected }) => ({
          ...{ method: 'POST' as const, path, body },
          headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
          onResponse(status: number, given: string) {
            if (status === 200 && given === expected) return;
            wrongCount += 1;
            wrong ??= `expected 200 ${expected}\nbut got ${status} ${given}`;
          },
        })),
      );
      client.on('response', (_status, _bytes, ms) => {
        latencies[answered % latenciesAtMost] = ms;
        answered += 1;
      });
    },
  };
  const result = await autocannon(options);
  const sorted = latencies.subarray(0, Math.min(answered, latenciesAtMost)).sort();
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    ...{ answered, wrongCount, wrong, errors: result.errors },
    seconds: (result.finish.getTime() - result.start.getTime()) / 1000,
    ...{ p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) },
    cpuMicroseconds: user + system,
  };
}

process.on('message', (load: Load) => {
  run(load).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
