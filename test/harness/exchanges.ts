import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request that a server of this process got, and its answer. */
export interface Exchange extends Pick<IncomingMessage, 'url' | 'headers'> {
  readonly body: string;
  /** The answer's status line and headers. */
  readonly answerHead: string;
  readonly answer: string;
}

/** Passes each exchange of the servers of this process, and the server's port, to `read`. Returns how to stop. */
export function readExchanges(read: (port: number, exchange: Exchange) => void): () => void {
  const channel = 'http.server.request.start';
  const onRequest = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { url, headers, socket } = request;
    const port = socket.localPort ?? 0;
    const [body, answer] = [record(request, 'push'), record(response, 'write', 'end')];
    response.once('close', () => {
      // As it was written: getHeaders() does not have the headers that writeHead() was given.
      const answerHead = String(Reflect.get(response, '_header'));
      read(port, { url, headers, body: body(), answerHead, answer: answer() });
    });
  };
  subscribe(channel, onRequest);
  return () => unsubscribe(channel, onRequest);
}

/** Records the chunks that these methods of a stream are called with. */
function record(stream: object, ...methods: readonly string[]): () => string {
  const chunks: Buffer[] = [];
  for (const method of methods) {
    const original = Reflect.get(stream, method) as () => unknown;
    Reflect.set(stream, method, (...args: readonly unknown[]) => {
      const [chunk] = args;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      return Reflect.apply(original, stream, args);
    });
  }
  return () => Buffer.concat(chunks).toString();
}
