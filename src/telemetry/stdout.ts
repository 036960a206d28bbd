import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const descriptor = 1;

/** Our own choices. */
const bounds = {
  /** Characters that are written at once rather than waited with. */
  enough: 8_192,
  /** Milliseconds for which a line waits for others at most. */
  waitMs: 100,
  /** Characters that wait where nothing can be written; of more, the later lines are dropped. */
  most: 4 * 1024 * 1024,
} as const;

/**
 * Standard output for a log, written many lines at once. Where it cannot be written, to a full disk or to nobody,
 * it is tried again and no error comes of it: a process with patches under way neither ends nor stays for its log.
 * Only a reader that is there and takes nothing keeps a process that wants to end: Node waits for a write that was begun.
 * (pino's own destination tries to write the last lines until it can, and so a process never ends on a full disk.)
 */
export function openStdout(): DestinationStream {
  let waiting = '';
  /** What is to be written before that: what is being written, or could not be. */
  let begun = Buffer.alloc(0);
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    if (isWriting) return;
    if (begun.length === 0) {
      begun = Buffer.from(waiting);
      waiting = '';
    }
    if (begun.length === 0) return;
    isWriting = true;
    write(descriptor, begun, 0, begun.length, null, (error, count) => {
      isWriting = false;
      begun = begun.subarray(error ? 0 : count);
      if (!error && (begun.length > 0 || waiting.length >= bounds.enough)) next();
      else later();
    });
  }

  function later(): void {
    if (timer || (waiting === '' && begun.length === 0)) return;
    timer = setTimeout(() => {
      timer = undefined;
      next();
    }, bounds.waitMs).unref();
  }

  process.once('exit', () => {
    try {
      // What is being written is on its way already.
      writeSync(descriptor, Buffer.concat([isWriting ? Buffer.alloc(0) : begun, Buffer.from(waiting)]));
    } catch {
      // What could not be written by now never will be.
    }
  });
  return {
    write(line) {
      if (waiting.length > bounds.most) return;
      waiting += line;
      if (waiting.length >= bounds.enough) next();
      else later();
    },
  };
}
