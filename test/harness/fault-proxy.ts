import { request as passOn } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { holdPort, listenOn } from './held-port.ts';

/** What a request is for: `write` changes a user, `token` asks for an access token, `read` is any other. */
type RequestKind = 'write' | 'read' | 'token';

/** One request as it came over the wire. Header names are in lower case. */
interface WireRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The number of the connection that it came on, from 1. */
  readonly connection: number;
}

/** What the provider itself answered, or would have. */
interface ProviderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the caller gets to see. `answer` is the provider's, where the request was passed on to it. */
export type Ending = (socket: Socket, answer: ProviderAnswer | undefined) => void;

/** What becomes of one request. */
interface Fault {
  /** Whether the provider gets the request. Default: it does not. */
  readonly applied?: boolean;
  /** What is waited for before that. */
  readonly after?: () => Promise<unknown>;
  /** Default: the provider's own answer. */
  readonly ending?: Ending;
}

/** A proxy between idpatch and one provider, honest unless told otherwise. */
export interface FaultProxy {
  /** `http(s)://127.0.0.1:<port>`. */
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly requests: WireRequest[];
  /** The connections that were accepted so far, also those that never got through a TLS handshake. */
  readonly connections: number;
  /** What was agreed on by ALPN, where it was. */
  readonly protocols: ReadonlySet<string>;
  /** The most writes that were ever between arrival and answer at once. */
  readonly mostWritesAtOnce: number;
  /** Sets the provider that requests are passed on to. */
  passTo(origin: string): void;
  /** Lets the next `times` requests of the kind meet the fault; without `times` all that follow. */
  fail(kind: RequestKind | 'any', fault: Fault, times?: number): void;
  /** Honest again. */
  heal(): void;
  /** The number of requests of a kind that arrived. */
  count(kind: RequestKind): number;
  /** Resolves when that many requests of the kind have arrived. */
  arrived(kind: RequestKind, count?: number): Promise<void>;
  /** Resets the next `times` connections as soon as they are accepted. */
  resetOnAccept(times: number): void;
  /** Ends every connection that waits for its next request: FIN, or RST. */
  dropIdle(how: 'fin' | 'reset'): Promise<void>;
  /** Closes the port: connections are refused, those that there are reset. */
  refuse(): Promise<void>;
  /** Opens the same port again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1; with `tls` it speaks TLS to its callers. */
export async function startFaultProxy(tls?: TlsOptions): Promise<FaultProxy> {
  const requests: WireRequest[] = [];
  const protocols = new Set<string>();
  const sockets = new Map<Socket, { busy: boolean }>();
  const waiting: { readonly kind: RequestKind; readonly count: number; readonly tell: () => void }[] = [];
  let rules: { readonly kind: RequestKind | 'any'; readonly fault: Fault; left: number }[] = [];
  let provider = '';
  let [connections, resets, writesNow, mostWritesAtOnce] = [0, 0, 0, 0];
  let server: Server = createServer();

  const count = (kind: RequestKind) => requests.filter((one) => one.kind === kind).length;

  async function serve(socket: Socket, request: WireRequest): Promise<void> {
    requests.push(request);
    for (const one of waiting) if (count(one.kind) >= one.count) one.tell();
    const rule = rules.find(({ kind, left }) => left > 0 && (kind === 'any' || kind === request.kind));
    if (rule) rule.left -= 1;
    const { applied, after, ending = endings.own() } = rule?.fault ?? { applied: true };
    writesNow += request.kind === 'write' ? 1 : 0;
    mostWritesAtOnce = Math.max(mostWritesAtOnce, writesNow);
    await after?.();
    const answer = applied ? await forward(provider, request).catch(() => 'lost' as const) : undefined;
    writesNow -= request.kind === 'write' ? 1 : 0;
    if (answer === 'lost') breakOff(socket);
    else if (!socket.destroyed) ending(socket, answer);
  }

  const held = await holdPort();

  async function listen(): Promise<void> {
    const handle = (socket: Socket) => {
      if (socket.destroyed) return;
      if ('alpnProtocol' in socket && typeof socket.alpnProtocol === 'string')
        protocols.add(socket.alpnProtocol);
      const state = { busy: false };
      const connection = connections;
      sockets.set(socket, state);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      readRequests(socket, async (request) => {
        state.busy = true;
        await serve(socket, { ...request, connection });
        state.busy = false;
      });
    };
    server = tls ? createTlsServer({ ...tls }) : createServer({ noDelay: true });
    server.on('connection', (socket: Socket) => {
      connections += 1;
      if (resets <= 0) return;
      resets -= 1;
      socket.resetAndDestroy();
    });
    server.on(tls ? 'secureConnection' : 'connection', handle);
    await listenOn(server, held.port);
  }

  function stop(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets.keys()) breakOff(socket);
    });
  }

  await listen();
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${held.port}`,
    requests,
    protocols,
    get connections() {
      return connections;
    },
    get mostWritesAtOnce() {
      return mostWritesAtOnce;
    },
    passTo(origin) {
      provider = origin;
    },
    fail(kind, fault, times = Number.POSITIVE_INFINITY) {
      rules.push({ kind, fault, left: times });
    },
    heal() {
      rules = [];
    },
    count,
    arrived: (kind, wanted = 1) =>
      new Promise((tell) => {
        if (count(kind) >= wanted) tell();
        else waiting.push({ kind, count: wanted, tell });
      }),
    resetOnAccept(times) {
      resets = times;
    },
    async dropIdle(how) {
      const idle = [...sockets].filter(([, { busy }]) => !busy).map(([socket]) => socket);
      for (const socket of idle) how === 'fin' ? socket.end() : breakOff(socket);
      while (idle.some((socket) => !socket.closed)) await new Promise((resolve) => setTimeout(resolve, 5));
      // The other end hears of it on its next turn.
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
    refuse: stop,
    accept: listen,
    async close() {
      await stop();
      held.release();
    },
  };
}

/** Gives each request of a connection in turn; the next is not looked at before the last one was served. */
function readRequests(
  socket: Socket,
  serve: (request: Omit<WireRequest, 'connection'>) => Promise<void>,
): void {
  let buffer = Buffer.alloc(0);
  let serving = false;
  async function next(): Promise<void> {
    const end = buffer.indexOf('\r\n\r\n');
    if (serving || end < 0) return;
    const [line = '', ...lines] = buffer.subarray(0, end).toString('latin1').split('\r\n');
    const headers: Record<string, string> = {};
    for (const header of lines) {
      const colon = header.indexOf(':');
      headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
    }
    const length = Number(headers['content-length'] ?? 0);
    if (buffer.length < end + 4 + length) return;
    const body = buffer.subarray(end + 4, end + 4 + length).toString('utf8');
    buffer = buffer.subarray(end + 4 + length);
    const [method = '', target = ''] = line.split(' ');
    serving = true;
    await serve({ kind: kindOf(method, target, headers), method, target, headers, body });
    serving = false;
    void next();
  }
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    // What is not HTTP, such as a TLS handshake, is answered as a server of HTTP answers it.
    if (/^[A-Z]/.test(buffer.toString('latin1', 0, 1))) void next();
    else if (buffer.length > 0) socket.end(head(400, { connection: 'close' }));
  });
}

function kindOf(method: string, target: string, headers: Readonly<Record<string, string>>): RequestKind {
  if (target.endsWith('/oauth2/token')) return 'token';
  const changes =
    method === 'PATCH' ||
    /\/actions\/(enable|disable)$/.test(target) ||
    /^(Update|Enable|Disable)User$/.test(headers['x-acs-action'] ?? '');
  return changes ? 'write' : 'read';
}

/** Passes a request on as it is; a signature covers its Host too. */
function forward(origin: string, { method, target, headers, body }: WireRequest): Promise<ProviderAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: target, setHost: false, agent: false as const };
    passOn({ ...options, headers: { ...headers, connection: 'close' } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const named = Object.entries(response.headers).filter(([name]) => !hopByHop.has(name));
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(named.map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(chunks),
      });
    })
      .on('error', reject)
      .end(body);
  });
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** The head of an answer, with its blank line. */
function head(status: number, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}

const json = { 'content-type': 'application/json' };

/** Writes a piece again and again until the other side goes away; `pause` 0: as fast as it is taken. */
function pour(socket: Socket, piece: string | Buffer, pause: number): void {
  const more = () => {
    if (socket.destroyed) return;
    const goesOn = socket.write(piece);
    if (pause > 0) setTimeout(more, pause);
    else if (goesOn) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
}

/** RST; a TLS socket has none of its own, and ends without a word. */
function breakOff(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

/** The ways in which an answer comes or does not. */
export const endings = {
  /** The provider's own answer, with these headers in place of its own. */
  own:
    (headers: Readonly<Record<string, string>> = {}): Ending =>
    (socket, answer) => {
      if (!answer) return;
      const all = { ...answer.headers, ...headers, 'content-length': answer.body.length };
      socket.write(head(answer.status, all));
      socket.write(answer.body);
    },
  /** An answer made up here. */
  canned:
    (status: number, headers: Readonly<Record<string, string>> = {}, body: string | Buffer = ''): Ending =>
    (socket) => {
      const content = Buffer.from(body);
      socket.write(head(status, { ...json, ...headers, 'content-length': content.length }));
      socket.write(content);
    },
  reset: ((socket) => breakOff(socket)) satisfies Ending,
  fin: ((socket) => socket.end()) satisfies Ending,
  silence: (() => {}) satisfies Ending,
  slowHeaders: ((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pour(socket, 'x-more: y\r\n', 30);
  }) satisfies Ending,
  slowBody: ((socket) => {
    socket.write(head(200, { ...json, 'content-length': 1_000_000 }));
    pour(socket, ' ', 30);
  }) satisfies Ending,
  /** Ends in the middle of the body, by content-length. */
  truncated: ((socket, answer) => {
    const body = answer?.body ?? Buffer.from('{}');
    socket.write(head(200, { ...json, 'content-length': body.length + 10 }));
    socket.end(body.subarray(0, -1));
  }) satisfies Ending,
  /** Ends in the middle of the body, without the last chunk. */
  truncatedChunks: ((socket, answer) => {
    const body = answer?.body ?? Buffer.from('{}');
    socket.write(head(200, { ...json, 'transfer-encoding': 'chunked' }));
    socket.write(`${body.length.toString(16)}\r\n`);
    socket.end(Buffer.concat([body, Buffer.from('\r\n')]));
  }) satisfies Ending,
  /** Half of the body with nothing to say how long it is but the end of the connection. */
  truncatedByEnd: ((socket, answer) => {
    socket.write(head(200, { ...json, connection: 'close' }));
    socket.end(half(answer));
  }) satisfies Ending,
  /** Half of the body, well framed. */
  brokenJson: ((socket, answer) => {
    socket.write(head(200, { ...json, 'content-length': half(answer).length }));
    socket.write(half(answer));
  }) satisfies Ending,
  /** Half of the body, well framed in chunks. */
  brokenJsonChunks: ((socket, answer) => {
    socket.write(head(200, { ...json, 'transfer-encoding': 'chunked' }));
    socket.write(`${half(answer).length.toString(16)}\r\n${half(answer)}\r\n0\r\n\r\n`);
  }) satisfies Ending,
  empty: ((socket) => {
    socket.write(head(200, { ...json, 'content-length': 0 }));
  }) satisfies Ending,
  emptyChunks: ((socket) => {
    socket.write(`${head(200, { ...json, 'transfer-encoding': 'chunked' })}0\r\n\r\n`);
  }) satisfies Ending,
  emptyByEnd: ((socket) => {
    socket.end(head(200, { ...json, connection: 'close' }));
  }) satisfies Ending,
  /** A body of so many bytes, written only as fast as it is read. */
  huge:
    (bytes: number): Ending =>
    (socket) => {
      socket.write(head(200, { ...json, 'content-length': bytes }));
      pour(socket, piece, 0);
    },
  hugeChunks: ((socket) => {
    socket.write(head(200, { ...json, 'transfer-encoding': 'chunked' }));
    pour(socket, `${piece.length.toString(16)}\r\n${piece}\r\n`, 0);
  }) satisfies Ending,
  longHeaders: ((socket, answer) => {
    const body = answer?.body ?? Buffer.alloc(0);
    const long = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'y'.repeat(1_000)]),
    );
    socket.write(head(200, { ...json, ...long, 'content-length': body.length }));
    socket.write(body);
  }) satisfies Ending,
} as const;

const piece = Buffer.alloc(64 * 1024, ' ');

/** In ASCII there is no character to be cut in two. */
function half(answer: ProviderAnswer | undefined): string {
  const text = answer?.body.toString('latin1') ?? '';
  const cut = text.slice(0, Math.floor(text.length / 2));
  return cut.replace(/[^\x20-\x7e]/g, '?') || '{"';
}
