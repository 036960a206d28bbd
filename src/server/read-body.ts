import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Refused, refuse } from './response.ts';

/** Reads the body of a POST: uncompressed JSON of at most `maxBytes`. Any other is rejected. */
export function readBody(request: IncomingMessage, maxBytes: number): Refused | Promise<Buffer | Refused> {
  return checkHeaders(request.headers, maxBytes) ?? read(request, maxBytes);
}

function checkHeaders(headers: IncomingHttpHeaders, maxBytes: number): Refused | undefined {
  // Node's parser ends the body after content-length bytes, so the header can be trusted.
  if (Number(headers['content-length']) > maxBytes) return tooLarge(maxBytes);
  // A chunked body, of unknown length, would have to be read before the next request.
  const close = headers['transfer-encoding'] === undefined ? {} : { connection: 'close' };
  // A browser sends some other types without a preflight, also from a foreign page.
  if (!isJson(headers['content-type'])) {
    return refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.', close);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const identity = { 'accept-encoding': 'identity', ...close };
    return refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must not be compressed.', identity);
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
function tooLarge(maxBytes: number): Refused {
  const message = `The body must have at most ${maxBytes} bytes.`;
  return refuse(413, 'BODY_TOO_LARGE', message, { connection: 'close' });
}

/** The client has gone and does not read this; it ends the request without a logged bug. */
const incomplete = refuse(400, 'BAD_REQUEST', 'The body is incomplete.');

function read(request: IncomingMessage, maxBytes: number): Promise<Buffer | Refused> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const cutOff = () => resolve(incomplete);
    if (request.destroyed) return cutOff();
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return chunks.push(chunk);
      request.off('data', onData).pause();
      return resolve(tooLarge(maxBytes));
    };
    request.on('data', onData);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
    );
    request.once('error', cutOff);
    request.once('close', cutOff);
  });
}
