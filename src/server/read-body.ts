import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { Budget } from '../upstream/budget.ts';
import { overloaded, type Refused, refuse } from './response.ts';

/** The body of a POST. */
export interface Body {
  readonly bytes: Buffer;
  /** Called when nothing of the body is needed any more. */
  release(): void;
}

export interface BodyLimits {
  readonly maxBytes: number;
  readonly maxValues: number;
  readonly budget: Budget;
  /** Who takes of the budget. */
  readonly owner: unknown;
}

/** What a decompressor takes (bytes): zlib's window and its buffers. */
const gunzipBytes = 64 * 1024;

/** Bodies from this size are handed on one per turn of the event loop, as parsing one takes up to 0.1 s. Our own choice. */
const largeBytes = 64 * 1024;

/** Reads the body of a POST: JSON of at most `maxBytes`, which may be compressed by gzip. Any other is rejected. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Refused | Promise<Body | Refused> {
  return checkHeaders(request.headers, limits.maxBytes) ?? read(request, limits);
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
  if (!['identity', 'gzip'].includes(codingOf(headers))) {
    const codings = { 'accept-encoding': 'gzip, identity', ...close };
    const message = 'The body of a POST must not be compressed, or by gzip alone.';
    return refuse(415, 'UNSUPPORTED_MEDIA_TYPE', message, codings);
  }
  return undefined;
}

/** `x-gzip` is the same: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3 */
function codingOf({ 'content-encoding': coding = 'identity' }: IncomingHttpHeaders): string {
  return coding.toLowerCase().replace(/^x-gzip$/, 'gzip');
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
const close = { connection: 'close' } as const;

function tooLarge(maxBytes: number): Refused {
  return refuse(413, 'BODY_TOO_LARGE', `The body must have at most ${maxBytes} bytes.`, close);
}

/** The client has gone and does not read this; it ends the request without a logged bug. */
const incomplete = refuse(400, 'BAD_REQUEST', 'The body is incomplete.');
const notGzip = refuse(400, 'BAD_REQUEST', 'The body is not gzip.', close);
const noRoom = { refused: overloaded('limits.totalBodyBytes', close) };

async function read(
  request: IncomingMessage,
  { maxBytes, maxValues, budget, owner }: BodyLimits,
): Promise<Body | Refused> {
  let taken = 0;
  const take = (bytes: number) => {
    if (!budget.take(owner, bytes)) return false;
    taken += bytes;
    return true;
  };
  const release = () => {
    budget.give(owner, taken);
    taken = 0;
  };
  const isCompressed = codingOf(request.headers) === 'gzip';
  const declared = isCompressed ? gunzipBytes : Number(request.headers['content-length'] ?? 0);
  if (!take(declared)) return noRoom;
  const bytes = await collect(request, isCompressed, (length) => {
    if (length > maxBytes) return tooLarge(maxBytes);
    return length <= taken || take(length - taken) ? undefined : noRoom;
  });
  if ('refused' in bytes) {
    release();
    return bytes;
  }
  if (bytes.length >= largeBytes) await takeTurn();
  if (bytes.length > maxValues && countValues(bytes) > maxValues) {
    release();
    const message = `The body must have at most ${maxValues} values (limits.bodyValues).`;
    return refuse(413, 'BODY_TOO_LARGE', message);
  }
  return { bytes, release };
}

const [quote, backslash, comma, bracket, brace] = Buffer.from('"\\,[{');

/** The values of a JSON text, of which each takes time and memory to parse however short it is. */
function countValues(json: Buffer): number {
  let values = 1;
  let isInString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === quote) isInString = !isInString;
    else if (isInString) index += byte === backslash ? 1 : 0;
    else if (byte === comma || byte === bracket || byte === brace) values += 1;
  }
  return values;
}

let lastTurn: Promise<void> = Promise.resolve();

/** Waits for a turn of the event loop that no other large body has. */
function takeTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

/** Reads to the end, unless `check` refuses what has come out so far. */
function collect(
  request: IncomingMessage,
  isCompressed: boolean,
  check: (length: number) => Refused | undefined,
): Promise<Buffer | Refused> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const gunzip = isCompressed ? createGunzip() : undefined;
    const source = gunzip ? request.pipe(gunzip) : request;
    const stop = (refused: Refused) => {
      source.off('data', onData);
      request.pause();
      gunzip?.destroy();
      resolve(refused);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      const refused = check(length);
      if (refused) stop(refused);
      else chunks.push(chunk);
    };
    const cutOff = () => stop(incomplete);
    if (request.destroyed) return cutOff();
    source.on('data', onData);
    source.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
    );
    gunzip?.once('error', () => stop(notGzip));
    request.once('error', cutOff);
    request.once('close', () => {
      if (!request.readableEnded) cutOff();
    });
  });
}
