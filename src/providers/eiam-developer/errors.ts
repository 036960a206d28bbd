import { type InputPath, noProviderDetails, type PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { createErrorFormat } from '../eiam-shared/errors.ts';
import { isRefusal } from '../response.ts';

const credentials = 'The provider does not accept the credentials of this directory.';
const token = 'The provider does not accept the token that it issued to this directory.';

/**
 * The error body is not published. Two forms are known from neighbouring services: `{Code, Message, RequestId, …}`
 * and `{error, error_description, request_id}`; the vendor's core library also reads `code` and `requestId`. The codes
 * are from the metadata of the developer API 2022-02-25.
 */
export const errorFormat = createErrorFormat(
  {
    invalid_token: ['PROVIDER_AUTH', token],
    invalid_grant: ['PROVIDER_AUTH', credentials],
    invalid_client: ['PROVIDER_AUTH', credentials],
    permission_denied: ['PROVIDER_REFUSED', 'The application of this directory lacks the right to do this.'],
    application_disabled: ['PROVIDER_REFUSED', 'The application of this directory is disabled.'],
    application_api_disabled: ['PROVIDER_REFUSED', 'The API of this directory’s application is disabled.'],
    application_not_found: [
      'PROVIDER_REFUSED',
      'The provider does not know the application of this directory.',
    ],
    instance_not_found: ['PROVIDER_REFUSED', 'The provider does not know the instance of this directory.'],
  },
  ['ResourceNotFound.User', 'ResourceNotFound.UserId'],
  ({ Code, code, error, ...ids }, headers) => [
    Code ?? code ?? error,
    ids.RequestId ?? ids.requestId ?? ids.requestid ?? ids.request_id ?? headers['x-acs-request-id'],
  ],
);

/** True for an answer that refuses the token itself: 400 invalid_token as documented, or any 401. */
export function isTokenRefused(answer: HttpResponse): boolean {
  return (
    answer.status === 401 ||
    (answer.status === 400 && errorFormat.readError(answer)?.code === 'invalid_token')
  );
}

/** True for an answer that refuses to give a token: its request changes nothing, so whatever the body. */
export function isSecretRefused(answer: HttpResponse): boolean {
  return isRefusal(answer) && !errorFormat.isThrottled(answer);
}

/** The error for a token request that was refused, or a new token that was, whatever the body. */
export function authError(answer: HttpResponse, path: InputPath, message = token): PatchError {
  const details = errorFormat.readError(answer)?.safeDetails ?? noProviderDetails;
  return { code: 'PROVIDER_AUTH', message, path, ...details };
}
