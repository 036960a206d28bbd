import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { jsonObject, type ProviderError, providerError, type ReadGrammar, rateLimited } from '../response.ts';

/** `{errorCode, errorDescription, errorMessage?}`; undefined for a body that is not Descope's own error. */
function readError(answer: HttpResponse): ProviderError | undefined {
  // Looked for in the text first: nearly every answer is a user, and is read as one later.
  const code = answer.body.includes('"errorCode"') ? jsonObject(answer.body)?.errorCode : undefined;
  if (typeof code === 'string' && code !== '') {
    return providerError(code, answer.headers['cf-ray']);
  }
  // The edge answers 429 before the service sees the request, and without the service's body.
  return answer.status === 429 ? providerError('E130429') : undefined;
}

/** The codes that say no, from Descope's documentation and its clients' sources; each with what it means here. */
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

/** True for a code that is documented to say no: then nothing was written, whatever the status beside it. */
function isDocumented(code: string): code is keyof typeof meanings {
  return Object.hasOwn(meanings, code);
}

/** True for an answer that asks for fewer requests. */
export function isThrottled(answer: HttpResponse): boolean {
  return answer.status === 429;
}

/** How Descope says no. */
export const errorGrammar: ReadGrammar = {
  readError,
  isDocumented,
  missing: new Set(['E112102']),
  toReadError: (error, answer) => toPatchError(error, answer, []),
};

/** A refusal in our words. `path`: what of the input it is about; Descope's codes name no field. */
export function toPatchError(error: ProviderError, answer: HttpResponse, path: InputPath): PatchError {
  const { code } = error;
  // The code for a bad management key is published nowhere; the status says it, whatever code stands beside it.
  if (answer.status === 401 || answer.status === 403) {
    return {
      code: 'PROVIDER_AUTH',
      message:
        'Descope does not accept the credentials of this directory, or they lack the right to do this.',
      path,
      ...error.safeDetails,
    };
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
      return {
        code: 'PROVIDER_REFUSED',
        message: 'Descope refused the request.',
        path,
        ...error.safeDetails,
      };
    default:
      return meaning satisfies never;
  }
}

/**
 * Why one user of many was not written, in our words. `failure` is free text that no page describes: where it has
 * one of Descope's codes, it means what the code means.
 */
export function toFailure(failure: string, answer: HttpResponse, path: InputPath): PatchError {
  const code = /(?<![A-Za-z0-9])E\d{6}(?![A-Za-z0-9])/.exec(failure)?.[0] ?? '';
  return toPatchError(providerError(code, answer.headers['cf-ray']), answer, path);
}

/** True for a refusal that is of everybody in a request for many: our credentials', or the rate limit's. */
export function isOfAll({ code }: ProviderError, { status }: HttpResponse): boolean {
  return status === 401 || status === 403 || status === 429 || code === 'E130429';
}

/** That a request for many was refused for what it does not say to be about any one of them. */
export function refusedTogether(error: ProviderError, path: InputPath): PatchError {
  const message =
    'Descope refused this patch together with others that were sent with it, and does not say for which of them.';
  return { code: 'PROVIDER_REFUSED', message, path, ...error.safeDetails };
}
