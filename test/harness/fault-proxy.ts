import { request as passOn } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Answer, breakOff, type ProviderAnswer, respond } from './fault-answers.ts';
import { holdPort, listenOn } from './held-port.ts';
import { type ReadRequest, readRequests } from './wire-requests.ts';

/** What a request is for: `write` changes a user, `token` asks for an access token, `read` is any other. */
type RequestKind = 'write' | 'read' | 'token';

/** One request as it came over the wire. */
export interface WireRequest extends ReadRequest {
  readonly kind: RequestKind;
  readonly isWrite: boolean;
  /** The number of the connection that it came on, from 1. */
  readonly connection: number;
  /** When it arrived, and when it was answered or its connection closed (ms). */
  readonly from: number;
  readonly to: number;
}

type ArrivedRequest = WireRequest & { to: number };

function end(request: ArrivedRequest): void {
  request.to = Math.min(request.to, performance.now());
}

/** What becomes of one request. */
export interface Fault {
  /** Milliseconds, or what is waited for, before anything is done. */
  readonly after?: number | Promise<unknown> | (() => Promise<unknown>);
  /** Whether the provider gets the request; a number: so many milliseconds later, and the answer does not wait for it. */
  readonly delivered: boolean | number;
  /** What the provider gets in place of the request. */
  readonly instead?: Partial<Pick<WireRequest, 'method' | 'target' | 'body'>>;
  /** Milliseconds between the provider's answer and what comes back. */
  readonly answerAfter?: number;
  /** What comes back. Default: the provider's own answer. */
  readonly answer?: Answer;
}

/** A proxy between idpatch and one provider: every request passes, unless it meets a fault. */
export interface FaultProxy {
  /** `http(s)://127.0.0.1:<port>`. */
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly requests: readonly WireRequest[];
  /** The requests that write, each as `PATCH /v1/…`; where the API has actions, by its action. */
  readonly writes: readonly string[];
  /** The connections that were accepted so far, also those that never got through a TLS handshake. */
  readonly connections: number;
  /** What was agreed on by ALPN, where it was. */
  readonly protocols: ReadonlySet<string>;
  /** The most writes that were ever between arrival and answer at once. */
  readonly maxWritesAtOnce: number;
  /** Every access token that was seen in an answer of the provider. */
  readonly tokens: readonly string[];
  /** Decides what becomes of a request, before the faults of `fail`; undefined: it passes. */
  fault: (request: WireRequest) => Fault | undefined;
  /** Sets the provider that requests are passed on to. */
  passTo(origin: string): void;
  /** Lets the next `times` requests of the kind meet the fault; without `times` all that follow. */
  fail(kind: RequestKind | 'any', fault: Fault, times?: number): void;
  /** Ends the faults of `fail`. */
  heal(): void;
  /** The number of requests of a kind that arrived. */
  count(kind: RequestKind): number;
  /** Resolves when that many requests of the kind have arrived. */
  arrived(kind: RequestKind, count?: number): Promise<void>;
  /** Resets the next `times` connections as soon as they are accepted. */
  resetOnAccept(times: number): void;
  /** Ends every connection that waits for its next request: FIN, or RST. */
  dropIdle(how: 'end' | 'reset'): Promise<void>;
  /** Closes the port: new connections are refused, the open ones reset. */
  refuse(): Promise<void>;
  /** Opens the same port again. */
  accept(): Promise<void>;
  /** Resolves when nothing is on its way to the provider any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1; with `tls` it speaks TLS to its callers. */
export async function startFaultProxy(tls?: TlsOptions): Promise<FaultProxy> {
  const requests: ArrivedRequest[] = [];
  const protocols = new Set<string>();
  const tokens: string[] = [];
  const sockets = new Map<Socket, { isBusy: boolean; last?: ArrivedRequest }>();
  const pending = new Set<Promise<unknown>>();
  const waiting: { readonly kind: RequestKind; readonly count: number; readonly resolve: () => void }[] = [];
  let rules: { readonly kind: RequestKind | 'any'; readonly fault: Fault; left: number }[] = [];
  let provider = '';
  let [connections, resets, writesNow, maxWritesAtOnce] = [0, 0, 0, 0];
  let server: Server = createServer();

  const count = (kind: RequestKind) => requests.filter((one) => one.kind === kind).length;

  function nextFault(request: WireRequest): Fault {
    const own = proxy.fault(request);
    if (own) return own;
    const rule = rules.find(({ kind, left }) => left > 0 && (kind === 'any' || kind === request.kind));
    if (rule) rule.left -= 1;
    return rule?.fault ?? { delivered: true };
  }

  /** Sends the request to the provider. */
  async function deliver(request: WireRequest, { instead }: Fault): Promise<ProviderAnswer> {
    const answer = await forward(provider, { ...request, ...instead });
    const token = request.kind === 'token' && /"access_token":"([^"]+)"/.exec(String(answer.body))?.[1];
    if (token) tokens.push(token);
    return answer;
  }

  async function serve(socket: Socket, request: ArrivedRequest): Promise<void> {
    requests.push(request);
    for (const { kind, count: wanted, resolve } of waiting) if (count(kind) >= wanted) resolve();
    writesNow += request.isWrite ? 1 : 0;
    maxWritesAtOnce = Math.max(maxWritesAtOnce, writesNow);
    const fault = nextFault(request);
    const { after, delivered, answerAfter, answer = 'its answer' } = fault;
    await (typeof after === 'function' ? after() : typeof after === 'number' ? delay(after) : after);
    const given = delivered === true ? await deliver(request, fault).catch(() => 'lost' as const) : undefined;
    if (typeof delivered === 'number') track(delay(delivered).then(() => deliver(request, fault)));
    if (answerAfter) await delay(answerAfter);
    writesNow -= request.isWrite ? 1 : 0;
    if (given === 'lost') breakOff(socket);
    else if (!socket.destroyed && respond(socket, answer, given) === 'unanswered') return;
    end(request);
  }

  function track(work: Promise<unknown>): void {
    const going = work.catch(() => undefined);
    pending.add(going);
    void going.then(() => pending.delete(going));
  }

  const held = await holdPort();

  async function listen(): Promise<void> {
    const handle = (socket: Socket) => {
      if (socket.destroyed) return;
      if ('alpnProtocol' in socket && typeof socket.alpnProtocol === 'string')
        protocols.add(socket.alpnProtocol);
      const state: { isBusy: boolean; last?: ArrivedRequest } = { isBusy: false };
      const connection = connections;
      sockets.set(socket, state);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          if (state.last) end(state.last);
        });
      readRequests(socket, async (read) => {
        const kind = kindOf(read);
        const times = { from: performance.now(), to: Number.POSITIVE_INFINITY };
        const request = { ...read, ...times, kind, isWrite: kind === 'write', connection };
        state.last = request;
        state.isBusy = true;
        const served = serve(socket, request);
        track(served);
        await served;
        state.isBusy = false;
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

  const proxy: FaultProxy = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${held.port}`,
    requests,
    protocols,
    tokens,
    get writes() {
      return requests
        .filter(({ isWrite }) => isWrite)
        .map(({ method, target, headers }) => `${method} ${headers['x-acs-action'] ?? target}`);
    },
    get connections() {
      return connections;
    },
    get maxWritesAtOnce() {
      return maxWritesAtOnce;
    },
    fault: () => undefined,
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
      new Promise((resolve) => {
        if (count(kind) >= wanted) resolve();
        else waiting.push({ kind, count: wanted, resolve });
      }),
    resetOnAccept(times) {
      resets = times;
    },
    async dropIdle(how) {
      const idle = [...sockets].filter(([, { isBusy }]) => !isBusy).map(([socket]) => socket);
      if (idle.length === 0) throw new Error('No connection is idle.');
      for (const socket of idle) how === 'end' ? socket.end() : breakOff(socket);
      while (idle.some((socket) => !socket.closed)) await delay(5);
      // The other end hears of it on its next turn.
      await delay(20);
    },
    refuse: stop,
    accept: listen,
    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },
    async close() {
      await stop();
      held.release();
    },
  };
  await listen();
  return proxy;
}

function kindOf({ method, target, headers }: ReadRequest): RequestKind {
  if (target.endsWith('/oauth2/token')) return 'token';
  const action = headers['x-acs-action'];
  const isWrite =
    action === undefined
      ? method === 'PATCH' || /\/actions\/(enable|disable)$/.test(target)
      : /^(Update|Enable|Disable)User$/.test(action);
  return isWrite ? 'write' : 'read';
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** Passes a request on as it is; a signature covers its Host too. */
function forward(origin: string, { method, target, headers, body }: ReadRequest): Promise<ProviderAnswer> {
  const { hostname, port } = new URL(origin);
  const { 'content-length': length, ...rest } = headers;
  const own = length === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: target, setHost: false, agent: false as const };
    passOn({ ...options, headers: { ...rest, ...own, connection: 'close' } }, async (response) => {
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
