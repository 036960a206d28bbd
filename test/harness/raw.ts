import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case; a header that came twice is joined by a line break. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** All that one connection gave. */
export interface Conversation {
  readonly answers: readonly RawAnswer[];
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** Opens a connection and keeps it; what the server sends is thrown away unless somebody listens. */
export function open(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A server that closes while more is on its way to it resets the connection.
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

/** Opens a connection and keeps all that it gives; `closed` is that, when the server has closed it. */
export function hear(url: string) {
  const socket = open(url);
  const heard = { said: '' };
  socket.on('data', (chunk) => {
    heard.said += chunk;
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(heard.said)));
  return { socket, heard, closed };
}

/**
 * Sends these very bytes and reads until the server closes, or until `answers` answers are there and some time
 * passed in which more could have come.
 */
export function converse(url: string, bytes: string | Buffer, answers = Infinity): Promise<Conversation> {
  return new Promise((resolve) => {
    const socket = open(url);
    const chunks: Buffer[] = [];
    const end = (closed: boolean) => {
      socket.destroy();
      resolve({ answers: parse(Buffer.concat(chunks).toString('latin1')), closed });
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const so = parse(Buffer.concat(chunks).toString('latin1'));
      if (so.length >= answers) setTimeout(() => end(false), 20);
    });
    socket.on('end', () => end(true));
    socket.on('close', () => end(true));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

/** The lines of a request, each ended as HTTP wants it, and the body. */
export function lines(head: readonly string[], body = ''): string {
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** The final answers in a text, as far as they are whole. */
function parse(text: string): RawAnswer[] {
  const found: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const split = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1]);
    if (split === -1 || Number.isNaN(status)) return found;
    const headers: Record<string, string> = {};
    for (const line of rest.slice(0, split).split('\r\n').slice(1)) {
      const name = line.slice(0, line.indexOf(':')).toLowerCase();
      const value = line.slice(line.indexOf(':') + 1).trim();
      headers[name] = name in headers ? `${headers[name]}\n${value}` : value;
    }
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.slice(split + 4, split + 4 + length);
    rest = rest.slice(split + 4 + body.length);
    if (status >= 200) found.push({ status, headers, body });
  }
}
