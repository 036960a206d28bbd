import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port of 127.0.0.1 at which one may listen, stop and listen again; while nobody does, it refuses. */
export interface HeldPort {
  readonly port: number;
  release(): void;
}

/**
 * Keeps a free port from everybody who asks the system for any free one, until it is released: a port that was
 * only looked up, or given up for a moment, may go to another test that runs meanwhile.
 *
 * What holds it is a connection that goes out from it: Linux then gives the port to nobody by itself, and still
 * lets a server listen that names it, in this process or in another.
 */
export async function holdPort(): Promise<HeldPort> {
  const keeper = createServer((socket) => socket.on('error', () => {}));
  const keeperPort = await listenOn(keeper, 0);
  for (;;) {
    const finder = createServer();
    const localPort = await listenOn(finder, 0);
    await new Promise((closed) => finder.close(closed));
    const holder = connect({
      ...{ host: '127.0.0.1', port: keeperPort },
      ...{ localAddress: '127.0.0.1', localPort },
    });
    try {
      await once(holder, 'connect');
    } catch {
      // Somebody else was given it meanwhile.
      continue;
    }
    return {
      port: localPort,
      release() {
        holder.resetAndDestroy();
        keeper.close();
      },
    };
  }
}

/** Has a server listen at a port of 127.0.0.1, at any free one for 0, and gives that port. */
export async function listenOn(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port where connections are taken and nothing is ever said. */
export async function openSilence(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => sockets.push(socket));
  return {
    port: await listenOn(listener, 0),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
