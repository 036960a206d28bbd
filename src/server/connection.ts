import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { ByteBudget } from './byte-budget.ts';
import { timeArrivals } from './event-loop.ts';

/** What a request that waits for its turn counts as (bytes): Node's objects for it. Measured. */
const waitingBytes = 4_096;

interface Arrival {
  readonly firstByteAt: number;
  readonly loopDelayMs: number;
}

const arrivals = new WeakMap<IncomingMessage, Arrival>();

/** Milliseconds since the first byte of the request arrived. */
export function msSinceArrival(request: IncomingMessage): number {
  const arrival = arrivals.get(request);
  return arrival ? performance.now() - arrival.firstByteAt : 0;
}

/** Milliseconds for which the request had to wait for the event loop, when it arrived. */
export function loopDelayMs(request: IncomingMessage): number {
  return arrivals.get(request)?.loopDelayMs ?? 0;
}

/** The requests of one connection, of which a client may send many without waiting for the responses (pipelining). */
export interface Connection {
  /** The newest request that has begun. */
  readonly newest: ServerResponse | undefined;
  /** Whether it has had a request, and none since. */
  readonly isIdle: boolean;
  /** Begins the request, or keeps it until others have been answered. Until then no more is read. */
  take(response: ServerResponse, begin: () => void): void;
  /** Forgets the requests that have not begun. */
  dropWaiting(): void;
}

export interface ConnectionOptions {
  /** Requests that are under way at once. */
  readonly requestsPerConnection: number;
  readonly budget: ByteBudget;
  /** Called when the connection closes, with the requests that are under way. */
  readonly onClose: (underWay: ReadonlySet<ServerResponse>) => void;
}

export function watchConnection(
  socket: Socket,
  { requestsPerConnection, budget, onClose }: ConnectionOptions,
): Connection {
  const timeOf = timeArrivals();
  const underWay = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  let read: IncomingMessage | undefined;
  let newest: ServerResponse | undefined;
  let dataAt = 0;
  /** When the first byte of the request came whose headers are not complete. */
  let firstByteAt: number | undefined;

  // Before the one of Node's parser.
  socket.prependListener('data', () => {
    dataAt = timeOf();
    if (!read || read.complete) firstByteAt ??= dataAt;
  });
  // Node resumes it for the body of a request, and when a response has been sent.
  socket.on('resume', () => {
    if (waiting.length > 0) socket.pause();
  });
  socket.once('close', () => {
    forgetWaiting();
    onClose(underWay);
  });

  function forgetWaiting(): void {
    budget.give(socket, waiting.length * waitingBytes);
    waiting.length = 0;
  }

  function start(response: ServerResponse, begin: () => void): void {
    newest = response;
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      beginNext();
    });
    begin();
  }

  function beginNext(): void {
    const next = waiting.shift();
    if (!next || socket.destroyed) return;
    budget.give(socket, waitingBytes);
    next();
    if (waiting.length === 0) socket.resume();
  }

  return {
    get newest() {
      return newest;
    },
    get isIdle() {
      return read?.complete === true && underWay.size === 0 && firstByteAt === undefined;
    },
    take(response, begin) {
      read = response.req;
      const loopDelayMs = performance.now() - dataAt;
      arrivals.set(read, { firstByteAt: firstByteAt ?? dataAt, loopDelayMs });
      firstByteAt = undefined;
      if (underWay.size < requestsPerConnection) return start(response, begin);
      // What one read of the socket brought is there already: thousands of requests at worst.
      if (!budget.take(socket, waitingBytes)) return void socket.destroy();
      waiting.push(() => start(response, begin));
      socket.pause();
    },
    dropWaiting() {
      forgetWaiting();
      socket.resume();
    },
  };
}
