import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { errorResponse, type HttpResponse } from './response.ts';

/** Reads the body of a POST: uncompressed JSON of at most `maxBytes`. Any other is rejected. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | { readonly refused: HttpResponse }> {
  const refused = checkHeaders(request.headers, maxBytes);
  if (refused) return { refused };
  const body = await read(request, maxBytes);
  if (body === 'too large') return { refused: tooLarge(maxBytes) };
  // The client has gone and does not read this; it ends the request without a logged bug.
  return body === 'cut off'
    ? { refused: errorResponse(400, 'BAD_REQUEST', 'The body is incomplete.') }
    : body;
}

function checkHeaders(headers: IncomingHttpHeaders, maxBytes: number): HttpResponse | undefined {
  // Node's parser ends the body after content-length bytes, so the header can be trusted.
  if (Number(headers['content-length']) > maxBytes) return tooLarge(maxBytes);
  const refuse = (message: string, more: Readonly<Record<string, string>> = {}) =>
    errorResponse(415, 'UNSUPPORTED_MEDIA_TYPE', message, {
      ...more,
      // A chunked body, of unknown length, would have to be read before the next request.
      ...(headers['transfer-encoding'] === undefined ? {} : { connection: 'close' }),
    });
  // A browser sends some other types without a preflight, also from a foreign page.
  if (!isJson(headers['content-type'])) {
    return refuse('The body of a POST must be application/json.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('The body of a POST must not be compressed.', { 'accept-encoding': 'identity' });
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

/** Closes the connection instead of reading the rest of the body. */
function tooLarge(maxBytes: number): HttpResponse {
  const message = `The body must have at most ${maxBytes} bytes.`;
  return errorResponse(413, 'BODY_TOO_LARGE', message, { connection: 'close' });
}

function read(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too large' | 'cut off'> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const cutOff = () => resolve('cut off');
    if (request.destroyed) return cutOff();
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return chunks.push(chunk);
      request.off('data', onData).pause();
      return resolve('too large');
    };
    request.on('data', onData);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
    );
    request.once('error', cutOff);
    request.once('close', cutOff);
  });
}
