import { randomUUID } from 'node:crypto';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import type { WireRequest } from './encode.ts';
import { isClockRefused, isThrottled } from './errors.ts';
import { type Credentials, sign } from './sign.ts';
import { apiVersion } from './wire.ts';

/** Sends signed calls of the RPC API. */
export interface EiamManagementClient {
  send(request: WireRequest, call: CallOptions): Promise<SendResult>;
}

/** Always POST / with every parameter in the query and no body, as the official client sends it. */
export function createEiamManagementClient(
  origin: string,
  credentials: Credentials,
  http: HttpClient,
): EiamManagementClient {
  const { host } = new URL(origin);
  const budget = createRetryBudget();
  // By how much the provider's clock is ahead of ours, as its last refusal of our time showed.
  let clockAheadMs = 0;

  function attempt(request: WireRequest, isRead: boolean, call: CallOptions): Promise<SendResult> {
    const { query, headers } = sign(
      {
        method: 'POST',
        host,
        action: request.action,
        version: apiVersion,
        query: request.parameters,
        date: new Date(Date.now() + clockAheadMs),
        nonce: randomUUID(),
      },
      credentials,
    );
    const purpose = { isRead, template: '/', action: request.action };
    return http.send(
      { method: 'POST', path: `/?${query}`, headers: { accept: 'application/json', ...headers }, purpose },
      call,
    );
  }

  return {
    async send(request, call) {
      const isRead = request.action.startsWith('Get') || request.action.startsWith('List');
      const send = () =>
        sendWithRetry(
          () => attempt(request, isRead, call),
          { deadline: call.deadline, isRead, isThrottled },
          budget,
        );
      const sent = await send();
      const providerTime =
        sent.kind === 'answered' && isClockRefused(sent) ? Date.parse(sent.headers.date ?? '') : Number.NaN;
      if (Number.isNaN(providerTime)) return sent;
      // The refusal proves that nothing was done, so the call is signed with the provider's time and sent again.
      clockAheadMs = providerTime - Date.now();
      return send();
    },
  };
}
