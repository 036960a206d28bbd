import { connect, createServer, type Socket } from 'node:net';
import { holdPort, listenOn } from '../harness/held-port.ts';

/** What becomes of the connections to a provider. */
type GateMode = 'pass' | 'reset' | 'hang';

/** A line to a provider that can be cut. */
export interface Gate {
  readonly url: string;
  /** Cuts what is open, and treats what comes so. */
  set(mode: GateMode): void;
  /** Takes no connections until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a gate to the server at `target`, on a free port. */
export async function openGate(target: string): Promise<Gate> {
  const sockets = new Set<Socket>();
  let mode: GateMode = 'pass';
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (mode === 'hang') return;
    if (mode === 'reset') {
      // Only when the request has come, so that it has left and nobody knows what became of it.
      near.once('data', () => near.resetAndDestroy());
      return;
    }
    const far = connect(Number(new URL(target).port), '127.0.0.1');
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const shut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      cut();
    });
  const held = await holdPort();
  await listenOn(server, held.port);
  return {
    url: `http://127.0.0.1:${held.port}`,
    set(next) {
      mode = next;
      cut();
    },
    shut,
    async open() {
      await listenOn(server, held.port);
    },
    async close() {
      if (server.listening) await shut();
      held.release();
    },
  };
}
