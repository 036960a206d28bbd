import { type DestinationStream, symbols } from 'pino';
import type { LogDestination } from './stdout.ts';

/** Events that callers can cause as often as they like. */
const gathered = ['unauthenticated', 'rate-limited', 'keys-unavailable', 'bug', 'server'];

/** Our own choices. */
const bounds = {
  /** Milliseconds between two lines that say the same. */
  everyMs: 1_000,
  /** Lines of one event that are told apart, such as those of a hundred callers; the others are gathered in one. */
  toldApart: 100,
} as const;

/** Lines that say the same: the time and level of the last one, and how many have not been written. */
interface Gathered {
  head: string;
  count: number;
}

/**
 * Gathers the lines that a hostile caller could multiply: of those that say the same, the first is written at once,
 * then at most one a second, with a `count` of those for which it stands. The counts of all add up to what happened.
 */
export function gatherLines(destination: LogDestination): DestinationStream & { flush(): void } {
  const byEvent = new Map(gathered.map((event) => [event, new Map<string, Gathered>()]));

  function writeOut(fields: string, lines: Gathered): void {
    if (lines.count === 0) return;
    destination.write(`${lines.head}${fields},"count":${lines.count}}\n`, 'other');
    lines.count = 0;
  }

  function writeLater(event: Map<string, Gathered>, fields: string, lines: Gathered): void {
    setTimeout(() => {
      if (lines.count === 0) event.delete(fields);
      else {
        writeOut(fields, lines);
        writeLater(event, fields, lines);
      }
    }, bounds.everyMs).unref();
  }

  const stream = {
    // Has pino set the member below: https://github.com/pinojs/pino/blob/main/docs/api.md#metadata
    [symbols.needsMetadataGsym]: true,
    lastObj: {} as { readonly event?: unknown },
    write(line: string) {
      const name = String(stream.lastObj.event);
      const event = byEvent.get(name);
      if (!event) return destination.write(line, name === 'patchUser' ? 'patchUser' : 'other');
      const start = line.indexOf('"event"');
      const head = line.slice(0, start);
      const own = line.slice(start, line.lastIndexOf('}'));
      const isOneMore = event.size >= bounds.toldApart && !event.has(own);
      const fields = isOneMore ? `"event":"${name}"` : own;
      const known = event.get(fields);
      const lines = known ?? { head, count: 0 };
      lines.head = head;
      lines.count += 1;
      if (known) return;
      event.set(fields, lines);
      writeOut(fields, lines);
      writeLater(event, fields, lines);
    },
    /** Writes what has been gathered so far. */
    flush() {
      for (const event of byEvent.values()) for (const [fields, lines] of event) writeOut(fields, lines);
    },
  };
  return stream;
}
