import type { HttpAnswer, HttpClient, HttpExchange } from '../../http/client.ts';
import { createRetryBudget, sendAgain } from '../../http/send-again.ts';
import type { PatchError } from '../../outcome.ts';
import type { Call } from '../provider.ts';
import type { WireRequest } from './encode.ts';
import { isThrottled, refusesToken } from './errors.ts';
import type { TokenKeeper } from './token.ts';

/** What became of a request; `no-token`: there was none to send it with, so it was not sent. */
export type DeveloperExchange = HttpExchange | { readonly kind: 'no-token'; readonly error: PatchError };

/** Sends requests below `/v2/{instanceId}/{applicationId}` with the directory's token. */
export interface EiamDeveloperClient {
  send(request: WireRequest, call: Call): Promise<DeveloperExchange>;
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

  function sendWith(token: string, request: WireRequest, { signal, endsAt }: Call): Promise<HttpExchange> {
    const headers = {
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      authorization: `Bearer ${token}`,
    };
    return sendAgain(
      () => http.send({ ...request, path: `${base}${request.path}`, headers }, signal),
      { endsAt, isRead: request.isRead, isThrottled },
      budget,
    );
  }

  return {
    async send(request, call) {
      let refusal: HttpAnswer | undefined;
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const result = await withDeadline(tokens.get(), call.signal);
        if (result === 'deadline') return refusal ?? { kind: 'not-sent', reason: 'deadline' };
        if (result.kind === 'none') return { kind: 'no-token', error: result.error };
        const exchange = await sendWith(result.token, request, call);
        if (exchange.kind !== 'answered' || !refusesToken(exchange)) return exchange;
        tokens.refused(result.token);
        refusal = exchange;
      }
      return refusal ?? { kind: 'not-sent', reason: 'unreachable' };
    },
  };
}

/** Waits for a token no longer than the call's own deadline; the request for it goes on for the others. */
async function withDeadline<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T | 'deadline'> {
  if (signal.aborted) return 'deadline';
  const { promise: over, resolve } = Promise.withResolvers<'deadline'>();
  const stop = () => resolve('deadline');
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([waiting, over]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
