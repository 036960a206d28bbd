import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type CalledOperation, callingOf, planCall } from './called.ts';
import { callPatchUser } from './calls.ts';
import type { Caller } from './crowd.ts';
import { draw, drawOne } from './draw.ts';
import type { TimedPatch } from './shares.ts';

/** What an honest caller does, and for how long. */
interface Work {
  readonly url: string;
  readonly seed: string;
  readonly ms: number;
  /** Patches, and half as many reads. */
  readonly perMinute: number;
  readonly hear: (text: string) => void;
}

/** What came of an honest caller's work. */
export interface HonestReport {
  readonly operations: readonly CalledOperation[];
  readonly patches: readonly TimedPatch[];
  /** The statuses of their reads. */
  readonly reads: readonly (number | 'lost')[];
}

/** Patches one user after the other, with and without keys, and reads, however long the answers take. */
export async function work({ name, token, ids }: Caller, given: Work): Promise<HonestReport> {
  const { url, seed, ms, perMinute, hear } = given;
  const operations: CalledOperation[] = [];
  const everyMs = 60_000 / perMinute;
  const count = Math.max(1, Math.floor(ms / everyMs));
  const reads: Promise<number | 'lost'>[] = [];

  async function patch(operation: CalledOperation): Promise<TimedPatch> {
    const from = performance.now();
    const reply = await callPatchUser(url, callingOf(operation, token, hear));
    operation.replies.push(reply);
    return { marker: operation.marker, reply, ms: performance.now() - from };
  }
  const patches: Promise<TimedPatch>[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    await delay(everyMs * (0.5 + draw(seed, name, nth)));
    const id = ids[nth % ids.length] ?? '';
    const kind = drawOne(['displayName', 'displayName and custom field'] as const, seed, name, nth, 'kind');
    const operation = planCall(id, kind, draw(seed, name, nth, 'key') < 0.5, seed, name, nth);
    operations.push(operation);
    patches.push(patch(operation));
    if (nth % 2 === 0) reads.push(read(url, token, id));
  }
  return { operations, patches: await Promise.all(patches), reads: await Promise.all(reads) };
}

const page = `query ($id: ID!) { user(by: { id: $id }) {
  id displayName picture email { address verified } customFields { field value { text } } version } }`;

/** Reads what a page shows of a user. */
async function read(url: string, token: string, id: string): Promise<number | 'lost'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: page, variables: { id } }),
    });
    await response.text();
    return response.status;
  } catch {
    return 'lost';
  }
}

/** One answer of a probe. */
interface Probe {
  readonly path: string;
  readonly status: number | 'lost';
  readonly ms: number;
}

/** Asks for its health every 100 ms, each time on a new connection, as an orchestrator does. */
export function watchProbes(url: string): { stop(): Promise<readonly Probe[]> } {
  const asked: Promise<Probe>[] = [];
  const timer = setInterval(() => asked.push(probe(url, '/health'), probe(url, '/ready')), 100);
  return {
    stop() {
      clearInterval(timer);
      return Promise.all(asked);
    },
  };
}

function probe(url: string, path: string): Promise<Probe> {
  const from = performance.now();
  const { promise, resolve } = Promise.withResolvers<Probe['status']>();
  get(new URL(path, url), { agent: false, timeout: 30_000 }, (response) => {
    response.resume();
    response.once('end', () => resolve(response.statusCode ?? 'lost'));
  })
    .once('timeout', () => resolve('lost'))
    .once('error', () => resolve('lost'));
  return promise.then((status) => ({ path, status, ms: performance.now() - from }));
}

/** The 99th of a hundred, and the last; whole milliseconds. */
export function slowest(all: readonly { readonly ms: number }[]): {
  readonly p99: number;
  readonly max: number;
} {
  const sorted = all.map(({ ms }) => Math.round(ms)).toSorted((one, other) => one - other);
  return { p99: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0, max: sorted.at(-1) ?? 0 };
}
