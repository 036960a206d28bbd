import { buildConnector, type Dispatcher, Pool } from 'undici';
import {
  type CallOptions,
  type HttpClient,
  type HttpRequest,
  type SendResult,
  sendDeadline,
  tooLate,
} from './client.ts';

/** How an HTTP client is bounded. */
export interface HttpClientSettings {
  /** Sockets to the origin at most. */
  readonly connections: number;
  /** Milliseconds to have a connection within, TLS included. */
  readonly connectTimeoutMs: number;
  /** Bytes of an answer's body at most; a longer one counts as none. */
  readonly answerBytes: number;
}

/** A client that says when it has let go of a request. */
interface PooledClient extends HttpClient {
  /**
   * undici takes nothing back that it was given, so a request for which it is too late may go on waiting for a
   * connection. With `onTooLate` that is who hears that it is too late, and this resolves when undici has let go of it.
   */
  send(request: HttpRequest, time: CallOptions, onTooLate?: () => void): Promise<SendResult>;
}

/** Makes a client for `origin` (`https://host[:port]`) with a bounded pool of keep-alive connections. */
export function createHttpClient(origin: string, settings: HttpClientSettings): PooledClient {
  const pool = new Pool(origin, {
    connections: settings.connections,
    pipelining: 1,
    connect: settledConnector(settings.connectTimeoutMs),
    // Over HTTP/2 undici sends a refused stream's request again by itself.
    allowH2: false,
    // The caller's deadline is the only one; undici's own timers are too coarse to be a second one.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send(request, time, onTooLate) {
      const { deadline } = time;
      const lastCall = sendDeadline(time);
      if (lastCall.isExpired()) return Promise.resolve(tooLate);
      return new Promise((resolve) => {
        const receiver = new Receiver(settings.answerBytes, (result) => {
          takeBack();
          resolve(result);
        });
        let takeBack = lastCall.onExpiry(() => {
          if (!receiver.hasLeft) {
            // One that still waits for a connection is not written when it gets one.
            receiver.isCancelled = true;
            if (onTooLate) onTooLate();
            else resolve(tooLate);
          } else if (deadline.isExpired()) receiver.giveUp();
          else takeBack = deadline.onExpiry(() => receiver.giveUp());
        });
        pool.dispatch(
          {
            method: request.method,
            path: request.path,
            headers: { ...request.headers, 'accept-encoding': 'identity' },
            body: request.body ?? null,
          },
          receiver,
        );
      });
    },
    close: () => pool.destroy(),
  };
}

/**
 * Receives one answer. undici calls onRequestStart with the connected socket in hand, and writes the request in the
 * same turn unless it was aborted (lib/dispatcher/client-h1.js, writeH1): from there on it has left.
 */
class Receiver implements Dispatcher.DispatchHandler {
  hasLeft = false;
  /** Set when nobody waits for it any more: then it must not leave. */
  isCancelled = false;
  readonly #mostBytes: number;
  readonly #end: (result: SendResult) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #waited = false;
  #isTakenBack = false;

  constructor(mostBytes: number, end: (result: SendResult) => void) {
    this.#mostBytes = mostBytes;
    this.#end = end;
  }

  /** The deadline is over. */
  giveUp(): void {
    this.#waited = true;
    this.#controller?.abort(new Error('The deadline is over.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isCancelled) {
      this.#isTakenBack = true;
      controller.abort(new Error('Nobody waits for this request any more.'));
      return;
    }
    this.#controller = controller;
    this.hasLeft = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // Of an answer that only says that another will come, nothing is kept.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#mostBytes) controller.abort(new Error('The answer is longer than the limit.'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const whole = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#size);
    const body = whole.toString('utf8');
    this.#end({ kind: 'answered', status: this.#status, headers: flat(this.#headers), body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const reason = isMistrust(error) ? 'untrusted' : 'unreachable';
    const notSent = this.#isTakenBack ? tooLate : ({ kind: 'not-sent', reason } as const);
    this.#end(this.hasLeft ? { kind: 'no-answer', waited: this.#waited } : notSent);
  }
}

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

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) first[name] = one;
  }
  return first;
}
