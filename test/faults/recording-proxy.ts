import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { holdPort, listenOn } from '../harness/held-port.ts';
import type { WireWrite } from './checker.ts';

/** One request on its way to an emulator. */
export interface ProxyRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface ProxyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What is done to one request. Left out: it is passed on at once, and its answer is passed back. */
export interface Treatment {
  /** Milliseconds before anything is done. */
  readonly delayMs?: number;
  /** Whether it gets to the emulator: at once, never, or so many milliseconds later, without being waited for. */
  readonly apply?: 'now' | 'never' | number;
  /** What gets to the emulator in its place. */
  readonly instead?: Partial<ProxyRequest>;
  /** What is made of the body of the emulator's answer. */
  readonly retell?: (body: string) => string;
  /** Milliseconds between the emulator's answer and what comes back. */
  readonly answerDelayMs?: number;
  /**
   * What comes back: the emulator's answer, a reset, nothing, half of the emulator's answer and then a reset or
   * nothing more, or an answer of the proxy's own.
   */
  readonly answer?: 'pass' | 'reset' | 'hang' | 'half-and-reset' | 'half-and-hang' | Partial<ProxyAnswer>;
}

/** What a proxy is told of a request: whose it is, if it is a user's, and whether it writes. */
export interface Recognised {
  readonly userId: string | undefined;
  readonly isWrite: boolean;
}

/** Something between idpatch and an emulator that does to each request what it is told. */
export interface RecordingProxy {
  readonly url: string;
  /** Every write request that arrived. */
  readonly wire: WireWrite[];
  /** Every token that was seen in an answer. */
  readonly tokens: string[];
  /** Takes no connections until they are taken again. */
  refuse(): Promise<void>;
  takeAgain(): Promise<void>;
  /** So many connections from now on are reset when they are accepted. */
  resetOnAccept(count: number): void;
  /** Resolves when nothing is on its way to the emulator any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a proxy of the emulator `store` at `target`. `treat` is asked once for each request. */
export async function openRecordingProxy(
  store: string,
  target: string,
  treat: (request: ProxyRequest, recognised: Recognised) => Treatment,
  { keepAlive = true }: { readonly keepAlive?: boolean } = {},
): Promise<RecordingProxy> {
  const sockets = new Set<Socket>();
  const pending = new Set<Promise<unknown>>();
  const wire: WireWrite[] = [];
  const tokens: string[] = [];
  // A connection that the emulator closes as it is used again would be a fault that nobody injected.
  const agent = new Agent({ keepAlive: false });
  let resets = 0;

  function forward({ method, url, headers, body }: ProxyRequest): Promise<ProxyAnswer> {
    const going = new Promise<ProxyAnswer>((resolve, reject) => {
      const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _, ...rest } = headers;
      const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
      const outgoing = send(
        `${target}${url}`,
        { method, headers: { ...rest, ...length }, agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const token = /"access_token":"([^"]+)"/.exec(text)?.[1];
            if (token) tokens.push(token);
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    pending.add(going);
    const done = () => pending.delete(going);
    going.then(done, done);
    return going;
  }

  async function handle(request: ProxyRequest, treatment: Treatment, outgoing: ServerResponse) {
    const { apply = 'now', answer = 'pass', instead } = treatment;
    if (treatment.delayMs) await track(delay(treatment.delayMs));
    const passed = { ...request, ...instead };
    const given = apply === 'now' ? await forward(passed) : undefined;
    if (typeof apply === 'number') void track(delay(apply).then(() => forward(passed)));
    if (treatment.answerDelayMs) await track(delay(treatment.answerDelayMs));
    const told = given && treatment.retell ? { ...given, body: treatment.retell(given.body) } : given;
    await respond(outgoing, answer, told ?? { status: 502, headers: {}, body: '' });
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const going = work.catch(() => undefined);
    pending.add(going);
    void going.then(() => pending.delete(going));
    return work;
  }

  const server = createServer(async (incoming, outgoing) => {
    const from = performance.now();
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // Whoever sent it went away in the middle.
      return;
    }
    const request: ProxyRequest = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const recognised = recognise(request);
    const { userId, isWrite } = recognised;
    const treatment = treat(request, recognised);
    if (!keepAlive) outgoing.setHeader('connection', 'close');
    let open: (to: number) => void = () => {};
    if (isWrite && userId !== undefined) {
      const writes = writersOf(request, userId).map((one) => ({
        ...{ store, ...one, from, to: Number.POSITIVE_INFINITY },
      }));
      wire.push(...writes);
      open = (to) => {
        for (const write of writes) write.to = Math.min(write.to, to);
      };
      outgoing.on('close', () => open(performance.now()));
    }
    await handle(request, treatment, outgoing).catch(() => outgoing.destroy());
    if (outgoing.writableEnded || outgoing.destroyed) open(performance.now());
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    if (resets > 0) {
      resets -= 1;
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });

  const shut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const held = await holdPort();
  await listenOn(server, held.port);
  return {
    url: `http://127.0.0.1:${held.port}`,
    wire,
    tokens,
    refuse: shut,
    async takeAgain() {
      await listenOn(server, held.port);
    },
    resetOnAccept(count) {
      resets = count;
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
    async close() {
      await shut();
      held.release();
      agent.destroy();
    },
  };
}

async function respond(
  outgoing: ServerResponse,
  answer: NonNullable<Treatment['answer']>,
  given: ProxyAnswer,
): Promise<void> {
  const { status, headers, body } = typeof answer === 'object' ? { ...given, ...answer } : given;
  const { 'content-length': _length, connection: _, 'keep-alive': __, ...rest } = headers;
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'transfer-encoding'));
  switch (answer) {
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'half-and-reset':
    case 'half-and-hang': {
      const whole = Buffer.from(body === '' ? '{"user":{}}' : body);
      outgoing.writeHead(status, { ...kept, 'content-length': whole.length });
      outgoing.write(whole.subarray(0, Math.ceil(whole.length / 2)));
      await delay(5);
      if (answer === 'half-and-reset') outgoing.socket?.destroy();
      return;
    }
    default:
      outgoing.writeHead(status, kept);
      outgoing.end(body);
  }
}

/** The value that an operation's request carries. */
function markerOf(text: string): string | undefined {
  return /op-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0];
}

/** The users of a request for many, each with their part of it; undefined for any other request. */
export function usersOfMany({ url, body }: Pick<ProxyRequest, 'url' | 'body'>) {
  if (!url.endsWith('/patch/batch')) return undefined;
  return (JSON.parse(body) as { users: readonly { readonly userId: string }[] }).users;
}

/** Who is written, each with the value that is written. */
function writersOf(request: ProxyRequest, userId: string) {
  const many = usersOfMany(request);
  if (many) return many.map((one) => ({ userId: one.userId, marker: markerOf(JSON.stringify(one)) }));
  return [{ userId, marker: markerOf(`${decodeURIComponent(request.url)} ${request.body}`) }];
}

function recognise({ method, url, headers, body }: ProxyRequest): Recognised {
  const action = String(headers['x-acs-action'] ?? '');
  const userId = /\b(?:user_|U2)[A-Za-z0-9]{20,}/.exec(`${url} ${body}`)?.[0];
  const isWrite = method === 'PATCH' || /^(Update|Enable|Disable)User$/.test(action) || /able$/.test(url);
  return { userId, isWrite };
}
