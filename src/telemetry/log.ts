import { type DestinationStream, type Logger, pino } from 'pino';
import { errorFields } from './error-fields.ts';
import { openStdout } from './stdout.ts';

/**
 * The log: one line of JSON an event. On standard output, unless it is to go elsewhere, it is written a tenth of a
 * second later at most, many lines at once, for a write of its own is a tenth of what an operation costs.
 */
export function createLog(destination: DestinationStream = openStdout()): Logger {
  const options = {
    base: null,
    timestamp: isoTime,
    serializers: { err: errorFields },
    // pino takes the message of what is under this key for the line's own, past its serializer.
    errorKey: 'none',
  };
  return pino(options, destination);
}

let [second, secondText] = [Number.NaN, ''];

/** The moment as pino's own isoTime writes it, with all but the milliseconds made once a second. */
function isoTime(): string {
  const now = Date.now();
  const inSecond = now % 1_000;
  if (now - inSecond !== second) {
    second = now - inSecond;
    secondText = new Date(second).toISOString().slice(0, -'000Z'.length);
  }
  return `,"time":"${secondText}${String(inSecond).padStart(3, '0')}Z"`;
}
