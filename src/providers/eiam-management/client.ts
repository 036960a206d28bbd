import { randomUUID } from 'node:crypto';
import type { HttpClient, HttpExchange } from '../../http/client.ts';
import type { Call } from '../provider.ts';
import type { WireRequest } from './encode.ts';
import { type Credentials, sign } from './sign.ts';
import { apiVersion } from './wire.ts';

/** Sends calls of the RPC API, each signed for itself. */
export interface EiamManagementClient {
  send(request: WireRequest, call: Call): Promise<HttpExchange>;
}

/** Always POST / with every parameter in the query and no body, as the official client does it. */
export function createEiamManagementClient(
  origin: string,
  credentials: Credentials,
  http: HttpClient,
): EiamManagementClient {
  const { host } = new URL(origin);
  return {
    async send(request, { signal }) {
      const { query, headers } = sign(
        {
          method: 'POST',
          host,
          action: request.action,
          version: apiVersion,
          query: request.parameters,
          date: new Date(),
          nonce: randomUUID(),
        },
        credentials,
      );
      return http.send(
        { method: 'POST', path: `/?${query}`, headers: { accept: 'application/json', ...headers } },
        signal,
      );
    },
  };
}
