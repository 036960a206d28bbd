import autocannon from 'autocannon';
import type { Work } from './work.ts';

/** The requests to be made. */
export interface Load {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One entry a connection. */
  readonly work: readonly Work[];
  /** How many in all: were the load cut off by time, the last requests would cost CPU and not be counted. */
  readonly requests: number;
  /** At most so many in a second; absent: as fast as they are answered. */
  readonly requestsPerSecond?: number;
}

/**
 * Makes the requests and compares every answer.
 * @throws Error where one is missing, or is not to the letter what was expected: the contender does not do the work,
 * and its figures would mean nothing
 */
export async function runLoad(load: Load) {
  const { url, path, headers, work, requests, requestsPerSecond } = load;
  const latencies: number[] = [];
  const wrong: string[] = [];
  let connections = 0;
  const began = performance.now();
  let lastAt = began;
  const { errors } = await autocannon({
    // One request without an answer is a failure already; every 20 ms it is checked whether all are answered.
    ...{ url, connections: work.length, amount: requests, timeout: 30, bailout: 1, sampleInt: 20 },
    ...(requestsPerSecond === undefined ? {} : { overallRate: requestsPerSecond }),
    setupClient(connection) {
      const exchanges = work[connections % work.length] ?? [];
      connections += 1;
      connection.setRequests(
        exchanges.map(({ body, expected }) => ({
          ...{ method: 'POST' as const, path, body },
          headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
          onResponse(status: number, given: string) {
            if (status === 200 && given === expected) return;
            wrong.push(`expected 200 ${expected}\nbut got ${status} ${given}`);
          },
        })),
      );
      connection.on('response', (_status, _bytes, ms) => {
        latencies.push(ms);
        lastAt = performance.now();
      });
    },
  });
  const answered = latencies.length;
  if (wrong.length > 0) {
    throw new Error(`${wrong.length} of ${answered} answers were wrong; the first:\n${wrong[0]}`);
  }
  if (errors > 0 || answered === 0) throw new Error(`${errors || 'All'} requests had no answer.`);
  latencies.sort((one, other) => one - other);
  const percentile = (share: number) => latencies[Math.floor((answered - 1) * share)] ?? Number.NaN;
  return { answered, seconds: (lastAt - began) / 1000, p50Ms: percentile(0.5), p99Ms: percentile(0.99) };
}
