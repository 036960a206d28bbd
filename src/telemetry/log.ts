import { type Logger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { gatherLines } from './gather-lines.ts';
import type { LogDestination } from './stdout.ts';

/**
 * Creates the log: one JSON line per event. What callers could multiply is gathered; `flush` writes what has been
 * gathered so far.
 */
export function createLog(destination: LogDestination): Logger {
  const options = {
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
    // pino copies the message of the value under this key into the line, bypassing the serializer.
    errorKey: 'none',
  };
  return pino(options, gatherLines(destination));
}
