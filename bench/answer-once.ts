import { WrongAnswer } from './run-load.ts';
import type { Exchange } from './work.ts';

/**
 * Makes one request and compares its answer.
 * @throws WrongAnswer where it is not to the letter what was expected
 */
export async function answerOnce(
  url: string,
  headers: Readonly<Record<string, string>>,
  { body, expected }: Exchange,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const given = await response.text();
  if (response.status === 200 && given === expected) return;
  throw new WrongAnswer(`expected 200 ${expected}\nbut got ${response.status} ${given}`);
}
