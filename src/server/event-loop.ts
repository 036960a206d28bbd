import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

// When a request arrived: Node does not say, and it may have lain in the system's buffer for as long as the event loop
// was busy. It had not arrived when the loop looked the last time, because the loop takes all that there is.

/** A loop that was idle for longer than this (ms) had taken everything before. Our own choice. */
const idleEnoughMs = 1;

/** The last iteration that is over: when it looked for data, at the earliest, and the total time idle by its end. */
let last = { number: 0, lookedAt: 0, endedAt: 0, idleMs: 0 };
let isWatched = false;

function endIteration(): void {
  const { idleTime: idleMs } = performance.nodeTiming;
  const lookedAt = last.endedAt + idleMs - last.idleMs;
  last = { number: last.number + 1, lookedAt, endedAt: performance.now(), idleMs };
  // Runs after the next look. Unreferenced, it does not keep the loop from being idle.
  setImmediate(endIteration).unref();
}

/** Watches the event loop of this process from now on. */
export function watchEventLoop(): void {
  if (isWatched) return;
  isWatched = true;
  const now = performance.now();
  last = { number: 0, lookedAt: now, endedAt: now, idleMs: performance.nodeTiming.idleTime };
  setImmediate(endIteration).unref();
}

/** When something ended the idle wait of this iteration; undefined if there was no wait. */
function wokenAt(): number | undefined {
  const idleMs = performance.nodeTiming.idleTime - last.idleMs;
  return idleMs > idleEnoughMs ? last.endedAt + idleMs : undefined;
}

/** Milliseconds that data which is handed out now may have waited. */
export function eventLoopDelayMs(): number {
  return performance.now() - (wokenAt() ?? last.lookedAt);
}

/**
 * Called when a connection is accepted. The returned function, called with each piece of its data, gives the earliest
 * time at which that can have arrived, by performance.now().
 */
export function timeArrivals(): () => number {
  const { number } = last;
  const acceptedAt = wokenAt() ?? last.lookedAt;
  // Data that came with the connection is read one iteration after it.
  return () => wokenAt() ?? (last.number <= number + 1 ? acceptedAt : last.lookedAt);
}
