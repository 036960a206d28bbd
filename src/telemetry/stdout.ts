import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const descriptor = 1;

/** Our own choices. */
const bounds = {
  /** Buffered characters that cause a write at once. */
  flushAt: 8_192,
  /** Milliseconds for which a line may wait for others. */
  flushMs: 100,
  /** Buffered characters above which new lines are dropped. */
  maxBuffered: 4 * 1024 * 1024,
} as const;

/**
 * Standard output as a log destination that writes many lines at once. A failed write (full disk, closed pipe) is
 * retried and never raises an error, so the log neither ends a process with patches in flight nor keeps it alive.
 * Only a reader that stops reading keeps the process from exiting: Node waits for a write that has begun.
 * (pino's own destination, sonic-boom, retries the last lines until they are written: seen to keep a process on a
 * full disk from ever exiting.)
 */
export function openStdout(): DestinationStream {
  let buffered = '';
  /** The bytes of the current or the last failed write, which precede `buffered`. */
  let pending = Buffer.alloc(0);
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    if (isWriting) return;
    if (pending.length === 0) {
      pending = Buffer.from(buffered);
      buffered = '';
    }
    if (pending.length === 0) return;
    isWriting = true;
    write(descriptor, pending, 0, pending.length, null, (error, count) => {
      isWriting = false;
      pending = pending.subarray(error ? 0 : count);
      if (!error && (pending.length > 0 || buffered.length >= bounds.flushAt)) next();
      else later();
    });
  }

  function later(): void {
    if (timer || (buffered === '' && pending.length === 0)) return;
    timer = setTimeout(() => {
      timer = undefined;
      next();
    }, bounds.flushMs).unref();
  }

  process.once('exit', () => {
    try {
      // The current write ends by itself.
      writeSync(descriptor, Buffer.concat([isWriting ? Buffer.alloc(0) : pending, Buffer.from(buffered)]));
    } catch {
      // No more can be done for the last lines.
    }
  });
  return {
    write(line) {
      if (buffered.length > bounds.maxBuffered) return;
      buffered += line;
      if (buffered.length >= bounds.flushAt) next();
      else later();
    },
  };
}
