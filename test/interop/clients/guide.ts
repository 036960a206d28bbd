import { readFileSync } from 'node:fs';

/** What front-end developers read. */
const guide = readFileSync(new URL('../../../examples/clients.md', import.meta.url), 'utf8');

/** Its lines. */
export const lines = guide.split('\n');

/** The cells of the rows of the table whose header begins so, without the last, which is for people. */
export function table(header: string): readonly (readonly string[])[] {
  const [, rows = ''] = guide.split(`\n| ${header} |`, 2)[1]?.split(/\n\|[-|]+\|\n/, 2) ?? [];
  return rows
    .slice(0, rows.search(/\n(?!\|)/))
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -2)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

/** An answer of HTTP, as far as the guide says something of it. */
export interface Answer {
  readonly status: number;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>>;
    readonly errors?: readonly {
      readonly path?: unknown;
      readonly extensions: { readonly code: string; readonly inputPath?: unknown };
    }[];
  };
}

/** Asks as the three clients do, unless the headers say otherwise. */
export async function ask(
  { url }: { readonly url: string },
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const accept = 'application/graphql-response+json, application/json;q=0.9';
  const sent = { 'content-type': 'application/json', accept, ...headers };
  const whole = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: sent, body: whole });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** What no caller brings about. */
export function bug(): never {
  throw new TypeError('A bug.');
}

/** A question that is always right. */
export const directories = { query: '{ directories { name } }' };
/** Claims of a caller who may read. */
export const gateway = { aud: 'idpatch-gateway', sub: 'gateway', scope: 'users:read' };
/** The header by which a token comes. */
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
