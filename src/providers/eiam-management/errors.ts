import type { HttpResponse } from '../../upstream/client.ts';
import { createErrorFormat } from '../eiam-shared/errors.ts';
import { isRefusal } from '../response.ts';

const credentials = 'The provider does not accept the access key of this directory.';
const clock = 'The provider does not accept the time of the signature: this machine’s clock may be off.';
const rights = 'The access key of this directory lacks the right to do this.';

/** Codes, and the beginnings of codes, that refuse the access key, its signature or its security token. */
const keyRefused: readonly string[] = [
  ...['InvalidAccessKeyId', 'InvalidSecurityToken', 'MissingSecurityToken'],
  ...['IncompleteSignature', 'SignatureDoesNotMatch'],
];

/** The error body is `{RequestId, HostId, Code, Message, Recommend}`; Message may echo the request. */
export const errorFormat = createErrorFormat(
  {
    ...Object.fromEntries(keyRefused.map((code) => [code, ['PROVIDER_AUTH', credentials] as const])),
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

/** True for a refusal of the key: `InvalidSecurityToken.Expired` where a temporary one has ended. */
export function isKeyRefused(answer: HttpResponse): boolean {
  const { code = '' } = (isRefusal(answer) && errorFormat.readError(answer)) || {};
  return keyRefused.includes(code.replace(/\..*/s, ''));
}

/** True where the time of the signature was refused: more than 15 minutes from the provider's clock. */
export function isClockRefused(answer: HttpResponse): boolean {
  return isRefusal(answer) && errorFormat.readError(answer)?.code === 'InvalidTimeStamp.Expired';
}
