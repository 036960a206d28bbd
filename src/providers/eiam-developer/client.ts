import type { PatchError } from '../../domain/errors.ts';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { withDeadline } from '../../upstream/deadline.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import type { WireRequest } from './encode.ts';
import { isThrottled, isTokenRefused, tokenError } from './errors.ts';
import type { TokenCache } from './token.ts';

/** What became of a request. `no-token`: there was no token that the provider accepts, so nothing was done. */
type DeveloperResult = SendResult | { readonly kind: 'no-token'; readonly error: PatchError };

/** Sends requests below `/v2/{instanceId}/{applicationId}` with the directory's token. */
export interface EiamDeveloperClient {
  send(request: WireRequest, call: CallOptions): Promise<DeveloperResult>;
}

/** The path with names in place of ids. `_` is no id: it stands in the calls that name no user by id. */
function templateOf(path: string): string {
  return `/v2/{instanceId}/{applicationId}${path.replace(/^\/users\/(?!_\/)[^/]+/, '/users/{userId}')}`;
}

/**
 * A request is sent once. It is sent again, with a new token, only after an answer that refuses the token itself,
 * which proves that the first request did nothing.
 */
export function createEiamDeveloperClient(
  base: string,
  tokens: TokenCache,
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
        // The deadline passed while a token was requested: the provider did not answer.
        if (result === 'deadline') return { kind: 'not-sent', reason: 'unreachable' };
        if (result.kind === 'none') return { kind: 'no-token', error: result.error };
        const sent = await sendWith(result.token, request, call);
        if (sent.kind !== 'answered' || !isTokenRefused(sent)) return sent;
        tokens.invalidate(result.token);
        if (attempt === 2)
          return { kind: 'no-token', error: tokenError(sent, request.isRead ? [] : ['patch']) };
      }
    },
  };
}
