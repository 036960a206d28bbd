import type { z } from 'zod';
import {
  AmbiguousLogin,
  type DetailsOf,
  type InputPath,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import type { HttpResponse, SendResult } from '../upstream/client.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import type { WriteResult } from './provider.ts';

/** A provider's error, as far as it is used. */
export interface ProviderError {
  /** The provider's code; empty where it has not the form of a code. */
  readonly code: string;
  /** What may be passed on to callers. */
  readonly safeDetails: DetailsOf<'PROVIDER_REFUSED'>;
}

/** How a provider's errors are read: each provider's errors.ts has its own. */
interface ErrorFormat {
  /** The error of an answer; undefined for any other body than the provider's own error body. */
  readonly readError: (answer: HttpResponse) => ProviderError | undefined;
  /** True for a documented refusal: nothing was written, whatever the status beside it. */
  readonly isDocumented: (code: string) => boolean;
}

/** Statuses that prove, together with the provider's own error body, that nothing was done. */
const refusalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 413, 422, 429]);

/** True for a status that proves, together with the provider's own error body, that nothing was done. */
export function isRefusal({ status }: HttpResponse): boolean {
  return refusalStatuses.has(status);
}

/** The error of an answer that proves that nothing was done; undefined for any other answer. */
function refusalOf(
  answer: HttpResponse,
  { readError, isDocumented }: ErrorFormat,
): ProviderError | undefined {
  const error = readError(answer);
  if (!error) return undefined;
  const isReliable = isRefusal(answer) || (answer.status === 200 && isDocumented(error.code));
  return isReliable ? error : undefined;
}

/** The error for a request without an answer, where it can have changed nothing: it was not sent, or was a read. */
export function unreachable(sent: Exclude<SendResult, HttpResponse>, path: InputPath): PatchError {
  if (sent.kind === 'no-answer')
    return { code: 'PROVIDER_UNAVAILABLE', message: 'The provider did not answer.', path };
  switch (sent.reason) {
    case 'unreachable':
      return {
        code: 'PROVIDER_UNAVAILABLE',
        message: 'The provider could not be reached: nothing was sent.',
        path,
      };
    case 'untrusted':
      return {
        code: 'PROVIDER_UNAVAILABLE',
        message: 'The provider’s certificate or TLS handshake could not be trusted: nothing was sent.',
        path,
      };
    case 'deadline':
      return {
        code: 'DEADLINE_EXCEEDED',
        message: 'The time for this call was over before anything was sent.',
        path,
      };
    case 'crowded':
      return {
        code: 'PROVIDER_UNAVAILABLE',
        message: 'Too many calls wait for this provider: nothing was sent.',
        path,
      };
    case 'broken':
      return {
        code: 'PROVIDER_UNAVAILABLE',
        message: 'The provider failed too often just now: nothing is sent until it answers again.',
        path,
      };
    case 'throttled': {
      const seconds = Math.min(3600, Math.max(1, Math.ceil(sent.retryAfterMs / 1000)));
      const message = `The provider’s request quota is used up: nothing was sent. Call again in ${seconds} seconds.`;
      return { code: 'RATE_LIMITED', message, path, retryAfterSeconds: seconds };
    }
  }
}

/** The error for a rate limit, with the wait that the answer asks for. */
export function rateLimited(path: InputPath, answer: HttpResponse): PatchError<'RATE_LIMITED'> {
  const wait = retryAfterMs(answer);
  const seconds = wait === null ? null : Math.ceil(wait / 1000);
  return {
    code: 'RATE_LIMITED',
    message:
      seconds === null
        ? 'The provider is at its rate limit: call again later.'
        : `The provider is at its rate limit: call again in ${seconds} seconds.`,
    path,
    retryAfterSeconds: seconds,
  };
}

/** Parses a JSON object; undefined for any other text. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Parses a JSON object by a schema; undefined where the text is not JSON or does not match. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  const value = jsonObject(text);
  return value === undefined ? undefined : schema.safeParse(value).data;
}

/** How a provider's answers to reads are parsed, with its errors. */
export interface ReadFormat extends ErrorFormat {
  /** The codes that mean: no such user. */
  readonly missing: ReadonlySet<string>;
  /** The error for a refused read. */
  readonly toReadError: (error: ProviderError, answer: HttpResponse) => PatchError;
}

/**
 * The answer to a read, parsed by a schema; undefined where there is no such user.
 * @throws ReadFailure for any other answer, and for none
 */
export function readAnswer<T>(answer: SendResult, schema: z.ZodType<T>, format: ReadFormat): T | undefined {
  if (answer.kind !== 'answered') throw new ReadFailure(unreachable(answer, []));
  const refusal = refusalOf(answer, format);
  if (refusal && format.missing.has(refusal.code)) return undefined;
  if (refusal) throw new ReadFailure(format.toReadError(refusal, answer));
  const read =
    answer.status === 200 && !format.readError(answer) ? parseJson(answer.body, schema) : undefined;
  if (read === undefined) throw new ReadFailure(unreadableAnswer());
  return read;
}

/** How a provider's answers to a write are parsed, with its errors. */
export interface WriteFormat extends ErrorFormat {
  /** The error for a refused write. */
  readonly toWriteError: (error: ProviderError, answer: HttpResponse) => PatchError;
  /** The result of a success; undefined for any other answer. */
  readonly readSuccess: (answer: HttpResponse) => WriteResult | Promise<WriteResult> | undefined;
}

/** The result of a write that was a request of its own: see `writeResultsOf`. */
export async function writeResultOf(
  sent: SendResult,
  { toWriteError, readSuccess, ...format }: WriteFormat,
): Promise<WriteResult> {
  const [result = ambiguous] = await writeResultsOf(sent, 1, {
    ...format,
    toRefusals: (error, answer) => [{ kind: 'refused', errors: [toWriteError(error, answer)] }],
    readSuccesses: (answer) => [readSuccess(answer)],
  });
  return result;
}

/** How a provider's answers to a batch of writes are parsed, with its errors: a result for each write, in order. */
export interface BatchWriteFormat extends ErrorFormat {
  /** What a refusal of the whole request means for each write. */
  readonly toRefusals: (error: ProviderError, answer: HttpResponse) => readonly WriteResult[];
  /** The result of each write; undefined where the answer says nothing reliable about one. */
  readonly readSuccesses: (
    answer: HttpResponse,
  ) => readonly (WriteResult | Promise<WriteResult> | undefined)[];
}

/**
 * The result of each of `count` writes in one request. The one place that decides, for every provider, what is known
 * after a write:
 * - not sent: refused;
 * - no answer: ambiguous;
 * - a documented refusal: `toRefusals`;
 * - a success: `readSuccesses`;
 * - any other answer: ambiguous.
 */
export async function writeResultsOf(
  sent: SendResult,
  count: number,
  { toRefusals, readSuccesses, ...format }: BatchWriteFormat,
): Promise<readonly WriteResult[]> {
  const forEach = (result: WriteResult): readonly WriteResult[] => Array(count).fill(result);
  if (sent.kind === 'not-sent') return forEach({ kind: 'refused', errors: [unreachable(sent, ['patch'])] });
  if (sent.kind === 'no-answer') return forEach(ambiguous);
  const refusal = refusalOf(sent, format);
  if (refusal) return toRefusals(refusal, sent);
  return Promise.all(readSuccesses(sent).map((result) => result ?? ambiguous));
}

const ambiguous: WriteResult = { kind: 'ambiguous' };

/** The error for a read's answer that cannot be parsed, or is about another user. */
export function unreadableAnswer(): PatchError {
  return {
    code: 'PROVIDER_UNAVAILABLE',
    message: 'The provider’s answer could not be understood.',
    path: [],
  };
}

/**
 * The only user found by a login; undefined where there is none.
 * @throws AmbiguousLogin where there are several
 */
export function onlyOne<T>(found: readonly T[]): T | undefined {
  if (found.length <= 1) return found[0];
  throw new AmbiguousLogin('More than one user signs in by this login: say who is meant by id.');
}

/** The forms of the error codes and request ids that a provider documents. */
export interface SafeForms {
  readonly code: RegExp;
  readonly requestId: RegExp;
}

/**
 * A provider's error, from the code and the request id of its answer. Either is passed on only in the provider's own
 * form: in any other it may repeat what was sent, a secret included.
 */
export function providerError(code: string, requestId: unknown, safe: SafeForms): ProviderError {
  const isRequestId = typeof requestId === 'string' && safe.requestId.test(requestId);
  return {
    code: /^[A-Za-z0-9_.:-]{1,128}$/.test(code) ? code : '',
    safeDetails: {
      providerCode: safe.code.test(code) ? code : null,
      providerRequestId: isRequestId ? requestId : null,
    },
  };
}

/** A date from epoch milliseconds, or from units of `unitMs`; null where it is absent or out of range. */
export function epoch(value: number | null | undefined, unitMs = 1): Date | null {
  const date = new Date((value ?? Number.NaN) * unitMs);
  return value && !Number.isNaN(date.getTime()) ? date : null;
}
