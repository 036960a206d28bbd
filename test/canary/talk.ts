import { request } from 'node:http';
import { connect } from 'node:net';

/** One answer, with every byte of it that says something: status line, headers, body. */
export interface Answer {
  readonly status: number;
  /** Status line and headers as they came. */
  readonly head: string;
  readonly body: string;
}

/** What is sent. */
export interface Asking {
  readonly method?: string;
  /** Path and query, already encoded. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends one request to the server at `url` and gives the whole answer. */
export function ask(
  url: string,
  { method = 'POST', path = '/graphql', headers, body }: Asking,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url),
      { method, headers: { ...headers }, agent: false },
      async (incoming) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const { statusCode = 0, statusMessage = '', rawHeaders } = incoming;
        resolve({
          status: statusCode,
          head: [`${statusCode} ${statusMessage}`, ...rawHeaders].join('\r\n'),
          body: Buffer.concat(chunks).toString('utf8'),
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Writes these bytes to the server's port, HTTP or not, and gives what comes back until it closes, or for `forMs`. */
export function write(url: string, bytes: string, forMs = 1_000): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes, 'latin1'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    const timer = setTimeout(() => socket.destroy(), forMs);
    socket.on('close', () => {
      clearTimeout(timer);
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(text.split(' ')[1] ?? 0), head: text, body: '' });
    });
  });
}

/** An answer's JSON, unknown where it is none. */
export function jsonOf({ body }: Answer): { data?: Record<string, unknown> | null; errors?: unknown[] } {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
