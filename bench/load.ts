import autocannon from 'autocannon';
import type { Load, LoadResult } from './run-load.ts';

/** The share of the answers that took at most so long, from sorted latencies. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds between two looks of the generator at whether all is done. */
const lookMs = 20;

async function run({ url, path, headers, work, requests, requestsPerSecond }: Load): Promise<LoadResult> {
  const latencies = new Float64Array(requests);
  let answered = 0;
  let lastAt = performance.now();
  let wrong: string | undefined;
  let wrongCount = 0;
  let at = 0;
  const options: autocannon.Options = {
    // One request without an answer is a failure already.
    ...{ url, connections: work.length, amount: requests, timeout: 30, bailout: 1, sampleInt: lookMs },
    ...(requestsPerSecond === undefined ? {} : { overallRate: requestsPerSecond }),
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
        latencies[answered] = ms;
        answered += 1;
        lastAt = performance.now();
      });
    },
  };
  const began = performance.now();
  const result = await autocannon(options);
  const sorted = latencies.subarray(0, answered).sort();
  return {
    ...{ answered, wrongCount, wrong, errors: result.errors },
    seconds: (lastAt - began) / 1000,
    ...{ p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) },
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
