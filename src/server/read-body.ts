import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { GraphQLParams } from 'graphql-yoga';
import { mayBeRounded, parseExactly } from '../graphql/documents/lossless-numbers.ts';
import { badRequest } from './refusal.ts';
import { type Answer, refused } from './response.ts';

/** Levels of objects and lists in a body. A patch needs ten. Our own choice. */
const maxNesting = 32;

/** The members of a body: https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters */
const members: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

/** Reads the body of a POST, which is JSON of at most so many bytes, not encoded; or says why it is not read. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | { readonly refused: Answer }> {
  const refusedUnread = refusedByHeaders(request.headers, maxBytes);
  if (refusedUnread) return { refused: refusedUnread };
  const body = await read(request, maxBytes);
  if (body === 'too large') return { refused: tooLarge(maxBytes) };
  // Nobody is there to read this; but it ends the request, and it is no bug.
  return body === 'cut off' ? { refused: refused(400, 'BAD_REQUEST', 'The body ended too early.') } : body;
}

function refusedByHeaders(headers: IncomingHttpHeaders, maxBytes: number): Answer | undefined {
  // More than was said is not read: Node's parser ends the body there.
  if (Number(headers['content-length']) > maxBytes) return tooLarge(maxBytes);
  const refuse = (message: string, more: Readonly<Record<string, string>> = {}) =>
    refused(415, 'UNSUPPORTED_MEDIA_TYPE', message, {
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
function tooLarge(maxBytes: number): Answer {
  const message = `The body of a request has at most ${maxBytes} bytes.`;
  return refused(413, 'BODY_TOO_LARGE', message, { connection: 'close' });
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
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What a body asks for: it has exactly the form that GraphQL over HTTP gives it.
 * @throws GraphQLError with a text that is always the same
 */
export function paramsOfBody(bytes: Buffer): GraphQLParams {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8.');
  }
  if (text.startsWith('\ufeff')) {
    throw badRequest('The body begins with a byte-order mark: leave it out.');
  }
  const body = fromJson(text, 'The body is not JSON.');
  if (Array.isArray(body)) throw badRequest('A batch is not taken: send one operation a request.');
  if (typeof body !== 'object' || body === null) {
    throw badRequest('The body must be a JSON object.');
  }
  if (Object.keys(body).some((key) => !members.has(key))) {
    throw badRequest('The body has other members than query, operationName, variables and extensions.');
  }
  const params: GraphQLParams = body;
  if (!['string', 'undefined'].includes(typeof (params.operationName ?? undefined))) {
    throw badRequest('The operationName must be a text.');
  }
  return params;
}

/**
 * What the parameters of a GET ask for.
 * @throws GraphQLError with a text that is always the same
 */
export function paramsOfSearch(url: string): GraphQLParams {
  const start = url.indexOf('?');
  const search = start === -1 ? '' : url.slice(start + 1);
  try {
    decodeURIComponent(search);
  } catch {
    // URLSearchParams would put U+FFFD in the place of what is no text.
    throw badRequest('The parameters are not UTF-8.');
  }
  const parameters = new URLSearchParams(search);
  const json = (name: string) => {
    const text = parameters.get(name);
    return text
      ? (fromJson(text, `The parameter ${name} is not JSON.`) as Record<string, unknown>)
      : undefined;
  };
  const [query, operationName] = [parameters.get('query'), parameters.get('operationName')];
  const [variables, extensions] = [json('variables'), json('extensions')];
  return {
    ...(query ? { query } : {}),
    ...(operationName ? { operationName } : {}),
    ...(variables === undefined ? {} : { variables }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

function fromJson(text: string, message: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(message);
  }
  if (isDeeperThan(maxNesting, value)) {
    throw badRequest(`Variables and extensions are nested ${maxNesting} levels deep at most.`);
  }
  return mayBeRounded(text) ? parseExactly(text) : value;
}

/** It looks no deeper than it has to, so that the stack does not end before the value does. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels < 0) return true;
  for (const one of Object.values(value)) if (isDeeperThan(levels - 1, one)) return true;
  return false;
}
