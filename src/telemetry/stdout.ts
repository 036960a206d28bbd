import { write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { levels } from 'pino';
import type { LineKind } from './labels.ts';

/** Where the lines of the log go. */
export interface LogDestination {
  write(line: string, kind: LineKind): void;
}

/** Standard output as such a destination. */
export interface Stdout extends LogDestination {
  /** Calls back for each line that is dropped from now on. */
  onDropped(listener: (kind: LineKind) => void): void;
}

const descriptor = 1;

/** Our own choices. */
const bounds = {
  /** Buffered characters that cause a write at once. */
  flushAt: 8_192,
  /** Milliseconds for which a line may wait for others. */
  flushMs: 100,
  /** Buffered characters of a kind above which its new lines are dropped: some 25,000 lines of patchUser. */
  maxBuffered: { patchUser: 8 * 1024 * 1024, other: 4 * 1024 * 1024 },
} as const;

const none = { patchUser: 0, other: 0 } as const;

/**
 * Standard output as a log destination that writes many lines at once. A failed write (full disk, closed pipe) is
 * retried and never raises an error, so the log neither ends a process with patches in flight nor keeps it alive.
 * Only a reader that stops reading keeps the process from exiting: Node waits for a write that has begun.
 * Lines for which there is no room are dropped, each kind by its own; one line tells how many, when there is room.
 * (pino's own destination, sonic-boom, retries the last lines until they are written: seen to keep a process on a
 * full disk from ever exiting.)
 */
export async function openStdout(): Promise<Stdout> {
  // Loaded only where a person reads.
  const readable = isatty(descriptor) ? (await import('./readable-line.ts')).readableLine : undefined;
  let buffered = '';
  /** Characters in `buffered`. */
  let used: Record<LineKind, number> = { ...none };
  /** Lines that were dropped since the last line about it. */
  let dropped: Record<LineKind, number> = { ...none };
  /** The bytes of the current or the last failed write, which precede `buffered`. */
  let pending = Buffer.alloc(0);
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;
  let onDropped = (_kind: LineKind) => {};

  function append(line: string, kind: LineKind): void {
    const text = readable?.(line) ?? line;
    buffered += text;
    used[kind] += text.length;
  }

  /** Empties the buffer. */
  function take(): Buffer<ArrayBuffer> {
    if (dropped.patchUser + dropped.other > 0) {
      const line = {
        level: levels.values.warn,
        time: new Date().toISOString(),
        event: 'log-dropped',
        ...dropped,
      };
      append(`${JSON.stringify(line)}\n`, 'other');
    }
    const bytes = Buffer.from(buffered);
    buffered = '';
    used = { ...none };
    dropped = { ...none };
    return bytes;
  }

  function next(): void {
    if (isWriting) return;
    if (pending.length === 0) pending = take();
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
      writeSync(descriptor, Buffer.concat([isWriting ? Buffer.alloc(0) : pending, take()]));
    } catch {
      // No more can be done for the last lines.
    }
  });
  return {
    write(line, kind) {
      if (used[kind] > bounds.maxBuffered[kind]) {
        dropped[kind] += 1;
        onDropped(kind);
        return;
      }
      append(line, kind);
      if (buffered.length >= bounds.flushAt) next();
      else later();
    },
    onDropped(listener) {
      onDropped = listener;
    },
  };
}
