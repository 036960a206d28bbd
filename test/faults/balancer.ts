import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What stands in front of replicas and shares requests out among them, in turn. */
export interface Balancer {
  readonly url: string;
  /** Shares out to this replica too, from when it is ready. */
  take(replica: string): Promise<void>;
  /** Forgets a replica, which is gone. */
  drop(replica: string): void;
  /** How many requests each replica was sent, by its URL. */
  readonly sent: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Milliseconds between two questions for readiness: often, for these tests are in a hurry. */
const lookEveryMs = 50;

/** Milliseconds for which a request waits for a replica that takes it. */
const patienceMs = 5_000;

/**
 * Opens a balancer. It keeps connections, as all of them do, and sends a request on to another replica only where
 * the connection was refused; where it broke, so does its caller's. With `asksReady` it asks each replica whether it
 * is ready and sends nothing new to one that is not; without, it finds out by the refused connection alone.
 */
export async function openBalancer(asksReady: boolean): Promise<Balancer> {
  const replicas = new Map<string, { readonly agent: Agent; isReady: boolean }>();
  const sent = new Map<string, number>();
  let turn = 0;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const until = performance.now() + patienceMs;
    while (performance.now() < until) {
      const ready = [...replicas].filter(([, { isReady }]) => isReady);
      const [url, replica] = ready[turn++ % ready.length] ?? [];
      if (url && replica && (await passTo(url, replica.agent, incoming, body, outgoing))) return;
      await delay(5);
    }
    outgoing.destroy();
  }

  /** False where the connection was refused, so that nothing was sent. */
  function passTo(
    url: string,
    agent: Agent,
    { method, url: path, headers }: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const { connection: _, 'transfer-encoding': _encoding, ...rest } = headers;
      const passed = { ...rest, 'content-length': body.length };
      const request = send(new URL(path ?? '/', url), { method, headers: passed, agent }, (answer) => {
        const { connection: _, 'keep-alive': _keep, ...told } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, told);
        answer.on('error', () => outgoing.destroy());
        answer.pipe(outgoing);
        resolve(true);
      });
      request.on('error', ({ code }: NodeJS.ErrnoException) => {
        if (code === 'ECONNREFUSED') return resolve(false);
        outgoing.destroy();
        resolve(true);
      });
      sent.set(url, (sent.get(url) ?? 0) + 1);
      request.end(body);
    });
  }

  /** Asks again and again, one question at a time, for as long as the replica is known. */
  async function watch(url: string, readyNow: () => void): Promise<void> {
    for (;;) {
      const isReady = await isReadyAt(url);
      const replica = replicas.get(url);
      if (!replica) return;
      replica.isReady = isReady;
      if (isReady) readyNow();
      if (isReady && !asksReady) return;
      await delay(lookEveryMs);
    }
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = (url: string) => {
    replicas.get(url)?.agent.destroy();
    replicas.delete(url);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async take(url) {
      replicas.set(url, { agent: new Agent({ keepAlive: true }), isReady: false });
      await new Promise<void>((resolve) => void watch(url, resolve));
    },
    drop,
    async close() {
      for (const url of replicas.keys()) drop(url);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function isReadyAt(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(2_000) });
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}
