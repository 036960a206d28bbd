import { JournalUnavailable } from '../journal/journal.ts';

/**
 * The log fields of an error: name, code and stack frames. The message only for the journal's errors, which contain
 * no value: other messages may quote data, as those of JSON.parse do, and other members may hold a URL or a row.
 * Accepts any thrown value.
 */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  return fieldsOf(error, error instanceof JournalUnavailable);
}

function fieldsOf(error: unknown, withMessages: boolean): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, errcode, cause } = error as NodeJS.ErrnoException & { errcode?: unknown };
  return {
    type: /^\w{1,64}$/.test(error.name) ? error.name : 'Error',
    ...(typeof code === 'string' && /^\w{1,64}$/.test(code) ? { code } : {}),
    ...(typeof errcode === 'number' ? { errcode } : {}),
    ...(withMessages ? { message: error.message } : {}),
    stack: framesOf(error),
    ...(cause === undefined ? {} : { cause: fieldsOf(cause, withMessages) }),
  };
}

/** The frames of a stack, without the message in front of them. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const at = stack.indexOf(message);
  const frames = at === -1 ? stack : stack.slice(at + message.length);
  return frames.split('\n').flatMap((line) => {
    const [, frame] =
      /^ {4}at ((?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/)[^()?#]+:\d+:\d+\)?)$/.exec(line) ?? [];
    return frame === undefined ? [] : [frame];
  });
}
