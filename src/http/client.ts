import { type Dispatcher, Pool } from 'undici';

/** One request below a client's origin. `path` starts with `/` and is already percent-encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole answer. Header names are in lower case; a header that came more than once has its first value. */
export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What became of one request. Whether it left decides what may be said of a write, not the name of an error:
 * `not-sent`: no byte of it left, so nothing can have come of it;
 * `no-answer`: it left and no whole answer came back, so anything can have come of it.
 */
export type HttpExchange =
  | { readonly kind: 'not-sent'; readonly reason: 'unreachable' | 'deadline' }
  | { readonly kind: 'no-answer' }
  | HttpAnswer;

/** Sends each request once, to one origin. Never follows a redirect, never inflates, never sends again. */
export interface HttpClient {
  /** Answers in every case and throws in none. `signal` is the deadline, not the caller's presence. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange>;
  close(): Promise<void>;
}

/** How an HTTP client is bounded. */
export interface HttpClientSettings {
  /** Sockets to the origin at most. */
  readonly connections: number;
  /** Milliseconds to have a connection within, TLS included. */
  readonly connectTimeoutMs: number;
  /** Bytes of an answer's body at most; a longer one counts as none. */
  readonly answerBytes: number;
}

/** The bounds where nothing else is said. */
const defaultHttpClientSettings: HttpClientSettings = {
  connections: 16,
  connectTimeoutMs: 3_000,
  answerBytes: 8 * 1024 * 1024,
};

/** Makes a client for `origin` (`https://host[:port]`) with a bounded pool of keep-alive connections. */
export function createHttpClient(
  origin: string,
  settings: HttpClientSettings = defaultHttpClientSettings,
): HttpClient {
  const pool = new Pool(origin, {
    connections: settings.connections,
    pipelining: 1,
    connect: { timeout: settings.connectTimeoutMs },
    // The caller's signal is the one deadline; undici's own timers are too coarse to be a second one.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const dispatcher = pool.compose(noteDeparture);

  return {
    async send(request, signal) {
      const departure: Departure = { left: false };
      try {
        signal.throwIfAborted();
        const answer = await dispatcher.request({
          method: request.method,
          path: request.path,
          headers: { ...request.headers, 'accept-encoding': 'identity' },
          body: request.body ?? null,
          signal,
          opaque: departure,
        });
        const body = await readWithin(answer.body, settings.answerBytes);
        return { kind: 'answered', status: answer.statusCode, headers: flat(answer.headers), body };
      } catch {
        if (departure.left) return { kind: 'no-answer' };
        return { kind: 'not-sent', reason: signal.aborted ? 'deadline' : 'unreachable' };
      }
    },
    close: () => pool.destroy(),
  };
}

/** Travels with a request as undici's `opaque`. */
interface Departure {
  left: boolean;
}

/**
 * undici calls onRequestStart with the connected socket in hand, and writes the request in the same turn
 * unless it was aborted (lib/dispatcher/client-h1.js, writeH1): from there on it has left.
 */
const noteDeparture: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const departure = (options as { opaque?: Departure }).opaque;
  return dispatch(options, {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context);
      if (departure && !controller.aborted) departure.left = true;
    },
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });
};

async function readWithin(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new Error('The answer is longer than the limit.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) first[name] = one;
  }
  return first;
}
