import type { z } from 'zod';
import {
  AmbiguousLogin,
  type DetailsOf,
  type InputPath,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import { parseLossless } from '../domain/lossless-json.ts';
import type { CallOptions, HttpResponse, SendResult } from '../upstream/client.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import type { Step, WriteResult } from './provider.ts';

/** The result of a request; `refused` where there was no use in sending it, or the credentials were refused. */
export type Sent = SendResult | { readonly kind: 'refused'; readonly error: PatchError };

/** A provider's error, as far as it is used. */
export interface ProviderError {
  /** The provider's code; empty where it has not the form of a code. */
  readonly code: string;
  /** What may be passed on to callers. */
  readonly safeDetails: DetailsOf<'PROVIDER_REFUSED'>;
}

/** The body of an answer, where it is a JSON object. */
export type JsonBody = Readonly<Record<string, unknown>> | undefined;

/** How a provider's errors are read: each provider's errors.ts has its own. */
export interface ErrorFormat {
  /** The error of an answer; undefined for any other body than the provider's own error body. */
  readonly readError: (answer: HttpResponse, body: JsonBody) => ProviderError | undefined;
  /** True for a documented refusal: nothing was written, whatever the status beside it. */
  readonly isDocumented: (code: string) => boolean;
  /** The codes that mean: no such user. */
  readonly missing: ReadonlySet<string>;
  /** The error for a refusal. `step`: what was sent, where it was a write. */
  readonly toPatchError: (error: ProviderError, answer: HttpResponse, step?: Step) => PatchError;
}

const refusalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 413, 422, 429]);

/** True for a status that proves, together with the provider's own error body, that nothing was done. */
export function isRefusal({ status }: HttpResponse): boolean {
  return refusalStatuses.has(status);
}

/** An answer's body and error, and whether the error proves that nothing was done. */
function readBody(answer: HttpResponse, { readError, isDocumented }: ErrorFormat) {
  const body = jsonObject(answer.body);
  const error = readError(answer, body);
  const isReliable = error && (isRefusal(answer) || (answer.status === 200 && isDocumented(error.code)));
  return { body, error, refusal: isReliable ? error : undefined };
}

/** For each reason why a request was not sent: the code and the message. */
const notSent = {
  unreachable: ['PROVIDER_UNAVAILABLE', 'The provider could not be reached: nothing was sent.'],
  untrusted: [
    'PROVIDER_UNAVAILABLE',
    'The provider’s certificate or TLS handshake could not be trusted: nothing was sent.',
  ],
  deadline: ['DEADLINE_EXCEEDED', 'The time for this call was over before anything was sent.'],
  crowded: ['PROVIDER_UNAVAILABLE', 'Too many calls wait for this provider: nothing was sent.'],
  broken: [
    'PROVIDER_UNAVAILABLE',
    'The provider failed too often just now: nothing is sent until it answers again.',
  ],
} as const;

/** The error for a request without an answer, where it can have changed nothing: it was not sent, or was a read. */
export function unreachable(sent: Exclude<SendResult, HttpResponse>, path: InputPath): PatchError {
  if (sent.kind === 'no-answer') {
    const message = sent.isCutOff
      ? 'There is no room now for an answer of this size (limits.totalAnswerBytes): call again in a second.'
      : 'The provider did not answer.';
    return { code: 'PROVIDER_UNAVAILABLE', message, path };
  }
  if (sent.reason === 'throttled') {
    const seconds = Math.min(3600, Math.max(1, Math.ceil(sent.retryAfterMs / 1000)));
    const what = sent.isShare
      ? 'Your share of the provider’s request quota (pace)'
      : 'The provider’s request quota';
    const message = `${what} is used up: nothing was sent. Call again in ${seconds} seconds.`;
    return { code: 'RATE_LIMITED', message, path, retryAfterSeconds: seconds };
  }
  const [code, message] = notSent[sent.reason];
  return { code, message, path };
}

/** The error for a rate limit, with the wait that the answer asks for. */
export function rateLimited(path: InputPath, answer: HttpResponse): PatchError<'RATE_LIMITED'> {
  const wait = retryAfterMs(answer);
  const seconds = wait === null ? null : Math.ceil(wait / 1000);
  const when = seconds === null ? 'later' : `in ${seconds} seconds`;
  const message = `The provider is at its rate limit: call again ${when}.`;
  return { code: 'RATE_LIMITED', message, path, retryAfterSeconds: seconds };
}

/** Parses a JSON object, its numbers without loss; undefined for any other text. */
export function jsonObject(text: string): JsonBody {
  try {
    const value = parseLossless(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes a function that sends a read and returns its answer, parsed by a schema; undefined where there is no such user.
 * It throws a ReadFailure for any other answer, and for none.
 */
export function createReader<Request>(
  send: (request: Request, call: CallOptions) => Promise<Sent>,
  format: ErrorFormat,
) {
  return async <T>(request: Request, schema: z.ZodType<T>, call: CallOptions): Promise<T | undefined> => {
    const answer = await send(request, call);
    if (answer.kind === 'refused') throw new ReadFailure(answer.error);
    if (answer.kind !== 'answered') throw new ReadFailure(unreachable(answer, []));
    const { body, error, refusal } = readBody(answer, format);
    if (refusal && format.missing.has(refusal.code)) return undefined;
    if (refusal) throw new ReadFailure(format.toPatchError(refusal, answer));
    const read = answer.status === 200 && !error ? schema.safeParse(body).data : undefined;
    if (read === undefined) throw new ReadFailure(unreadableAnswer());
    return read;
  };
}

/** The result of a write; undefined where the answer says nothing reliable about it. */
type Written = WriteResult | Promise<WriteResult> | undefined;

/**
 * The result of a write that was a request of its own: see `writeResultsOf`. `readSuccess` gets the answer and its body,
 * of an answer that is no error.
 */
export async function writeResultOf(
  sent: Sent,
  step: Step,
  format: ErrorFormat,
  readSuccess: (answer: HttpResponse, body: JsonBody) => Written,
): Promise<WriteResult> {
  const [result = ambiguous] = await writeResultsOf(sent, 1, format, {
    toRefusals: (error, answer) => [refused(format.toPatchError(error, answer, step))],
    readSuccesses: (answer, body) => [readSuccess(answer, body)],
  });
  return result;
}

/**
 * The result of each of `count` writes in one request, in order. The one place that decides, for every provider, what
 * is known after a write:
 * - not sent, or refused by its client: refused;
 * - no answer: ambiguous;
 * - a documented refusal of the whole request: `toRefusals`;
 * - a success: `readSuccesses`;
 * - any other answer: ambiguous.
 */
export async function writeResultsOf(
  sent: Sent,
  count: number,
  format: ErrorFormat,
  batch: {
    readonly toRefusals: (error: ProviderError, answer: HttpResponse) => readonly WriteResult[];
    readonly readSuccesses: (answer: HttpResponse, body: JsonBody) => readonly Written[];
  },
): Promise<readonly WriteResult[]> {
  const forEach = (result: WriteResult): readonly WriteResult[] => Array(count).fill(result);
  if (sent.kind === 'refused') return forEach(refused(sent.error));
  if (sent.kind === 'not-sent') return forEach(refused(unreachable(sent, ['patch'])));
  if (sent.kind === 'no-answer') return forEach(ambiguous);
  const { body, error, refusal } = readBody(sent, format);
  if (refusal) return batch.toRefusals(refusal, sent);
  if (error) return forEach(ambiguous);
  return Promise.all(batch.readSuccesses(sent, body).map((result) => result ?? ambiguous));
}

const ambiguous: WriteResult = { kind: 'ambiguous' };

/** The result of a write that was not done, and will not be. */
export function refused(error: PatchError): WriteResult {
  return { kind: 'refused', errors: [error] };
}

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

/**
 * Makes a function that reads a provider's errors: `members` finds the code and the request id. `throttling` is the code
 * of a rate limit: a CDN or gateway may answer 429 before the service sees the request, without its error body.
 */
export function createErrorReader(
  safe: SafeForms,
  throttling: string,
  members: (body: NonNullable<JsonBody>, headers: HttpResponse['headers']) => readonly [unknown, unknown],
) {
  return (answer: HttpResponse, body = jsonObject(answer.body)): ProviderError | undefined => {
    const [code, requestId] = members(body ?? {}, answer.headers);
    if (typeof code === 'string' && code !== '') return providerError(code, requestId, safe);
    return answer.status === 429 ? providerError(throttling, undefined, safe) : undefined;
  };
}
