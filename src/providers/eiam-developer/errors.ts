import { type InputPath, noProviderDetails, type PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { accountError, isAccountCode, isThrottling, safeForms } from '../eiam-shared/errors.ts';
import type { Step } from '../provider.ts';
import { isRefusal, jsonObject, type ProviderError, providerError, type ReadFormat } from '../response.ts';

/**
 * The error body is not published. Two forms are known from neighbouring services: `{Code, Message, RequestId, …}`
 * and `{error, error_description, request_id}`. Undefined for any other body.
 */
export function readError(answer: HttpResponse): ProviderError | undefined {
  const body = jsonObject(answer.body);
  const code = body?.Code ?? body?.error;
  const requestId = body?.RequestId ?? body?.request_id ?? answer.headers['x-acs-request-id'];
  if (typeof code === 'string' && code !== '') {
    return providerError(code, requestId, safeForms);
  }
  // A gateway may answer 429 before the service sees the request, without the service's error body.
  return answer.status === 429 ? providerError('Throttling', undefined, safeForms) : undefined;
}

/** Codes about the application rather than the account, from the metadata of the developer API 2022-02-25. */
const meanings = {
  invalid_token: [
    'PROVIDER_AUTH',
    'The provider does not accept the token that it issued to this directory.',
  ],
  invalid_grant: ['PROVIDER_AUTH', 'The provider does not accept the credentials of this directory.'],
  invalid_client: ['PROVIDER_AUTH', 'The provider does not accept the credentials of this directory.'],
  permission_denied: ['PROVIDER_REFUSED', 'The application of this directory lacks the right to do this.'],
  application_disabled: ['PROVIDER_REFUSED', 'The application of this directory is disabled.'],
  application_api_disabled: ['PROVIDER_REFUSED', 'The API of this directory’s application is disabled.'],
  application_not_found: [
    'PROVIDER_REFUSED',
    'The provider does not know the application of this directory.',
  ],
  instance_not_found: ['PROVIDER_REFUSED', 'The provider does not know the instance of this directory.'],
} as const;

/** True for a documented refusal: nothing was written, whatever the status beside it. */
function isDocumented(code: string): boolean {
  return isMeaning(code) || isAccountCode(code);
}

function isMeaning(code: string): code is keyof typeof meanings {
  return Object.hasOwn(meanings, code);
}

/** True for an answer that refuses the token itself: 400 invalid_token as documented, or any 401. */
export function isTokenRefused(answer: HttpResponse): boolean {
  return answer.status === 401 || (answer.status === 400 && readError(answer)?.code === 'invalid_token');
}

/** The error for a refused token that was just issued, whatever the body. */
export function tokenError(answer: HttpResponse, path: InputPath): PatchError {
  return {
    code: 'PROVIDER_AUTH',
    message: meanings.invalid_token[1],
    path,
    ...(readError(answer)?.safeDetails ?? noProviderDetails),
  };
}

/** How the developer API's errors are read. */
export const errorFormat: ReadFormat = {
  readError,
  isDocumented,
  missing: new Set(['ResourceNotFound.User', 'ResourceNotFound.UserId']),
  toReadError: (error, answer) => toPatchError(error, answer),
};

/** True for a rate limit. */
export function isThrottled(answer: HttpResponse): boolean {
  return isRefusal(answer) && isThrottling(readError(answer)?.code ?? '');
}

/** The error for a refusal. `step`: what was sent, where it was a write. */
export function toPatchError(error: ProviderError, answer: HttpResponse, step?: Step): PatchError {
  if (!isMeaning(error.code)) return accountError(error, answer, step);
  const [code, message] = meanings[error.code];
  return { code, message, path: step ? ['patch'] : [], ...error.safeDetails };
}
