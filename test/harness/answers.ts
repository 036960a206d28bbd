import { connect } from 'node:net';
import { expect } from 'vitest';
import { arrived } from './expected.ts';
import type { FrontDoor } from './front-door.ts';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends a body exactly as it is. */
export async function post(
  door: Pick<FrontDoor, 'url'>,
  body: BodyInit,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.text() };
}

/** Sends a document. */
export function ask(
  door: Pick<FrontDoor, 'url'>,
  query: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return post(door, JSON.stringify({ query, ...more }), headers);
}

/** Writes to a socket of its own and reads until the other side closes it. */
export function exchange(door: FrontDoor, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const { port, hostname } = new URL(door.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('utf8').on('data', (text) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(received));
    for (const part of parts) socket.write(part);
  });
}

/** One error of an answer without data. */
export interface ExpectedFault {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly inputPath?: readonly string[] };
  readonly locations?: unknown;
}

export const badRequest = (message: string): ExpectedFault => ({
  message,
  extensions: { code: 'BAD_REQUEST' },
});
export const invalid = (message: string): ExpectedFault => ({
  message,
  locations: expect.anything(),
  extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
});
export const badInput = (message: string, ...inputPath: readonly string[]): ExpectedFault => ({
  message,
  extensions: { code: 'INVALID_INPUT', inputPath },
});

/**
 * Asserts the whole answer, that it is short and repeats no canary, that nothing was logged and nothing left to a
 * provider, and that the next request is answered as ever.
 */
export async function refuses(
  door: FrontDoor,
  send: () => Promise<Answer>,
  status: number,
  ...errors: readonly ExpectedFault[]
): Promise<void> {
  door.forgetRequests();
  const logged = door.log.length;
  const answer = await send();
  expect(JSON.parse(answer.body)).toEqual({ errors });
  expect(answer.status).toBe(status);
  expect(answer.body.length).toBeLessThan(2_000);
  expect(answer.body).not.toMatch(/canary/i);
  expect(door.log.slice(logged)).toEqual([]);
  expect(arrived(door)).toEqual([]);
  expect(await ask(door, '{ __typename }')).toEqual({ status: 200, body: '{"data":{"__typename":"Query"}}' });
}
