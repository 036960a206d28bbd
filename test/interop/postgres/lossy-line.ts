import { connect, createServer, type Socket } from 'node:net';
import { holdPort, listenOn } from '../../harness/held-port.ts';

/** Something between a journal and its server that loses answers. */
export interface LossyLine {
  readonly port: number;
  /** Loses the answer to the next INSERT of an operation, which the server has committed by then, and the connection. */
  loseNext(then: 'keep listening' | 'refuse'): void;
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a line to a server's port. */
export async function openLossyLine(to: number): Promise<LossyLine> {
  const sockets = new Set<Socket>();
  let losing: 'keep listening' | 'refuse' | undefined;
  const listener = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    let inserting = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (data) => {
      if (losing !== undefined && data.includes('INSERT INTO idpatch_operation')) inserting = true;
      far.write(data);
    });
    far.on('data', (data) => {
      // ReadyForQuery, by which the transaction is over: https://www.postgresql.org/docs/current/protocol-flow.html
      const ready = data.at(-6) === 'Z'.charCodeAt(0);
      if (!inserting) near.write(data);
      else if (ready) {
        if (losing === 'refuse') listener.close();
        losing = undefined;
        for (const socket of sockets) socket.destroy();
      }
    });
    near.on('end', () => far.end());
    far.on('end', () => near.end());
  });
  const { port, release } = await holdPort();
  await listenOn(listener, port);
  return {
    port,
    loseNext(then) {
      losing = then;
    },
    async listenAgain() {
      await listenOn(listener, port);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      release();
    },
  };
}
