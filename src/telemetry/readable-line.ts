import { prettyFactory } from 'pino-pretty';

/** A line of the log for a person, in one line, with colours where the terminal shows any and NO_COLOR is not set. */
export const readableLine: (line: string) => string = prettyFactory({
  messageKey: 'event',
  singleLine: true,
  // Errors take several lines otherwise.
  errorLikeObjectKeys: [],
  translateTime: 'SYS:HH:MM:ss.l',
});
