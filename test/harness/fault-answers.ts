import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What the provider itself answered. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer made up by the proxy. */
export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/**
 * Writes what the caller gets to see. `answer` is the provider's, where the request was passed on to it. Returns
 * `unanswered` where the request stays open.
 */
export type WriteAnswer = (socket: Socket, answer: ProviderAnswer | undefined) => 'unanswered' | undefined;

/** An answer by its name in `answers`, made up, or written by a function. */
export type Answer = keyof typeof answers | CannedAnswer | WriteAnswer;

/** Writes an answer; `answer` is the provider's own. */
export function respond(socket: Socket, how: Answer, answer: ProviderAnswer | undefined) {
  if (typeof how === 'function') return how(socket, answer);
  if (typeof how === 'string') return answers[how](socket, answer);
  const { status, headers, body = '' } = how;
  // A 204 has no body, and no length of one.
  if (status === 204) socket.write(head(status, { ...headers }));
  else writeWhole(socket, status, { ...json, ...headers }, Buffer.from(body));
  return undefined;
}

/** RST; a TLS socket cannot send one, and is closed. */
export function breakOff(socket: Socket): undefined {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

/** The head of an answer, with its blank line. */
export function head(status: number, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}

const json = { 'content-type': 'application/json' };

function writeWhole(
  socket: Socket,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): undefined {
  socket.write(head(status, { ...headers, 'content-length': body.length }));
  socket.write(body);
}

/** The provider's own answer, with these headers in place of its own. */
export const own =
  (headers: Readonly<Record<string, string>> = {}): WriteAnswer =>
  (socket, answer) =>
    answer && writeWhole(socket, answer.status, { ...answer.headers, ...headers }, answer.body);

/** The provider's own answer with another body. */
export const retold =
  (retell: (body: string) => string): WriteAnswer =>
  (socket, answer) =>
    answer && writeWhole(socket, answer.status, answer.headers, Buffer.from(retell(String(answer.body))));

/** How the end of a body is known. */
type Framing = 'length' | 'chunks' | 'end of connection';

/** Half of the provider's body, or none of it; `isCut`: less than was announced, and then the connection ends. */
const part =
  (size: 'half' | 'empty', framing: Framing, isCut: boolean): WriteAnswer =>
  (socket, { status = 200, body = Buffer.from('{}') }: Partial<ProviderAnswer> = {}) => {
    const some = size === 'half' ? half(body) : '';
    switch (framing) {
      case 'length':
        socket.write(head(status, { ...json, 'content-length': isCut ? body.length : some.length }));
        socket.write(some);
        break;
      case 'chunks':
        socket.write(head(status, { ...json, 'transfer-encoding': 'chunked' }));
        if (some) socket.write(`${some.length.toString(16)}\r\n${some}\r\n`);
        if (!isCut) socket.write('0\r\n\r\n');
        break;
      case 'end of connection':
        socket.write(head(status, { ...json, connection: 'close' }));
        socket.write(some);
    }
    if (isCut || framing === 'end of connection') socket.end();
    return undefined;
  };

/** In ASCII there is no character to be cut in two. */
function half(body: Buffer): string {
  const text = body.toString('latin1');
  return text.slice(0, Math.floor(text.length / 2)).replace(/[^\x20-\x7e]/g, '?') || '{"';
}

/** Writes a piece again and again until the other side goes away; `pause` 0: as fast as it is taken. */
function pour(socket: Socket, piece: string | Buffer, pause: number): 'unanswered' {
  const more = () => {
    if (socket.destroyed) return;
    const goesOn = socket.write(piece);
    if (pause > 0) setTimeout(more, pause);
    else if (goesOn) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
  return 'unanswered';
}

const piece = Buffer.alloc(64 * 1024, ' ');

/** A body of so many bytes, written only as fast as it is read. */
export const huge =
  (bytes: number): WriteAnswer =>
  (socket) => {
    socket.write(head(200, { ...json, 'content-length': bytes }));
    return pour(socket, piece, 0);
  };

/** The ways in which an answer comes, or does not. */
const answers = {
  'its answer': own(),
  reset: breakOff,
  end: (socket) => {
    socket.end();
    return undefined;
  },
  nothing: () => 'unanswered',
  half: part('half', 'length', true),
  'half, then nothing': (socket, answer) => {
    const { status = 200, body = Buffer.from('{}') } = answer ?? {};
    socket.write(head(status, { ...json, 'content-length': body.length }));
    socket.write(half(body));
    return 'unanswered';
  },
  'half in chunks': part('half', 'chunks', true),
  'half until the end of the connection': part('half', 'end of connection', false),
  'half as if whole': part('half', 'length', false),
  'half in chunks as if whole': part('half', 'chunks', false),
  empty: part('empty', 'length', false),
  'empty in chunks': part('empty', 'chunks', false),
  'empty until the end of the connection': part('empty', 'end of connection', false),
  'endless headers': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    return pour(socket, 'x-more: y\r\n', 30);
  },
  'endless body': (socket) => {
    socket.write(head(200, { ...json, 'content-length': 1_000_000 }));
    return pour(socket, ' ', 30);
  },
  'huge in chunks': (socket) => {
    socket.write(head(200, { ...json, 'transfer-encoding': 'chunked' }));
    return pour(socket, `${piece.length.toString(16)}\r\n${piece}\r\n`, 0);
  },
  '100 KB of headers': (socket, answer) => {
    const long = Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'y'.repeat(1_000)]);
    return writeWhole(socket, 200, { ...json, ...Object.fromEntries(long) }, answer?.body ?? Buffer.alloc(0));
  },
} satisfies Readonly<Record<string, WriteAnswer>>;
