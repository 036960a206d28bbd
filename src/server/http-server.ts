import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorResponse, type HttpResponse } from './response.ts';
import { securityHeaders } from './security-headers.ts';

/** How long a client may take, and how much it may say before its body. Our own choices. */
const bounds = {
  /** Milliseconds for the request line and the headers, counted from the connection's first moment. */
  headersTimeout: 8_000,
  /** Milliseconds for all of a request, its body included. */
  requestTimeout: 10_000,
  /** Milliseconds between two looks for clients that take longer. */
  connectionsCheckingInterval: 1_000,
  /** Above the 60 s of common load balancers, which else may send on a connection that closes at that moment. */
  keepAliveTimeout: 65_000,
  /** Bytes of a request line and headers: Node's own default, said here because it is relied on. */
  maxHeaderSize: 16 * 1024,
} as const;

/** Node would answer a request without a Host itself, and without the headers that every answer has. */
const serverOptions = { ...bounds, requireHostHeader: false } as const;

/**
 * Milliseconds between two looks for clients that do not take their answer: one who was there the last time, too, is
 * let go. Node waits for them without end, and keeps the answer. What the system's own buffers take counts as taken.
 * Our own choice.
 */
const takingMs = 60_000;

/** Milliseconds between two looks for idle connections while the process leaves. */
const sweepMs = 20;

/** Milliseconds for which a connection with an unreadable request stays, so that its client can read why. */
const lingerMs = 500;

/** A listening server. */
export interface HttpServer {
  /** `http://<host>:<port>`, with the port that was really taken. */
  readonly url: string;
  /** From now on a connection ends with the answer to the last request that came by it. */
  leave(): void;
  /** Takes no more connections. Resolves when every answer is given and the last connection is closed. */
  close(): Promise<void>;
}

/** What a server needs. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Answers a request. Where it throws, the answer is a 500 that says nothing, and the error is logged. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => HttpResponse | Promise<HttpResponse>;
  readonly log: Logger;
}

/** Listens. Rejects where the address cannot be had. */
export async function listen({ host, port, answer, log }: HttpServerOptions): Promise<HttpServer> {
  const everywhere = securityHeaders(host);
  const unanswered = new Set<ServerResponse>();
  /** The newest of each connection: a client may send requests before it has the answers of those before. */
  const newest = new WeakMap<Duplex, ServerResponse>();
  /** Those after which nothing more is read: one kept alive would keep a process alive that wants to leave. */
  const last = new WeakSet<ServerResponse>();
  /** Connections of which an answer said that it is the last: https://www.rfc-editor.org/rfc/rfc9112#section-9.6 */
  const closing = new WeakSet<Duplex>();
  const ending = new WeakSet<Duplex>();
  let leaving = false;

  function begin(response: ServerResponse): void {
    unanswered.add(response);
    newest.set(response.req.socket, response);
    response.once('close', () => unanswered.delete(response));
    // Of an upgrade that is not made Node throws away whatever it read after the request: nothing may follow.
    if (leaving || response.req.headers.upgrade !== undefined) last.add(response);
  }

  const server = createServer(serverOptions, async (request, response) => {
    // Whoever was told that nothing more is answered may send it elsewhere.
    if (closing.has(request.socket)) return;
    begin(response);
    let given: HttpResponse;
    try {
      given = await answer(request, response);
    } catch (err) {
      if (response.destroyed) return;
      log.error({ event: 'bug', err });
      given = errorResponse(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.');
    }
    // A body that came together with its headers is whole a moment later.
    if (!request.complete) await setImmediate();
    // The rest of one that nobody wants to read would be read before the next request.
    if (!request.complete) last.add(response);
    send(response, given);
  });

  function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
    if (response.destroyed || response.writableEnded) return;
    const { connection, ...others } = headers;
    const closes = (last.has(response) || connection === 'close') && endsConnection(response);
    response.writeHead(status, {
      ...everywhere,
      ...others,
      // Of a 304 it would be the length of the page that is not sent again.
      ...(status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...(closes ? { connection: 'close' } : {}),
    });
    response.end(body);
  }

  /**
   * Whether the connection may end with this answer. Where another request has come since, it is that one's answer
   * that it ends with: what was begun is not to be left without one.
   */
  function endsConnection(response: ServerResponse): boolean {
    const { socket } = response.req;
    const after = newest.get(socket) ?? response;
    if (after !== response && !after.headersSent) {
      last.add(after);
      return false;
    }
    closing.add(socket);
    if (after !== response) after.once('finish', () => endSoon(socket));
    return after === response;
  }

  // Node drops headers above this count without a word. Their size bounds them already.
  server.maxHeadersCount = 0;
  server.on('checkExpectation', (request, response) => {
    if (closing.has(request.socket)) return;
    begin(response);
    send(response, errorResponse(417, 'BAD_REQUEST', 'Expect takes 100-continue only.'));
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {});
    socket.resume();
    sendRaw(socket, errorResponse(405, 'METHOD_NOT_ALLOWED', 'Use POST.', { allow: 'GET, POST' }));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // All that comes after what could not be read is an error again.
    if (ending.has(socket)) return;
    ending.add(socket);
    const pending = [...unanswered].filter(({ req }) => req.socket === socket);
    const readable = pending.findLast(({ req }) => req.complete);
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
    } else if (readable) {
      // What cannot be read came after a request that could: its answer is not to be taken for another's.
      readable.once('finish', () => endSoon(socket));
    } else if (pending.some(({ headersSent }) => headersSent)) {
      socket.destroy();
    } else {
      sendRaw(socket, unreadable(error.code));
    }
  });

  function sendRaw(socket: Duplex, { status, headers, body }: HttpResponse): void {
    const all = [
      ...Object.entries({ ...everywhere, ...headers }),
      ['content-length', String(Buffer.byteLength(body))],
      ['connection', 'close'],
    ];
    const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
    endSoon(socket);
  }

  /** Answers that were on their way to a client when it was last looked. */
  let onTheirWay: readonly ServerResponse[] = [];
  const letSlowGo = () => {
    for (const response of onTheirWay) if (unanswered.has(response)) response.req.socket.destroy();
    // One that has no socket yet waits for the answer to the request before it.
    onTheirWay = [...unanswered].filter(({ writableEnded, socket }) => writableEnded && socket);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const looking = setInterval(letSlowGo, takingMs).unref();
  const { family, address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    leave() {
      leaving = true;
      for (const response of unanswered) last.add(response);
    },
    async close() {
      const lastCall = performance.now() + bounds.requestTimeout;
      const closeIdle = server.closeIdleConnections.bind(server);
      // Node, which does so itself as it closes, takes for idle what still has a given answer to bring to its client.
      server.closeIdleConnections = () => {
        const late = performance.now() > lastCall;
        if (late || ![...unanswered].some(({ writableEnded }) => writableEnded)) closeIdle();
      };
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const sweep = () => {
        // A connection is idle only some time after its last answer, and nothing says when.
        server.closeIdleConnections();
        // Node looks for slow clients no more once it is closed.
        const late = performance.now() > lastCall;
        if (late && ![...unanswered].some(({ req }) => req.complete)) server.closeAllConnections();
      };
      const sweeping = setInterval(sweep, sweepMs);
      await closed;
      clearInterval(sweeping);
      clearInterval(looking);
    },
  };
}

/** Lets go of a connection a moment after its last answer: at once, a client that still sends would not see it. */
function endSoon(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** What a client is told of a request that cannot be read. Codes: Node's own, and those of its parser, llhttp. */
function unreadable(code: string | undefined): HttpResponse {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return errorResponse(431, 'BAD_REQUEST', 'The request line and the headers are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return errorResponse(408, 'BAD_REQUEST', 'The request took too long to arrive.');
    default:
      return errorResponse(400, 'BAD_REQUEST', 'This is no HTTP request that can be read.');
  }
}
