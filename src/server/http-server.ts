import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Connection, watchConnection } from './connection.ts';
import { watchEventLoop } from './event-loop.ts';
import { errorResponse, type HttpResponse } from './response.ts';
import { securityHeaders } from './security-headers.ts';
import { fewClients, type ServerLimits } from './server-limits.ts';
import { createUnanswered } from './unanswered.ts';

/** Limits for slow clients and long headers. Our own choices. */
const bounds = {
  /** Milliseconds for the request line and the headers, counted from the start of the connection. */
  headersTimeout: 8_000,
  /** Milliseconds for the whole request, with its body. */
  requestTimeout: 10_000,
  /** Milliseconds between two checks for clients that take longer. */
  connectionsCheckingInterval: 1_000,
  /** Above the 60 s of common load balancers, which could otherwise send a request while the connection closes. */
  keepAliveTimeout: 65_000,
  /** Bytes of the request line and the headers. Node's default, set because idpatch relies on it. */
  maxHeaderSize: 16 * 1024,
} as const;

/** Node would answer a request without Host itself, without the security headers. */
const serverOptions = { ...bounds, requireHostHeader: false } as const;

/** Milliseconds between two checks for idle connections during the shutdown. */
const sweepMs = 20;

/** Milliseconds for which a connection stays open after its last response, so that the client can read it. */
const lingerMs = 500;

export interface HttpServer {
  /** `http://<host>:<port>`, with the actual port. */
  readonly url: string;
  /** From now on each connection ends with the response to its last request. */
  drain(): void;
  /** Accepts no more connections. Resolves when every response is sent and the last connection is closed. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Handles a request. If it throws, the response is a 500 without details, and the error is logged. */
  readonly handle: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => HttpResponse | Promise<HttpResponse>;
  readonly log: Logger;
  /** Left out: those of a listener for a few clients. */
  readonly limits?: ServerLimits;
  /** Called for each connection or response that a limit has cut off. */
  readonly onCutOff?: ((reason: 'connections' | 'unread_response') => void) | undefined;
}

/** Rejects if the address is not available. */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, handle, log, limits = fewClients, onCutOff } = options;
  const commonHeaders = securityHeaders(host);
  const unanswered = createUnanswered(limits.unreadResponseBytes, () => onCutOff?.('unread_response'));
  const connections = new Map<Duplex, Connection>();
  /** Responses that end their connection. */
  const last = new WeakSet<ServerResponse>();
  /** Connections on which a response with `connection: close` was sent: https://www.rfc-editor.org/rfc/rfc9112#section-9.6 */
  const closing = new WeakSet<Duplex>();
  const ending = new WeakSet<Duplex>();
  let draining = false;

  function begin(response: ServerResponse): void {
    unanswered.begin(response);
    // Node discards what it has read after a request for an upgrade, so no request may follow.
    if (draining || response.req.headers.upgrade !== undefined) last.add(response);
  }

  const server = createServer(serverOptions, (request, response) => {
    // The client knows that it gets no response any more, and may have sent the request elsewhere.
    if (closing.has(request.socket)) return;
    connections.get(request.socket)?.take(response, () => void answer(request, response));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    begin(response);
    let result: HttpResponse;
    try {
      result = await handle(request, response);
    } catch (err) {
      if (response.destroyed) return;
      log.error({ event: 'bug', err });
      result = errorResponse(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.');
    }
    // A body that arrived together with its headers is complete one turn later.
    if (!request.complete) await setImmediate();
    // The rest of an unwanted body would have to be read before the next request.
    if (!request.complete) last.add(response);
    send(response, result);
  }

  function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
    if (response.destroyed || response.writableEnded) return;
    const { connection, ...others } = headers;
    const closes = (last.has(response) || connection === 'close') && endsConnection(response);
    const length = Buffer.byteLength(body);
    response.writeHead(status, {
      ...commonHeaders,
      ...others,
      // Of a 304 it would be the length of the page that is not sent again.
      ...(status === 204 || status === 304 ? {} : { 'content-length': length }),
      ...(closes ? { connection: 'close' } : {}),
    });
    response.end(body);
    unanswered.end(response, length);
  }

  /**
   * Whether the connection may end with this response. If another request has arrived meanwhile, it ends with the
   * response to that one, as its operation may already run.
   */
  function endsConnection(response: ServerResponse): boolean {
    const { socket } = response.req;
    const connection = connections.get(socket);
    const latest = connection?.newest ?? response;
    if (latest !== response && !latest.headersSent) {
      last.add(latest);
      return false;
    }
    closing.add(socket);
    connection?.dropWaiting();
    if (latest !== response) latest.once('finish', () => endSoon(socket));
    return latest === response;
  }

  server.maxConnections = limits.maxConnections;
  server.on('drop', () => {
    onCutOff?.('connections');
    // The oldest idle connection makes room for the next client.
    for (const [socket, { isIdle }] of connections) if (isIdle) return void socket.destroy();
  });
  server.on('connection', (socket) => {
    const onClose = (underWay: ReadonlySet<ServerResponse>) => {
      connections.delete(socket);
      for (const response of underWay) unanswered.forget(response);
    };
    connections.set(socket, watchConnection(socket, { ...limits, onClose }));
  });
  // Node silently drops headers above this count. Their size is limited already.
  server.maxHeadersCount = 0;
  server.on('checkExpectation', (request, response) => {
    if (closing.has(request.socket)) return;
    connections.get(request.socket)?.take(response, () => {
      begin(response);
      send(
        response,
        errorResponse(417, 'BAD_REQUEST', 'The only supported value of Expect is 100-continue.'),
      );
    });
  });
  server.on('connect', (_request, socket) => {
    connections.get(socket)?.release();
    socket.on('error', () => {});
    socket.resume();
    sendRaw(socket, errorResponse(405, 'METHOD_NOT_ALLOWED', 'Use POST.', { allow: 'GET, POST' }));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Everything after a malformed request is another error.
    if (ending.has(socket)) return;
    ending.add(socket);
    connections.get(socket)?.dropWaiting();
    const pending = unanswered.all().filter(({ req }) => req.socket === socket);
    const readable = pending.findLast(({ req }) => req.complete);
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
    } else if (readable) {
      // A valid request came before the malformed one, and its response is still to come.
      readable.once('finish', () => endSoon(socket));
    } else if (pending.some(({ headersSent }) => headersSent)) {
      socket.destroy();
    } else {
      sendRaw(socket, malformed[error.code ?? ''] ?? otherMalformed);
    }
  });

  function sendRaw(socket: Duplex, { status, headers, body }: HttpResponse): void {
    const all = [
      ...Object.entries({ ...commonHeaders, ...headers }),
      ['content-length', String(Buffer.byteLength(body))],
      ['connection', 'close'],
    ];
    const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
    endSoon(socket);
  }

  watchEventLoop();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { family, address, port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`,
    drain() {
      draining = true;
      for (const response of unanswered.all()) {
        last.add(response);
        connections.get(response.req.socket)?.dropWaiting();
      }
    },
    async close() {
      const lastCall = performance.now() + bounds.requestTimeout;
      const closeIdle = server.closeIdleConnections.bind(server);
      // Node calls this when it closes, and considers a connection idle that is still sending a response.
      server.closeIdleConnections = () => {
        const late = performance.now() > lastCall;
        if (late || !unanswered.all().some(({ writableEnded }) => writableEnded)) closeIdle();
      };
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const sweep = () => {
        // A connection becomes idle some time after its last response, without an event.
        server.closeIdleConnections();
        // Once closed, Node no longer checks for slow clients.
        const late = performance.now() > lastCall;
        if (late && !unanswered.all().some(({ req }) => req.complete)) server.closeAllConnections();
      };
      const sweeping = setInterval(sweep, sweepMs);
      await closed;
      clearInterval(sweeping);
      unanswered.close();
    },
  };
}

/** Ends a connection shortly after its last response: at once, a client that is still sending might not read it. */
function endSoon(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** Responses to requests that Node's HTTP parser does not accept, by its error code. */
const malformed: Readonly<Record<string, HttpResponse>> = {
  HPE_HEADER_OVERFLOW: errorResponse(431, 'BAD_REQUEST', 'The request line and the headers are too long.'),
  ERR_HTTP_REQUEST_TIMEOUT: errorResponse(408, 'BAD_REQUEST', 'The request took too long to arrive.'),
};
const otherMalformed = errorResponse(400, 'BAD_REQUEST', 'Malformed HTTP request.');
