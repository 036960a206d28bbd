import { randomUUID } from 'node:crypto';
import type { Secret } from '../../settings/secret.ts';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { createRetry } from '../../upstream/retry.ts';
import { sendWithSecrets } from '../renewed-secrets.ts';
import type { WireRequest } from './encode.ts';
import { errorFormat, isClockRefused, isKeyRefused } from './errors.ts';
import { type Credentials, sign } from './sign.ts';
import { apiVersion } from './wire.ts';

/**
 * Makes a function that sends signed calls of the RPC API: always POST / with every parameter in the query and no body,
 * as the official client sends it. It sends a call again where the key was refused and its files have another.
 */
export function createEiamManagementClient(
  settings: {
    readonly baseUrl: string;
    readonly accessKeyId: Secret;
    readonly accessKeySecret: Secret;
    readonly securityToken?: Secret | undefined;
  },
  http: HttpClient,
) {
  const { accessKeyId, accessKeySecret, securityToken } = settings;
  const secrets = [accessKeyId, accessKeySecret, ...(securityToken ? [securityToken] : [])];
  const { host } = new URL(settings.baseUrl);
  const sendWithRetry = createRetry(errorFormat.isThrottled);
  // By how much the provider's clock is ahead of ours, as its last refusal of our time showed.
  let clockAheadMs = 0;

  function attempt(
    { action, parameters }: WireRequest,
    credentials: Credentials,
    isRead: boolean,
    call: CallOptions,
  ): Promise<SendResult> {
    const date = new Date(Date.now() + clockAheadMs);
    const signed = sign(
      { method: 'POST', host, action, version: apiVersion, query: parameters, date, nonce: randomUUID() },
      credentials,
    );
    const headers = { accept: 'application/json', ...signed.headers };
    const purpose = { isRead, template: '/', action };
    return http.send({ method: 'POST', path: `/?${signed.query}`, headers, purpose }, call);
  }

  return async (request: WireRequest, call: CallOptions): Promise<SendResult> => {
    const isRead = request.action.startsWith('Get') || request.action.startsWith('List');
    const sendInTime = async ([accessKeyId = '', accessKeySecret = '', securityToken]: readonly string[]) => {
      const credentials = { accessKeyId, accessKeySecret, securityToken };
      const send = () => sendWithRetry(() => attempt(request, credentials, isRead, call), isRead, call);
      const sent = await send();
      const providerTime =
        sent.kind === 'answered' && isClockRefused(sent) ? Date.parse(sent.headers.date ?? '') : Number.NaN;
      if (Number.isNaN(providerTime)) return sent;
      // The refusal proves that nothing was done, so the call is signed with the provider's time and sent again.
      clockAheadMs = providerTime - Date.now();
      return send();
    };
    return sendWithSecrets(secrets, sendInTime, isKeyRefused, call);
  };
}
