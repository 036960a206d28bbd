import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { createBudget } from '../upstream/budget.ts';
import { timeArrivals } from './event-loop.ts';

/**
 * Bytes that are parsed at a time. Node reads 64 KiB, in which there are up to 3,600 requests of 18 bytes, and makes
 * some kilobytes of objects for each. Our own choice.
 */
const partBytes = 2_048;

/**
 * Requests that may wait for their turn, on all connections together, of which one gets at most what is left for others.
 * Our own choice.
 */
const waitingRequests = createBudget(4_096);

/**
 * Waiting requests that begin in one turn of the event loop: the shorter it is the sooner others come, as Node accepts
 * one connection per turn. Our own choice.
 */
const begunPerTurn = 16;

const ready: (() => void)[] = [];
let begins = 0;

/** Begins a waiting request of some connection, after those that are ready already. */
function beginLater(beginNext: () => void): void {
  ready.push(beginNext);
  beginSome();
}

function beginSome(): void {
  while (begins < Math.min(begunPerTurn, ready.length)) {
    begins += 1;
    setImmediate(() => {
      begins -= 1;
      ready.shift()?.();
      beginSome();
    });
  }
}

/** When the first byte of each request arrived. */
const arrivals = new WeakMap<IncomingMessage, number>();

/** Milliseconds since the first byte of the request arrived. */
export function msSinceArrival(request: IncomingMessage): number {
  const now = performance.now();
  return now - (arrivals.get(request) ?? now);
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
  /** Leaves the socket alone. */
  release(): void;
}

export interface ConnectionOptions {
  /** Requests that are under way at once. */
  readonly requestsPerConnection: number;
  /** Called when the connection closes, with the requests that are under way. */
  readonly onClose: (underWay: ReadonlySet<ServerResponse>) => void;
}

export function watchConnection(
  socket: Socket,
  { requestsPerConnection, onClose }: ConnectionOptions,
): Connection {
  const timeOf = timeArrivals();
  const underWay = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  let read: IncomingMessage | undefined;
  let newest: ServerResponse | undefined;
  let dataAt = 0;
  /** When the first byte of the request came whose headers are not complete. */
  let firstByteAt: number | undefined;

  const [parse] = socket.listeners('data');
  let unparsed: Buffer = Buffer.alloc(0);
  /** Whether the socket is paused here. While Node has paused it, its parser takes nothing. */
  let isHeld = false;
  const onData = (data: Buffer) => {
    dataAt = timeOf();
    if (!read || read.complete) firstByteAt ??= dataAt;
    unparsed = unparsed.length > 0 ? Buffer.concat([unparsed, data]) : data;
    parseMore();
  };
  socket.on('data', onData);
  if (parse) socket.removeListener('data', parse as (data: Buffer) => void);
  // Node pauses and resumes it too: for bodies that are not read yet, and for responses that the client does not read.
  socket.on('resume', parseMore);

  function parseMore(): void {
    isHeld = false;
    const mayParse = () => !socket.isPaused() && !socket.readableEnded && !socket.destroyed;
    while (unparsed.length > 0 && waiting.length === 0 && mayParse()) {
      // Node has discarded the rest of the part: what is left may be the middle of another request.
      if (read?.complete && read.headers.upgrade !== undefined) {
        unparsed = unparsed.subarray(unparsed.length);
        break;
      }
      const part = unparsed.subarray(0, partBytes);
      unparsed = unparsed.subarray(partBytes);
      parse?.(part);
    }
    if ((unparsed.length === 0 && waiting.length === 0) || socket.isPaused()) return;
    isHeld = true;
    socket.pause();
  }

  socket.once('close', () => {
    forgetWaiting();
    onClose(underWay);
  });

  function forgetWaiting(): void {
    waitingRequests.give(socket, waiting.length);
    waiting.length = 0;
  }

  function start(response: ServerResponse, begin: () => void): void {
    newest = response;
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      // Not at once: a client whose requests are answered at once would keep all others waiting.
      if (waiting.length > 0) beginLater(beginNext);
    });
    begin();
  }

  function beginNext(): void {
    const next = waiting.shift();
    if (!next || socket.destroyed) return;
    waitingRequests.give(socket, 1);
    next();
    if (isHeld && waiting.length === 0) socket.resume();
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
      arrivals.set(read, firstByteAt ?? dataAt);
      firstByteAt = undefined;
      if (underWay.size < requestsPerConnection && waiting.length === 0) return start(response, begin);
      if (!waitingRequests.take(socket, 1)) return void socket.destroy();
      waiting.push(() => start(response, begin));
    },
    dropWaiting() {
      forgetWaiting();
      if (isHeld) socket.resume();
    },
    release() {
      socket.removeListener('data', onData).removeListener('resume', parseMore);
    },
  };
}
