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

/** An error in a provider's own words, as far as they are used. */
export interface ProviderError {
  /** To decide by; empty where it is no identifier. */
  readonly code: string;
  /** As far as it may be passed on: of a form that can carry nothing else. */
  readonly safeDetails: DetailsOf<'PROVIDER_REFUSED'>;
}

/** How a provider's errors are read, each provider's in its errors.ts. */
export interface ErrorFormat {
  /** The error of an answer; undefined for a body that is not the provider's own error body. */
  readonly readError: (answer: HttpResponse) => ProviderError | undefined;
  /** True for a code that is documented to say no: then nothing was written, whatever the status beside it. */
  readonly isDocumented: (code: string) => boolean;
}

/** The statuses by which a provider says no and has done nothing, provided that the body is its own error body. */
const refusalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 413, 422, 429]);

/** True for a status by which a provider says no: only then does its error code prove that nothing was done. */
export function isRefusal({ status }: HttpResponse): boolean {
  return refusalStatuses.has(status);
}

/** The provider's no, where the answer is one that can be relied on; undefined for any other answer. */
export function refusalOf(
  answer: HttpResponse,
  { readError, isDocumented }: ErrorFormat,
): ProviderError | undefined {
  const error = readError(answer);
  if (!error) return undefined;
  const relied = isRefusal(answer) || (answer.status === 200 && isDocumented(error.code));
  return relied ? error : undefined;
}

/** Why nothing was heard of the provider, in the words for a call of which nothing can have come. */
export function unreachable(exchange: Exclude<SendResult, HttpResponse>, path: InputPath): PatchError {
  if (exchange.kind === 'no-answer')
    return { code: 'PROVIDER_UNAVAILABLE', message: 'The provider did not answer.', path };
  switch (exchange.reason) {
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
      const seconds = Math.min(3600, Math.max(1, Math.ceil(exchange.retryAfterMs / 1000)));
      const message = `As many requests went to the provider as it takes: nothing was sent. Call again in ${seconds} seconds.`;
      return { code: 'RATE_LIMITED', message, path, retryAfterSeconds: seconds };
    }
  }
}

/** A rate limit in our words, with the wait that the answer asks for. */
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

/** Reads a JSON object; undefined where the text is none, or is another kind of JSON value. */
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

/** Reads a JSON answer by a schema; undefined where it is not JSON or not of that form. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  const value = jsonObject(text);
  return value === undefined ? undefined : schema.safeParse(value).data;
}

/** How a provider's answers to reads are understood, beside its errors. */
export interface ReadGrammar extends ErrorFormat {
  /** The codes by which it says that there is no such user. */
  readonly missing: ReadonlySet<string>;
  /** A refusal of a read in our words. */
  readonly toReadError: (error: ProviderError, answer: HttpResponse) => PatchError;
}

/**
 * What came of a read, by the schema of its answer; undefined where the answer says that there is no such user.
 * @throws ReadFailure where it says neither, and where there is no answer
 */
export function readAnswer<T>(answer: SendResult, schema: z.ZodType<T>, grammar: ReadGrammar): T | undefined {
  if (answer.kind !== 'answered') throw new ReadFailure(unreachable(answer, []));
  const refusal = refusalOf(answer, grammar);
  if (refusal && grammar.missing.has(refusal.code)) return undefined;
  if (refusal) throw new ReadFailure(grammar.toReadError(refusal, answer));
  const read =
    answer.status === 200 && !grammar.readError(answer) ? parseJson(answer.body, schema) : undefined;
  if (read === undefined) throw new ReadFailure(notUnderstood());
  return read;
}

/** That an answer is not of the form, or about the user, that was asked for. */
export function notUnderstood(): PatchError {
  return {
    code: 'PROVIDER_UNAVAILABLE',
    message: 'The provider’s answer could not be understood.',
    path: [],
  };
}

/**
 * The one user who signs in by a login.
 * @throws AmbiguousLogin where it fits more than one, so that nobody is mistaken
 */
export function onlyOne<T>(found: readonly T[]): T | undefined {
  if (found.length <= 1) return found[0];
  throw new AmbiguousLogin('More than one user signs in by this login: say who is meant by id.');
}

/** `ResourceDuplicated.Username`, `Forbidden.RAM`, `invalid_token`, or Descope's `E011003`: no other code is documented. */
const codeToTell =
  /^(?=.{2,64}$)(?:(?:[A-Z][a-z]+)+(?:\.(?=[A-Z])(?:[A-Z][a-z]+)*[A-Z]{0,4})*|[a-z]+(?:_[a-z]+)*|E\d{6})$/;

/** A UUID as Alibaba Cloud's gateways give it, or Cloudflare's Ray ID: 16 hexadecimal digits and an airport. */
const requestIdToTell = /^(?:[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}|[\da-f]{16}-[A-Z]{3})$/i;

/**
 * A provider's error, from the code and the request id that its answer gives. What a provider says may be anything,
 * a secret that it was sent among it: a code or an id that has not the form of one is not passed on.
 */
export function providerError(code: string, requestId?: unknown): ProviderError {
  const isRequestId = typeof requestId === 'string' && requestIdToTell.test(requestId);
  return {
    code: /^[A-Za-z0-9_.:-]{1,128}$/.test(code) ? code : '',
    safeDetails: {
      providerCode: codeToTell.test(code) ? code : null,
      providerRequestId: isRequestId ? requestId : null,
    },
  };
}

/** A moment from epoch milliseconds, or from units of so many milliseconds; null where there is none or it cannot be. */
export function epoch(value: number | null | undefined, unitMs = 1): Date | null {
  const date = new Date((value ?? Number.NaN) * unitMs);
  return value && !Number.isNaN(date.getTime()) ? date : null;
}
