import { type RefusalCode, refusalBody } from './refusal.ts';

/** An answer as it goes out; the headers that every answer has are not in it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An answer with one error in GraphQL's form, and a text that is always the same. */
export function refused(
  status: number,
  code: RefusalCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: refusalBody(code, message),
  };
}

/** The whole of a fetch Response. */
export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
