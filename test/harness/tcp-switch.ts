import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A fixed port that leads to one server or another, as a virtual address does. */
export interface TcpSwitch {
  readonly port: number;
  /** New connections go to this port from now on. Open ones break, or hang as those to a machine that lost its power. */
  lead(to: number, open: 'break' | 'hang'): void;
  /** How many hang and were not closed by the other side. */
  hanging(): number;
  close(): Promise<void>;
}

/** Opens a switch that leads to a port of 127.0.0.1. */
export async function openTcpSwitch(to: number): Promise<TcpSwitch> {
  let target = to;
  const nears = new Set<Socket>();
  const fars = new Set<Socket>();
  const hanging = new Set<Socket>();
  const keep = (socket: Socket, sockets: Set<Socket>) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const end = (sockets: Set<Socket>) => {
    for (const socket of sockets) socket.destroy();
  };
  const listener = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    keep(near, nears);
    keep(far, fars);
    near.pipe(far);
    far.pipe(near);
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    lead(next, open) {
      target = next;
      if (open === 'break') return end(nears);
      for (const far of fars) far.removeAllListeners('close').on('error', () => {});
      for (const near of nears) {
        near.unpipe().resume();
        keep(near, hanging);
      }
      end(fars);
    },
    hanging: () => hanging.size,
    async close() {
      end(nears);
      end(fars);
      listener.close();
      await once(listener, 'close');
    },
  };
}
