import type { HttpResponse } from '../../upstream/client.ts';
import { createErrorFormat } from '../eiam-shared/errors.ts';
import { isRefusal } from '../response.ts';

const credentials = 'The provider does not accept the access key of this directory.';
const clock = 'The provider does not accept the time of the signature: this machine’s clock may be off.';
const rights = 'The access key of this directory lacks the right to do this.';

/** The error body is `{RequestId, HostId, Code, Message, Recommend}`; Message may echo the request. */
export const errorFormat = createErrorFormat(
  {
    InvalidAccessKeyId: ['PROVIDER_AUTH', credentials],
    InvalidSecurityToken: ['PROVIDER_AUTH', credentials],
    MissingSecurityToken: ['PROVIDER_AUTH', credentials],
    IncompleteSignature: ['PROVIDER_AUTH', credentials],
    SignatureDoesNotMatch: ['PROVIDER_AUTH', credentials],
    InvalidTimeStamp: ['PROVIDER_AUTH', clock],
    SignatureNonceUsed: ['PROVIDER_AUTH', 'The provider has seen the signature of this request before.'],
    'Forbidden.RAM': ['PROVIDER_REFUSED', rights],
    NoPermission: ['PROVIDER_REFUSED', rights],
    'ResourceNotFound.Instance': [
      'PROVIDER_REFUSED',
      'The provider does not know the instance of this directory.',
    ],
  },
  ['ResourceNotFound.User'],
  ({ Code, code, RequestId, requestId, requestid }) => [Code ?? code, RequestId ?? requestId ?? requestid],
);

/** True where the time of the signature was refused: more than 15 minutes from the provider's clock. */
export function isClockRefused(answer: HttpResponse): boolean {
  return isRefusal(answer) && errorFormat.readError(answer)?.code === 'InvalidTimeStamp.Expired';
}
