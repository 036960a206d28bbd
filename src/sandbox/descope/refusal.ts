/** Descope's codes, as its public clients name them; the descriptions are this emulator's. */
const descriptions: Readonly<Record<string, string>> = {
  E011001: 'Bad request',
  E011002: 'Missing required argument',
  E011003: 'Request is invalid',
  E011004: 'Invalid argument',
  E062107: 'User already exists',
  E111127: 'User update conflict',
  E112102: 'User not found',
  E130429: 'API rate limit exceeded',
};

/** A refusal of the emulated service. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The error as it goes over the wire. */
  get body(): Readonly<Record<string, string>> {
    return {
      errorCode: this.code,
      errorDescription: descriptions[this.code] ?? 'Request is unauthorized',
      errorMessage: this.message,
    };
  }
}

/** The members of a JSON object, still unchecked. */
export type Members = Readonly<Record<string, unknown>>;

/** A JSON object; a list or null in its place is refused. */
export function object(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('E011001', `${what} must be an object`);
  return value as Members;
}

/** Reads a member of that kind; undefined where it is absent or null: protocol buffers make no difference. */
const optional =
  <T>(kind: string, is: (value: unknown) => value is T) =>
  (body: Members, name: string): T | undefined => {
    const value = body[name] ?? undefined;
    if (value === undefined || is(value)) return value;
    throw new Refusal('E011001', `${name} must be ${kind}`);
  };
const isString = (value: unknown) => typeof value === 'string';

export const string = optional('a string', isString);
export const boolean = optional('a boolean', (value) => typeof value === 'boolean');
export const strings = optional(
  'a list of strings',
  (value): value is string[] => Array.isArray(value) && value.every(isString),
);
