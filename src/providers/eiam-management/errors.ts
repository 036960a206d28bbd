import type { PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { accountError, isAccountCode, isThrottling, safeForms } from '../eiam-shared/errors.ts';
import type { Step } from '../provider.ts';
import { isRefusal, jsonObject, type ProviderError, providerError, type ReadFormat } from '../response.ts';

/** `{RequestId, HostId, Code, Message, Recommend}`; undefined for any other body. Message may echo the request. */
export function readError(answer: HttpResponse): ProviderError | undefined {
  const body = jsonObject(answer.body);
  if (typeof body?.Code === 'string' && body.Code !== '') {
    return providerError(body.Code, body.RequestId, safeForms);
  }
  // A gateway may answer 429 before the service sees the request, without the service's error body.
  return answer.status === 429 ? providerError('Throttling', undefined, safeForms) : undefined;
}

const credentials = 'The provider does not accept the access key of this directory.';
const clock = 'The provider does not accept the time of the signature: this machine’s clock may be off.';
const rights = 'The access key of this directory lacks the right to do this.';

/** Codes about the call rather than the account. */
const meanings: Readonly<Record<string, readonly ['PROVIDER_AUTH' | 'PROVIDER_REFUSED', string]>> = {
  'InvalidAccessKeyId.NotFound': ['PROVIDER_AUTH', credentials],
  'InvalidAccessKeyId.Inactive': ['PROVIDER_AUTH', credentials],
  InvalidSecurityToken: ['PROVIDER_AUTH', credentials],
  'InvalidSecurityToken.Expired': ['PROVIDER_AUTH', credentials],
  SignatureDoesNotMatch: ['PROVIDER_AUTH', credentials],
  'InvalidTimeStamp.Expired': ['PROVIDER_AUTH', clock],
  SignatureNonceUsed: ['PROVIDER_AUTH', 'The provider has seen the signature of this request before.'],
  'Forbidden.RAM': ['PROVIDER_REFUSED', rights],
  NoPermission: ['PROVIDER_REFUSED', rights],
  'ResourceNotFound.Instance': [
    'PROVIDER_REFUSED',
    'The provider does not know the instance of this directory.',
  ],
};

/** True for a documented refusal: nothing was written, whatever the status beside it. */
function isDocumented(code: string): boolean {
  return Object.hasOwn(meanings, code) || isAccountCode(code);
}

/** How the management API's errors are read. */
export const errorFormat: ReadFormat = {
  readError,
  isDocumented,
  missing: new Set(['ResourceNotFound.User']),
  toReadError: (error, answer) => toPatchError(error, answer),
};

/** True where the time of the signature was refused: more than 15 minutes from the provider's clock. */
export function isClockRefused(answer: HttpResponse): boolean {
  return isRefusal(answer) && readError(answer)?.code === 'InvalidTimeStamp.Expired';
}

/** True for a rate limit. */
export function isThrottled(answer: HttpResponse): boolean {
  return isRefusal(answer) && isThrottling(readError(answer)?.code ?? '');
}

/** The error for a refusal. `step`: what was sent, where it was a write. */
export function toPatchError(error: ProviderError, answer: HttpResponse, step?: Step): PatchError {
  const meaning = Object.hasOwn(meanings, error.code) ? meanings[error.code] : undefined;
  if (!meaning) return accountError(error, answer, step);
  const [code, message] = meaning;
  return { code, message, path: step ? ['patch'] : [], ...error.safeDetails };
}
