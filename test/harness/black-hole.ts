import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A port that answers no SYN: a stopped process whose queue of connections is full. */
export interface BlackHole {
  readonly port: number;
  close(): Promise<void>;
}

const listener = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** Opens one; undefined where this system's queue cannot be filled. */
export async function openBlackHole(): Promise<BlackHole | undefined> {
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let tries = 0; tries < 10; tries += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(socket);
    await Promise.race([once(socket, 'connect'), delay(200)]);
    if (socket.connecting) return { port, close: () => end(child, fillers) };
  }
  await end(child, fillers);
  return undefined;
}

async function end(child: ChildProcess, fillers: readonly Socket[]): Promise<void> {
  for (const socket of fillers) socket.destroy();
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
