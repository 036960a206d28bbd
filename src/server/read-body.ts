import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { errorResponse, type HttpResponse } from './response.ts';

/** Reads the body of a POST, which is JSON of at most so many bytes, not encoded; or says why it is not read. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | { readonly refused: HttpResponse }> {
  const refusedUnread = refusedByHeaders(request.headers, maxBytes);
  if (refusedUnread) return { refused: refusedUnread };
  const body = await read(request, maxBytes);
  if (body === 'too large') return { refused: tooLarge(maxBytes) };
  // Nobody is there to read this; but it ends the request, and it is no bug.
  return body === 'cut off'
    ? { refused: errorResponse(400, 'BAD_REQUEST', 'The body ended too early.') }
    : body;
}

function refusedByHeaders(headers: IncomingHttpHeaders, maxBytes: number): HttpResponse | undefined {
  // More than was said is not read: Node's parser ends the body there.
  if (Number(headers['content-length']) > maxBytes) return tooLarge(maxBytes);
  const refuse = (message: string, more: Readonly<Record<string, string>> = {}) =>
    errorResponse(415, 'UNSUPPORTED_MEDIA_TYPE', message, {
      ...more,
      // A body whose end nobody knows would be read to it before the next request.
      ...(headers['transfer-encoding'] === undefined ? {} : { connection: 'close' }),
    });
  // A browser sends any other type without asking first, also from a page of somebody else's.
  if (!isJson(headers['content-type'])) {
    return refuse('The body of a POST must be application/json.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('The body of a POST must not be encoded or compressed.', { 'accept-encoding': 'identity' });
  }
  return undefined;
}

function isJson(contentType = ''): boolean {
  if (contentType === 'application/json') return true;
  const [type, ...parameters] = contentType.toLowerCase().split(';');
  return (
    type?.trim() === 'application/json' &&
    parameters.every((one) => !/^\s*charset\s*=/.test(one) || /^\s*charset\s*=\s*"?utf-8"?\s*$/.test(one))
  );
}

/** Closes the connection: what is left of the body is not waited for. */
function tooLarge(maxBytes: number): HttpResponse {
  const message = `The body of a request has at most ${maxBytes} bytes.`;
  return errorResponse(413, 'BODY_TOO_LARGE', message, { connection: 'close' });
}

/** Reads a body to its end, or until it is too large. */
function read(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too large' | 'cut off'> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const cutOff = () => resolve('cut off');
    if (request.destroyed) return cutOff();
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return chunks.push(chunk);
      request.off('data', take).pause();
      return resolve('too large');
    };
    request.on('data', take);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
    );
    request.once('error', cutOff);
    request.once('close', cutOff);
  });
}

// A byte-order mark is kept, so that it is seen: JSON must not begin with one (RFC 8259, section 8.1).
