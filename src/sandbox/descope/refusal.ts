/** The codes are Descope's; its public clients name them, the wording of the descriptions is this emulator's. */
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

/** What the emulated service refuses, thrown from wherever the reason is found. */
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

/** A JSON object and nothing else: a list or null in its place is what the service cannot unmarshal. */
export function object(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('E011001', `${what} must be an object`);
  return value as Members;
}

/** A string, or undefined where the member is left out or null, which protocol buffers do not tell apart. */
export function string(body: Members, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string')
    throw new Refusal('E011001', `${name} must be a string`);
  return value;
}

/** A boolean, or undefined where the member is left out or null. */
export function boolean(body: Members, name: string): boolean | undefined {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean')
    throw new Refusal('E011001', `${name} must be a boolean`);
  return value;
}

/** A list of strings, or undefined where the member is left out or null. */
export function strings(body: Members, name: string): string[] | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw new Refusal('E011001', `${name} must be a list of strings`);
  return value;
}

/** A whole number from 0, or undefined where the member is left out or null. */
export function count(body: Members, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new Refusal('E011001', `${name} must be a whole number from 0`);
  return value;
}

/** Refuses where a member has to be there and is not, or is empty. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '') throw new Refusal('E011002', `${name} is required`);
  return value;
}
