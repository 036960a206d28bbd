import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { someUser } from './expected.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';

/**
 * What becomes of a request on its way to a provider: whether the provider gets it, and what comes back:
 * its own answer, a broken connection, half of an answer, nothing, or another answer.
 */
export interface Fault {
  readonly delivered: boolean;
  readonly answer:
    | 'its answer'
    | 'reset'
    | 'half'
    | 'nothing'
    | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
  /** Waited for before anything is done with the request. */
  readonly after?: Promise<unknown>;
}

/** A bad line to a provider, on loopback. */
export interface FaultyProxy {
  readonly url: string;
  /** The writes that arrived here, whatever became of them. */
  readonly writes: string[];
  /** Where the provider is. */
  target: string;
  /** What becomes of a request; undefined: it passes. */
  fault: (request: { readonly isWrite: boolean }) => Fault | undefined;
  close(): Promise<void>;
}

/** A front door that reaches one of its directories over a bad line; closed when the test is over. */
export async function openBadLine(
  directory: keyof FrontDoor['emulators'],
  limits: object = {},
  changes: SandboxChanges = {},
): Promise<{ door: FrontDoor; proxy: FaultyProxy; id: string }> {
  const proxy = await openFaultyProxy();
  const door = await openFrontDoor({
    ...changes,
    directories: {
      ...changes.directories,
      [directory]: { ...changes.directories?.[directory], baseUrl: proxy.url },
    },
    limits: { ...limits },
  });
  proxy.target = door.emulators[directory].url;
  onTestFinished(async () => {
    await door.close();
    await proxy.close();
  });
  return { door, proxy, id: someUser(door, directory) };
}

async function openFaultyProxy(): Promise<FaultyProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isWrite = writes(incoming);
    if (isWrite) proxy.writes.push(`${incoming.method} ${incoming.headers['x-acs-action'] ?? incoming.url}`);
    const { delivered, answer, after } = proxy.fault({ isWrite }) ?? {
      delivered: true,
      answer: 'its answer',
    };
    await after;
    const real = delivered ? await deliver(incoming, body, proxy.target) : { status: 200, body: '{}' };
    reply(outgoing, answer, real);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes: [],
    target: '',
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function writes({ method, url = '', headers }: IncomingMessage): boolean {
  const action = headers['x-acs-action'];
  return action === undefined
    ? method === 'PATCH' || /\/actions\/(enable|disable)$/.test(url)
    : /^(Update|Enable|Disable)User$/.test(String(action));
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The request as it came, Host included, which a signature covers. */
function deliver({ method, url, headers }: IncomingMessage, body: Buffer, target: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(url ?? '/', target), { method, headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function reply(outgoing: ServerResponse, answer: Fault['answer'], real: Answer): void {
  const json = { 'content-type': 'application/json' };
  switch (answer) {
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'half':
      outgoing.writeHead(real.status, { ...json, 'content-length': real.body.length + 1000 });
      outgoing.write(real.body, () => outgoing.destroy());
      return;
    case 'nothing':
      return;
    case 'its answer':
      outgoing.writeHead(real.status, json).end(real.body);
      return;
    default:
      outgoing.writeHead(answer.status, { ...json, ...answer.headers }).end(answer.body);
  }
}
