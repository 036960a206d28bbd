import type { Socket } from 'node:net';
import { head } from './fault-answers.ts';

/** A request as it was read. Header names are in lower case. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Gives each request of a connection in turn; the next is not read before the last one was served. */
export function readRequests(socket: Socket, serve: (request: ReadRequest) => Promise<void>): void {
  let buffer = Buffer.alloc(0);
  let isServing = false;
  async function next(): Promise<void> {
    const end = buffer.indexOf('\r\n\r\n');
    if (isServing || end < 0) return;
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
    isServing = true;
    await serve({ method, target, headers, body });
    isServing = false;
    void next();
  }
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    // What is not HTTP, such as a TLS handshake, is answered as an HTTP server answers it.
    if (/^[A-Z]/.test(buffer.toString('latin1', 0, 1))) void next();
    else if (buffer.length > 0) socket.end(head(400, { connection: 'close' }));
  });
}
