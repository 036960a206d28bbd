import { buildConnector, type Dispatcher, Pool } from 'undici';

/** One request below a client's origin. `path` starts with `/` and is already percent-encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it is for, to whoever counts and traces: names alone, no id and no value. */
  readonly purpose?: RequestPurpose;
}

/** What a request is for. */
interface RequestPurpose {
  /** True where it changes nothing, whatever its method. */
  readonly isRead: boolean;
  /** Its path without the query, with a name such as `{userId}` in place of every id. */
  readonly template: string;
  /** What an RPC call does, where a header says it and not the path. */
  readonly action?: string;
}

/** A whole answer. Header names are in lower case; a header that came more than once has its first value. */
export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Why a request did not leave: no connection could be had, the other side could not be trusted (TLS), the time
 * was over, too many were waiting already, or the breaker is open after too many faults.
 */
type NotSentReason = 'unreachable' | 'untrusted' | 'deadline' | 'crowded' | 'broken';

/**
 * What became of one request. Whether it left decides what may be said of a write, not the name of an error:
 * `not-sent`: no byte of it left, so nothing can have come of it;
 * `no-answer`: it left and no whole answer came back, so anything can have come of it; `waited` where it was
 * our own deadline that ended it.
 */
export type HttpExchange =
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason }
  | { readonly kind: 'no-answer'; readonly waited: boolean }
  | HttpAnswer;

/** Sends each request once, to one origin. Never follows a redirect, never inflates, never sends again. */
export interface HttpClient {
  /** Answers in every case and throws in none. */
  send(request: HttpRequest, time: HttpTime): Promise<HttpExchange>;
  close(): Promise<void>;
}

/** The time that a request has. It says nothing of the caller's presence. */
export interface HttpTime {
  /** The deadline: nothing is waited for after it. */
  readonly signal: AbortSignal;
  /**
   * The time by which the request must have left, where that is earlier: one that leaves at the last moment has
   * no time for its answer, and leaves nothing but doubt.
   */
  readonly leaveBy?: AbortSignal;
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

/** Makes a client for `origin` (`https://host[:port]`) with a bounded pool of keep-alive connections. */
export function createHttpClient(origin: string, settings: HttpClientSettings): HttpClient {
  const pool = new Pool(origin, {
    connections: settings.connections,
    pipelining: 1,
    connect: settledConnector(settings.connectTimeoutMs),
    // Over HTTP/2 undici sends a refused stream's request again by itself.
    allowH2: false,
    // The caller's signal is the one deadline; undici's own timers are too coarse to be a second one.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const dispatcher = pool.compose(noteDeparture);

  async function exchange(
    request: HttpRequest,
    signal: AbortSignal,
    departure: Departure,
  ): Promise<HttpExchange> {
    try {
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
    } catch (error) {
      if (departure.left) return { kind: 'no-answer', waited: signal.aborted };
      return {
        kind: 'not-sent',
        reason: signal.aborted ? 'deadline' : isMistrust(error) ? 'untrusted' : 'unreachable',
      };
    }
  }

  return {
    async send(request, time) {
      const departure: Departure = { left: false, cancelled: false };
      const sending = () => exchange(request, time.signal, departure);
      const result = await unlessTooLate(time, () => departure.left, sending);
      // One that still waits for a connection is not written when it gets one.
      departure.cancelled = true;
      return result;
    },
    close: () => pool.destroy(),
  };
}

/**
 * What `send` comes to; `not-sent` as soon as it is too late to leave while nothing has left. Then `send` must
 * see to it that nothing leaves any more.
 */
export async function unlessTooLate(
  { signal, leaveBy = signal }: HttpTime,
  hasLeft: () => boolean,
  send: () => Promise<HttpExchange>,
): Promise<HttpExchange> {
  const tooLate = { kind: 'not-sent', reason: 'deadline' } as const;
  if (signal.aborted || leaveBy.aborted) return tooLate;
  const { promise: over, resolve } = Promise.withResolvers<HttpExchange>();
  const stop = () => {
    if (!hasLeft()) resolve(tooLate);
  };
  leaveBy.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([send(), over]);
  } finally {
    leaveBy.removeEventListener('abort', stop);
  }
}

/** Travels with a request as undici's `opaque`. */
interface Departure {
  left: boolean;
  /** Set when nobody waits for it any more: then it must not leave. */
  cancelled: boolean;
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
      if (departure?.cancelled) controller.abort(new Error('Nobody waits for this request any more.'));
      if (departure && !controller.aborted) departure.left = true;
    },
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });
};

/** Milliseconds that a plain connection must have lasted before a request is written to it. */
const settleMs = 15;

/**
 * A connection that is reset as soon as it is accepted must be noticed before a request leaves on it. With TLS
 * the handshake sees to that; a plain one, which exists on loopback only, is watched for a moment.
 */
function settledConnector(timeout: number): buildConnector.connector {
  // HTTP/2 is not even offered: see allowH2 above, which does not reach a connector of one's own.
  const connect = buildConnector({ timeout, allowH2: false });
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      if (options.protocol === 'https:') return callback(null, socket);
      setTimeout(() => {
        if (socket.destroyed || socket.readableEnded)
          callback(new Error('The connection was closed at once.'), null);
        else callback(null, socket);
      }, settleMs);
    });
}

/** OpenSSL's and Node's words for a certificate or a handshake that cannot be trusted. */
function isMistrust(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return /CERT|^ERR_(SSL|TLS)|^UNABLE_TO_|SELF_SIGNED|^EPROTO$|HOSTNAME_MISMATCH/.test(code);
}

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
