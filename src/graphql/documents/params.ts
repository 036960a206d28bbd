import type { GraphQLParams } from 'graphql-yoga';
import { mayBeRounded, parseLossless } from '../../domain/lossless-json.ts';
import { badRequest } from './bad-request.ts';
import { isLossless } from './lossless-numbers.ts';

/** Levels of objects and lists in variables and extensions. A patch needs ten. Our own choice. */
const maxNesting = 32;

/** https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters */
const members: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the parameters of a POST strictly.
 * @throws GraphQLError with a fixed message
 */
export function paramsOfBody(bytes: Buffer): GraphQLParams {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8.');
  }
  if (text.startsWith('\ufeff')) {
    throw badRequest('The body must not begin with a byte-order mark (RFC 8259, section 8.1).');
  }
  const body = fromJson(text, 'The body is not JSON.');
  if (Array.isArray(body)) throw badRequest('Batches are not supported: send one operation per request.');
  if (typeof body !== 'object' || body === null) {
    throw badRequest('The body must be a JSON object.');
  }
  if (Object.keys(body).some((key) => !members.has(key))) {
    throw badRequest('The body may only have the members query, operationName, variables and extensions.');
  }
  const params: GraphQLParams = body;
  if (!['string', 'undefined'].includes(typeof (params.operationName ?? undefined))) {
    throw badRequest('The operationName must be a string.');
  }
  return params;
}

/**
 * Reads the parameters of a GET.
 * @throws GraphQLError with a fixed message
 */
export function paramsOfSearch(url: string): GraphQLParams {
  const start = url.indexOf('?');
  const search = start === -1 ? '' : url.slice(start + 1);
  try {
    decodeURIComponent(search);
  } catch {
    // URLSearchParams would replace invalid UTF-8 by U+FFFD.
    throw badRequest('The parameters are not UTF-8.');
  }
  const parameters = new URLSearchParams(search);
  const given = [...members].flatMap((name) => {
    const text = parameters.get(name);
    if (!text) return [];
    const isJson = name === 'variables' || name === 'extensions';
    return [[name, isJson ? fromJson(text, `The parameter ${name} is not JSON.`) : text] as const];
  });
  return Object.fromEntries(given);
}

function fromJson(text: string, message: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(message);
  }
  if (isDeeperThan(maxNesting, value)) {
    throw badRequest(`Variables and extensions may be nested at most ${maxNesting} levels deep.`);
  }
  // JSON has no NaN, and GraphQL rejects it at its path.
  const orNaN = (literal: string) => (isLossless(literal) ? Number(literal) : Number.NaN);
  return mayBeRounded(text) ? parseLossless(text, orNaN) : value;
}

/** Recurses no deeper than `levels`, so that no value overflows the stack. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels < 0) return true;
  for (const one of Object.values(value)) if (isDeeperThan(levels - 1, one)) return true;
  return false;
}
