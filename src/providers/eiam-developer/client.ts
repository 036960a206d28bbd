import type { PatchError } from '../../domain/errors.ts';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { withDeadline } from '../../upstream/deadline.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import type { WireRequest } from './encode.ts';
import { isThrottled, refusesToken, tokenRefused } from './errors.ts';
import type { TokenKeeper } from './token.ts';

/** What became of a request; `no-token`: there was none that the provider takes, so nothing was done. */
type DeveloperExchange = SendResult | { readonly kind: 'no-token'; readonly error: PatchError };

/** Sends requests below `/v2/{instanceId}/{applicationId}` with the directory's token. */
export interface EiamDeveloperClient {
  send(request: WireRequest, call: CallOptions): Promise<DeveloperExchange>;
}

/** The path with names in place of ids. `_` is nobody's: it stands where the API asks about no user by id. */
function templateOf(path: string): string {
  return `/v2/{instanceId}/{applicationId}${path.replace(/^\/users\/(?!_\/)[^/]+/, '/users/{userId}')}`;
}

/**
 * A request is sent once; a second time, with a new token, only where the answer refuses the token itself,
 * which proves that the first did nothing.
 */
export function createEiamDeveloperClient(
  base: string,
  tokens: TokenKeeper,
  http: HttpClient,
): EiamDeveloperClient {
  const budget = createRetryBudget();

  function sendWith(token: string, request: WireRequest, call: CallOptions): Promise<SendResult> {
    const headers = {
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      authorization: `Bearer ${token}`,
    };
    const purpose = { isRead: request.isRead, template: templateOf(request.path) };
    return sendWithRetry(
      () => http.send({ ...request, path: `${base}${request.path}`, headers, purpose }, call),
      { deadline: call.deadline, isRead: request.isRead, isThrottled },
      budget,
    );
  }

  return {
    async send(request, call) {
      for (let attempt = 1; ; attempt += 1) {
        const result = await withDeadline(tokens.get(), call.deadline);
        // Time was over while a token was asked for: it is the provider that did not answer.
        if (result === 'deadline') return { kind: 'not-sent', reason: 'unreachable' };
        if (result.kind === 'none') return { kind: 'no-token', error: result.error };
        const exchange = await sendWith(result.token, request, call);
        if (exchange.kind !== 'answered' || !refusesToken(exchange)) return exchange;
        tokens.refused(result.token);
        if (attempt === 2)
          return { kind: 'no-token', error: tokenRefused(exchange, request.isRead ? [] : ['patch']) };
      }
    },
  };
}
