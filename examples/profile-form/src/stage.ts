import type { Draft } from './draft.ts';
import type { PatchUserInput } from './generated/graphql.ts';
import type { Payload, Plan, User } from './idpatch.ts';

/** A patch that was or will be sent under a key of its own, and what the person asked for by it. */
export interface Attempt {
  readonly input: PatchUserInput;
  readonly asked: Draft;
}

/** What a person is told above the form. */
export interface Notice {
  readonly tone: 'done' | 'refused' | 'partly' | 'news';
  readonly title: string;
  /** What is wrong with each field, by its key. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** What else there is to say. */
  readonly lines: readonly string[];
  /** The same may be tried again, after so many seconds. */
  readonly retry?: { readonly attempt: Attempt; readonly afterSeconds: number };
}

/** Where the person is: at the form, or at a decision that comes before anything else. */
export type Stage =
  | { readonly at: 'form'; readonly notice?: Notice }
  | { readonly at: 'plan'; readonly attempt: Attempt; readonly plan: Plan }
  /** It is not known what became of the attempt: the payload says so, or there is none and `why` says why. */
  | { readonly at: 'doubt'; readonly attempt: Attempt; readonly payload?: Payload; readonly why: string }
  | { readonly at: 'stale'; readonly asked: Draft; readonly theirs: User };

/** An attempt of its own: with a key that no other has. */
export function newAttempt({ input, asked }: Attempt): Attempt {
  // Browsers have randomUUID on https and on this machine's own addresses.
  return { asked, input: { ...input, idempotencyKey: crypto.randomUUID() } };
}
