import type { CallOptions, HttpClient } from '../../upstream/client.ts';
import { withDeadline } from '../../upstream/deadline.ts';
import { createRetry } from '../../upstream/retry.ts';
import type { Sent } from '../response.ts';
import type { WireRequest } from './encode.ts';
import { authError, errorFormat, isTokenRefused } from './errors.ts';
import type { TokenCache } from './token.ts';

/** The path with names in place of ids. `_` is no id: it stands in the calls that name no user by id. */
function templateOf(path: string): string {
  return `/v2/{instanceId}/{applicationId}${path.replace(/^\/users\/(?!_\/)[^/]+/, '/users/{userId}')}`;
}

/**
 * Makes a function that sends requests below `/v2/{instanceId}/{applicationId}`, once. It sends one again, with a new
 * token, only after an answer that refuses the token itself, which proves that the first request did nothing.
 */
export function createEiamDeveloperClient(base: string, tokens: TokenCache, http: HttpClient) {
  const sendWithRetry = createRetry(errorFormat.isThrottled);
  return async (request: WireRequest, call: CallOptions): Promise<Sent> => {
    const { isRead } = request;
    const purpose = { isRead, template: templateOf(request.path) };
    for (let attempt = 1; ; attempt += 1) {
      const result = await withDeadline(tokens.get(), call.deadline);
      // The deadline passed while a token was requested: the provider did not answer.
      if (result === 'deadline') return { kind: 'not-sent', reason: 'unreachable' };
      if (result.kind === 'refused') return result;
      const headers = {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        authorization: `Bearer ${result.token}`,
      };
      const sent = await sendWithRetry(
        () => http.send({ ...request, path: `${base}${request.path}`, headers, purpose }, call),
        isRead,
        call,
      );
      if (sent.kind !== 'answered' || !isTokenRefused(sent)) return sent;
      tokens.invalidate(result.token);
      if (attempt === 2) return { kind: 'refused', error: authError(sent, isRead ? [] : ['patch']) };
    }
  };
}
