import { type Answer, isFinal } from './checker.ts';

const payload = 'operationId outcome confirmedBy errors { code message path retryable }';
const ofOne = `mutation ($input: PatchUserInput!) { patchUser(input: $input) { ${payload} } }`;
const ofMany = `mutation ($inputs: [PatchUserInput!]!) { patchUsers(inputs: $inputs) { ${payload} } }`;

/** What one call came to: the answer; `left` where the caller went away, `lost` where the other side did or said nonsense. */
export type Reply = Answer | 'left' | 'lost';

/** One call of patchUser. */
export interface Calling {
  readonly input: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds after which the caller leaves. */
  readonly leaveAfterMs?: number | undefined;
  /** Takes what the answer says for people, where it may tell too much. */
  readonly hear?: (text: string) => void;
}

/** Longer than any deadline in these tests: whoever gets no answer by then gets none. */
const patienceMs = 30_000;

/** Calls patchUser once. */
export async function callPatchUser(url: string, { input, ...calling }: Calling): Promise<Reply> {
  const told = await call(url, { query: ofOne, variables: { input } }, calling);
  return typeof told === 'string' ? told : (refusalIn(told) ?? toReply(told.data?.patchUser));
}

/** Calls patchUsers once, and gives what it says of each, in order. */
export async function callPatchUsers(
  url: string,
  inputs: readonly object[],
  calling: Omit<Calling, 'input'>,
): Promise<readonly Reply[]> {
  const told = await call(url, { query: ofMany, variables: { inputs } }, calling);
  const whole = typeof told === 'string' ? told : refusalIn(told);
  if (typeof told === 'string' || whole) return inputs.map(() => whole ?? 'lost');
  const all = told.data?.patchUsers;
  return inputs.map((_, index) => (all?.length === inputs.length ? toReply(all[index]) : 'lost'));
}

interface Told {
  readonly data?: {
    readonly patchUser?: RawAnswer | null;
    readonly patchUsers?: readonly (RawAnswer | null)[] | null;
  } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

async function call(
  url: string,
  body: object,
  { headers, leaveAfterMs, hear }: Omit<Calling, 'input'>,
): Promise<Told | 'left' | 'lost'> {
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(leaveAfterMs ?? patienceMs),
    });
    text = await response.text();
  } catch {
    return leaveAfterMs === undefined ? 'lost' : 'left';
  }
  hear?.(text);
  return JSON.parse(text) as Told;
}

/** What a caller is told who asked for too much, or came when others did. */
function refusalIn({ data, errors }: Told): Answer | undefined {
  const code = errors?.[0]?.extensions?.code;
  if (data || (code !== 'RATE_LIMITED' && code !== 'OVERLOADED')) return undefined;
  return { outcome: 'NOT_APPLIED', confirmedBy: null, errors: [code], isRefusal: true };
}

function toReply(answer: RawAnswer | null | undefined): Reply {
  if (!answer) return 'lost';
  return { ...answer, errors: answer.errors.map(({ code, path }) => `${code} ${path.join('.')}`) };
}

interface RawAnswer extends Omit<Answer, 'errors'> {
  readonly errors: readonly { readonly code: string; readonly path: readonly string[] }[];
}

/** The outcome of an operation by its id; null where there is none. */
export async function outcomeOf(url: string, id: string): Promise<string | null> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query ($id: ID!) { operation(id: $id) { outcome } }', variables: { id } }),
  });
  const { data } = (await response.json()) as { data: { operation: { outcome: string | null } | null } };
  return data.operation?.outcome ?? null;
}

/** Calls until an answer is final, and gives every reply. */
export async function callUntilFinal(url: string, calling: Calling, pauseMs = 50): Promise<Reply[]> {
  const calls = await untilFinal(async () => [await callPatchUser(url, calling)], pauseMs);
  return calls.flat();
}

/** Calls until every answer is final, and gives the replies of each call, in order. */
export async function untilFinal(
  call: () => Promise<readonly Reply[]>,
  pauseMs = 50,
): Promise<readonly (readonly Reply[])[]> {
  const calls: (readonly Reply[])[] = [];
  const until = performance.now() + patienceMs;
  for (;;) {
    const replies = await call();
    calls.push(replies);
    const isOver = replies.every((reply) => typeof reply === 'string' || isFinal(reply));
    if (isOver || performance.now() > until) return calls;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
