import { noProviderDetails, type PatchError } from '../../domain/errors.ts';
import type { Secret } from '../../settings/secret.ts';
import type { HttpClient, HttpRequest } from '../../upstream/client.ts';
import { createDeadline } from '../../upstream/deadline.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import { parseJson, unreachable } from '../response.ts';
import { isThrottled, readError } from './errors.ts';
import { tokenAnswer } from './wire.ts';

/** A token, or why there is none. */
type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly error: PatchError };

/** Keeps one access token for a directory. */
export interface TokenKeeper {
  /** The token that is good now. Any number of callers that wait for a new one share one request. */
  get(): Promise<TokenResult>;
  /** Says that the provider refused this token: the next `get` asks for a new one. */
  refused(token: string): void;
}

/** A token is renewed when this share of its life is over, so that none expires on its way. */
const renewAfterShare = 0.8;

/** Milliseconds for a token request. Its own deadline, for it serves every caller that waits. */
const tokenDeadlineMs = 5_000;

/** After a failed token request, the milliseconds in which no further one is sent: callers get the same failure. */
const retryTokenAfterMs = 1_000;

/** POST /oauth2/token, client_credentials, as the form body of the published page; never a URL with the secret. */
export function createTokenKeeper(
  settings: { readonly base: string; readonly applicationId: string; readonly clientSecret: Secret },
  http: HttpClient,
): TokenKeeper {
  const budget = createRetryBudget();
  // Moments by performance.now(), which nobody sets back.
  let held: { readonly token: string; readonly renewAt: number } | undefined;
  let failed: { readonly result: TokenResult; readonly until: number } | undefined;
  let asking: Promise<TokenResult> | undefined;

  async function ask(): Promise<TokenResult> {
    const request: HttpRequest = {
      method: 'POST',
      path: `${settings.base}/oauth2/token`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: settings.applicationId,
        client_secret: settings.clientSecret.reveal(),
      }).toString(),
      purpose: { isRead: true, template: '/v2/{instanceId}/{applicationId}/oauth2/token' },
    };
    // Everything waits for it.
    const time = { deadline: createDeadline(tokenDeadlineMs), priority: 'urgent' as const };
    const rules = { deadline: time.deadline, isRead: true, isThrottled };
    const exchange = await sendWithRetry(() => http.send(request, time), rules, budget);
    if (exchange.kind !== 'answered') return fail(unreachable(exchange, []));
    const answer = exchange.status === 200 ? parseJson(exchange.body, tokenAnswer) : undefined;
    if (!answer) {
      return fail({
        code: 'PROVIDER_AUTH',
        message: 'The provider issued no token for this directory: its credentials may be wrong.',
        path: [],
        ...(readError(exchange)?.safeDetails ?? noProviderDetails),
      });
    }
    held = {
      token: answer.access_token,
      renewAt: performance.now() + answer.expires_in * 1000 * renewAfterShare,
    };
    return { kind: 'token', token: held.token };
  }

  function fail(error: PatchError): TokenResult {
    const result: TokenResult = { kind: 'none', error };
    failed = { result, until: performance.now() + retryTokenAfterMs };
    return result;
  }

  return {
    async get() {
      if (held && performance.now() < held.renewAt) return { kind: 'token', token: held.token };
      if (failed && performance.now() < failed.until) return failed.result;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    refused(token) {
      if (held?.token === token) held = undefined;
    },
  };
}
