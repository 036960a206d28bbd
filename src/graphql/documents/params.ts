import type { GraphQLParams } from 'graphql-yoga';
import { badRequest } from './bad-request.ts';
import { mayBeLossy, parseLossless } from './lossless-numbers.ts';

/** Levels of objects and lists in a body. A patch needs ten. Our own choice. */
const maxNesting = 32;

/** The members of a body: https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters */
const members: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

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
  return mayBeLossy(text) ? parseLossless(text) : value;
}

/** It looks no deeper than it has to, so that the stack does not end before the value does. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels < 0) return true;
  for (const one of Object.values(value)) if (isDeeperThan(levels - 1, one)) return true;
  return false;
}
