import type { PatchError } from '../../domain/errors.ts';
import type { Secret } from '../../settings/secret.ts';
import type { HttpClient, HttpRequest } from '../../upstream/client.ts';
import { createDeadline } from '../../upstream/deadline.ts';
import { createRetry } from '../../upstream/retry.ts';
import { sendWithSecrets } from '../renewed-secrets.ts';
import { jsonObject, unreachable } from '../response.ts';
import { authError, errorFormat, isSecretRefused } from './errors.ts';
import { tokenAnswer } from './wire.ts';

/** A token, or the reason why there is none. */
type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly error: PatchError };

/** A failed request for a token; `secret`: the one that was refused, where that was the reason. */
interface Failure {
  readonly result: TokenResult;
  readonly until: number;
  readonly secret: string | undefined;
}

/** The access token of a directory. */
export type TokenCache = ReturnType<typeof createTokenCache>;

/** The share of its lifetime after which a token is renewed, so that none expires in flight. */
const renewAfterShare = 0.8;

/** Milliseconds for a token request: not a caller's deadline, because every waiting caller shares the request. */
const tokenDeadlineMs = 5_000;

/** Milliseconds after a failed token request in which no other is sent: callers get the same failure. */
const retryTokenAfterMs = 1_000;

const noToken = 'The provider issued no token for this directory: its credentials may be wrong.';

/** POST /oauth2/token with a form body, as the published page has it; never a URL with the secret. */
export function createTokenCache(
  settings: { readonly base: string; readonly applicationId: string; readonly clientSecret: Secret },
  http: HttpClient,
) {
  const sendWithRetry = createRetry(errorFormat.isThrottled);
  // Times by performance.now(), which is never set back.
  let cached: { readonly token: string; readonly renewAt: number } | undefined;
  let failed: Failure | undefined;
  let pending: Promise<TokenResult> | undefined;

  async function requestToken(): Promise<TokenResult> {
    let clientSecret = '';
    const request = (): HttpRequest => ({
      method: 'POST',
      path: `${settings.base}/oauth2/token`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: settings.applicationId,
        client_secret: clientSecret,
      }).toString(),
      purpose: { isRead: true, template: '/v2/{instanceId}/{applicationId}/oauth2/token' },
    });
    // Every other request waits for it.
    const time = { deadline: createDeadline(tokenDeadlineMs), priority: 'urgent' as const };
    const sent = await sendWithSecrets(
      [settings.clientSecret],
      ([value = '']) => {
        clientSecret = value;
        return sendWithRetry(() => http.send(request(), time), true, time);
      },
      isSecretRefused,
      time,
    );
    if (sent.kind !== 'answered') return fail(unreachable(sent, []), undefined);
    const { data } = tokenAnswer.safeParse(sent.status === 200 ? jsonObject(sent.body) : undefined);
    if (!data) return fail(authError(sent, [], noToken), isSecretRefused(sent) ? clientSecret : undefined);
    cached = {
      token: data.access_token,
      renewAt: performance.now() + data.expires_in * 1000 * renewAfterShare,
    };
    return { kind: 'token', token: cached.token };
  }

  function fail(error: PatchError, secret: string | undefined): TokenResult {
    const result: TokenResult = { kind: 'refused', error };
    failed = { result, secret, until: performance.now() + retryTokenAfterMs };
    return result;
  }

  async function get(): Promise<TokenResult> {
    if (cached && performance.now() < cached.renewAt) return { kind: 'token', token: cached.token };
    const held = failed;
    if (held && performance.now() < held.until) {
      if (held.secret === undefined || !(await settings.clientSecret.renew(held.secret))) return held.result;
      if (failed === held) failed = undefined;
      return get();
    }
    pending ??= requestToken().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    /** The current token. Callers that wait for a new one share one request. */
    get,
    /** Discards a token that the provider refused: the next `get` requests a new one. */
    invalidate(token: string): void {
      if (cached?.token === token) cached = undefined;
    },
  };
}
