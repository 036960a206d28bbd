import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { AnswerRoom } from './answer-room.ts';
import type { Budget } from './budget.ts';
import {
  type CallOptions,
  type HttpClient,
  type HttpRequest,
  type SendResult,
  sendDeadline,
  tooLate,
} from './client.ts';

/** Bounds of an HTTP client. */
export interface HttpClientSettings {
  /** Maximum number of sockets to the origin. */
  readonly connections: number;
  /** Timeout of connecting (ms), TLS included. */
  readonly connectTimeoutMs: number;
  /** Maximum size of a response body (bytes); a longer one counts as no answer. */
  readonly answerBytes: number;
  /** For the bytes of answers to reads under way, of which this client is one owner. */
  readonly answerBudget?: Budget;
}

/** A client that reports when it has released a request. */
interface PooledClient extends HttpClient {
  /**
   * undici cannot cancel a queued request, so an expired one may go on waiting for a connection. With `onTooLate`,
   * that is called at the send deadline, and the promise resolves when undici has released the request.
   */
  send(request: HttpRequest, time: CallOptions, onTooLate?: () => void): Promise<SendResult>;
}

/** Creates a client for `origin` (`https://host[:port]`) with a bounded pool of keep-alive connections. */
export function createHttpClient(origin: string, settings: HttpClientSettings): PooledClient {
  const pool = new Pool(origin, {
    connections: settings.connections,
    pipelining: 1,
    connect: settledConnector(settings.connectTimeoutMs),
    // Over HTTP/2 undici resends the request of a refused stream by itself.
    allowH2: false,
    // Only our own deadline counts; undici's timers are too coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send(request, time, onTooLate) {
      const { deadline } = time;
      const sendBy = sendDeadline(time);
      if (sendBy.isExpired()) return Promise.resolve(tooLate);
      return new Promise((resolve) => {
        // What others wait for, and the answer to a write, which says what was done, are never cut off.
        const isBounded = request.purpose?.isRead && time.priority !== 'urgent';
        const room =
          isBounded && settings.answerBudget ? new AnswerRoom(settings.answerBudget, pool) : undefined;
        const receiver = new Receiver(settings.answerBytes, room, (result) => {
          cancelTimer();
          room?.leave();
          resolve(result);
        });
        let cancelTimer = sendBy.onExpiry(() => {
          if (!receiver.hasLeft) {
            // If it still waits for a connection, it is not written when it gets one.
            receiver.isCancelled = true;
            if (onTooLate) onTooLate();
            else resolve(tooLate);
          } else if (deadline.isExpired()) receiver.timeOut();
          else cancelTimer = deadline.onExpiry(() => receiver.timeOut());
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
 * Receives one response. undici calls onRequestStart once the socket is connected, and writes the request in the same
 * turn unless it is aborted (lib/dispatcher/client-h1.js, writeH1): from then on it has left.
 */
class Receiver implements Dispatcher.DispatchHandler {
  hasLeft = false;
  /** Set at the send deadline: then it must not leave. */
  isCancelled = false;
  readonly #maxBytes: number;
  readonly #room: AnswerRoom | undefined;
  readonly #end: (result: SendResult) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #chunks: Buffer[] = [];
  #size = 0;
  #timedOut = false;
  #isAborted = false;

  constructor(maxBytes: number, room: AnswerRoom | undefined, end: (result: SendResult) => void) {
    this.#maxBytes = maxBytes;
    this.#room = room;
    this.#end = end;
  }

  /** Ends the wait for the response: the deadline has expired. */
  timeOut(): void {
    this.#timedOut = true;
    this.#controller?.abort(new Error('The deadline has expired.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isCancelled) {
      this.#isAborted = true;
      controller.abort(new Error('The send deadline has expired.'));
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
    // A 1xx response is overwritten by the final one.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#keep(chunk)) controller.abort(new Error('The response is longer than the limit.'));
  }

  onResponseEnd(): void {
    const { 'content-encoding': coding = '', ...headers } = flat(this.#headers);
    const compressed = this.#takeBody();
    const createDecompressor = decompressors.get(coding.trim().toLowerCase());
    const answer = (body: Buffer) =>
      this.#end({ kind: 'answered', status: this.#status, headers, body: body.toString('utf8') });
    if (!createDecompressor || compressed.length === 0) {
      answer(compressed);
      return;
    }
    const decompressor = createDecompressor();
    decompressor.on('data', (chunk: Buffer) => {
      if (!this.#keep(chunk)) decompressor.destroy(new Error('The response is longer than the limit.'));
    });
    decompressor.once('end', () => answer(this.#takeBody()));
    decompressor.once('error', () => this.#endWithoutAnswer());
    decompressor.end(compressed);
  }

  /** False, and nothing is kept, if the answer is longer than it may be. */
  #keep(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes || this.#room?.has(this.#size) === false) return false;
    this.#chunks.push(chunk);
    return true;
  }

  /** What was kept. */
  #takeBody(): Buffer {
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    return body;
  }

  #endWithoutAnswer(): void {
    const isCutOff = this.#room?.isTooSmall ?? false;
    this.#end({ kind: 'no-answer', waited: this.#timedOut, isCutOff });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const reason = isTlsError(error) ? 'untrusted' : 'unreachable';
    const notSent = this.#isAborted ? tooLate : ({ kind: 'not-sent', reason } as const);
    if (this.hasLeft) this.#endWithoutAnswer();
    else this.#end(notSent);
  }
}

/** By content coding (RFC 9110, 8.4.1): a proxy may compress although `identity` was asked for. */
const decompressors: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Milliseconds for which a plain connection must last before a request is written to it. */
const settleMs = 15;

/**
 * A connection that is reset right after accept must be detected before a request leaves on it. The TLS handshake does
 * so; a plain connection, which exists on loopback only, is observed for a moment.
 */
function settledConnector(timeout: number): buildConnector.connector {
  // The pool's allowH2 does not apply to a custom connector.
  const connect = buildConnector({ timeout, allowH2: false });
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      if (options.protocol === 'https:') return callback(null, socket);
      setTimeout(() => {
        if (socket.destroyed || socket.readableEnded)
          callback(new Error('The connection was closed right after accept.'), null);
        else callback(null, socket);
      }, settleMs);
    });
}

/** True for OpenSSL's and Node's codes of an untrusted certificate or a failed handshake. */
function isTlsError(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return /CERT|^ERR_(SSL|TLS)|^UNABLE_TO_|SELF_SIGNED|^EPROTO$|HOSTNAME_MISMATCH/.test(code);
}

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name] = first;
  }
  return values;
}
