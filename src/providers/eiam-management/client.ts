import { randomUUID } from 'node:crypto';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import type { WireRequest } from './encode.ts';
import { isThrottled, refusesTime } from './errors.ts';
import { type Credentials, sign } from './sign.ts';
import { apiVersion } from './wire.ts';

/** Sends calls of the RPC API, each signed for itself. */
export interface EiamManagementClient {
  send(request: WireRequest, call: CallOptions): Promise<SendResult>;
}

/** Always POST / with every parameter in the query and no body, as the official client does it. */
export function createEiamManagementClient(
  origin: string,
  credentials: Credentials,
  http: HttpClient,
): EiamManagementClient {
  const { host } = new URL(origin);
  const budget = createRetryBudget();
  // How far the provider's clock is ahead of ours, as far as it has had to tell.
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
      const exchange = await send();
      const theirTime =
        exchange.kind === 'answered' && refusesTime(exchange)
          ? Date.parse(exchange.headers.date ?? '')
          : Number.NaN;
      if (Number.isNaN(theirTime)) return exchange;
      // The refusal proves that nothing was done; signed by the provider's own clock, the call may go once more.
      clockAheadMs = theirTime - Date.now();
      return send();
    },
  };
}
