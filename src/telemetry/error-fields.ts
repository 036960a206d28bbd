import { JournalUnavailable } from '../journal/journal.ts';

/**
 * What the log says of an error: its kind, its code and where it was thrown. Its message only where it is a
 * journal's, which names no value; any other may quote what it stumbled over, as those of JSON.parse do, and an
 * error's own members may hold a whole URL or row. Takes whatever was thrown.
 */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  return told(error, error instanceof JournalUnavailable);
}

function told(error: unknown, withMessages: boolean): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, errcode, cause } = error as NodeJS.ErrnoException & { errcode?: unknown };
  return {
    type: /^\w{1,64}$/.test(error.name) ? error.name : 'Error',
    ...(typeof code === 'string' && /^\w{1,64}$/.test(code) ? { code } : {}),
    ...(typeof errcode === 'number' ? { errcode } : {}),
    ...(withMessages ? { message: error.message } : {}),
    stack: framesOf(error),
    ...(cause === undefined ? {} : { cause: told(cause, withMessages) }),
  };
}

/** The lines of a stack that name a place in a file; a message that stands before them is left away. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const at = stack.indexOf(message);
  const frames = at === -1 ? stack : stack.slice(at + message.length);
  return frames.split('\n').flatMap((line) => {
    const [, frame] =
      /^ {4}at ((?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/)[^()?#]+:\d+:\d+\)?)$/.exec(line) ?? [];
    return frame === undefined ? [] : [frame];
  });
}
