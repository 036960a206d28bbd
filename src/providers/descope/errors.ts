import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { type Step, stepPath } from '../provider.ts';
import {
  createErrorReader,
  type ErrorFormat,
  jsonObject,
  type ProviderError,
  providerError,
  rateLimited,
} from '../response.ts';

/** A code such as `E011003`; Cloudflare's Ray ID: 16 hexadecimal digits and an airport. */
const safeForms = { code: /^E\d{6}$/, requestId: /^[\da-f]{16}-[A-Z]{3}$/i };

/** Documented refusals, from Descope's documentation and its clients' sources, with their meaning here. */
const meanings = {
  E011001: 'invalid',
  E011002: 'invalid',
  E011003: 'invalid',
  E011004: 'invalid',
  E112102: 'not-found',
  E062107: 'conflict',
  // USER_UPDATE_CONFLICT in the official Java client.
  E111127: 'conflict',
  E130429: 'rate-limited',
} as const;

/** True for a documented refusal: nothing was written, whatever the status beside it. */
function isDocumented(code: string): code is keyof typeof meanings {
  return Object.hasOwn(meanings, code);
}

/** True for a rate limit. */
export function isThrottled(answer: HttpResponse): boolean {
  return answer.status === 429;
}

/** True for a refusal of the management key, or of its rights: the code is not published, so the status decides. */
export function isKeyRefused(answer: HttpResponse): boolean {
  return isRefusalOfKey(answer) && errorFormat.readError(answer, jsonObject(answer.body)) !== undefined;
}

function isRefusalOfKey({ status }: HttpResponse): boolean {
  return status === 401 || status === 403;
}

/** Descope's error body is `{errorCode, errorDescription, errorMessage?}`. Its codes name no field. */
export const errorFormat: ErrorFormat = {
  readError: createErrorReader(safeForms, 'E130429', ({ errorCode }, headers) => [
    errorCode,
    headers['cf-ray'],
  ]),
  isDocumented,
  missing: new Set(['E112102']),
  toPatchError: (error, answer, step) => toPatchError(error, answer, step ? stepPath(step) : []),
};

function toPatchError(
  { code, safeDetails }: ProviderError,
  answer: HttpResponse,
  path: InputPath,
): PatchError {
  if (isRefusalOfKey(answer)) {
    const message =
      'Descope does not accept the credentials of this directory, or they lack the right to do this.';
    return { code: 'PROVIDER_AUTH', message, path, ...safeDetails };
  }
  const meaning = isDocumented(code) ? meanings[code] : undefined;
  switch (meaning) {
    case 'invalid':
      return invalidInput(
        `Descope refused the patch as invalid (${code}): check its values, and that no other user signs in by them.`,
        path,
      );
    case 'not-found':
      return { code: 'USER_NOT_FOUND', message: 'The directory has no such user.', path: ['user'] };
    case 'conflict':
      return { code: 'CONFLICT', message: 'Another user has this value already.', path };
    case 'rate-limited':
      return rateLimited(path, answer);
    case undefined:
      return { code: 'PROVIDER_REFUSED', message: 'Descope refused the request.', path, ...safeDetails };
    default:
      return meaning satisfies never;
  }
}

/**
 * The error for one user of a batch that was not written. `failure` is free text that no page describes: where it
 * contains one of Descope's codes, the code decides.
 */
export function toUserError(failure: string, answer: HttpResponse, step: Step): PatchError {
  const code = /(?<![A-Za-z0-9])E\d{6}(?![A-Za-z0-9])/.exec(failure)?.[0] ?? '';
  return toPatchError(providerError(code, answer.headers['cf-ray'], safeForms), answer, stepPath(step));
}

/** True for a refusal of a whole batch: of our credentials, or by the rate limit. */
export function isAboutWholeBatch({ code }: ProviderError, answer: HttpResponse): boolean {
  return isRefusalOfKey(answer) || answer.status === 429 || code === 'E130429';
}

/** The error for each user of a batch that was refused as a whole, for a reason that names none of them. */
export function batchRefused({ safeDetails }: ProviderError, step: Step): PatchError {
  const message =
    'Descope refused this patch together with others that were sent with it, and does not say for which of them.';
  return { code: 'PROVIDER_REFUSED', message, path: stepPath(step), ...safeDetails };
}
