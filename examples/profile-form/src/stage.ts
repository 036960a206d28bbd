import type { Draft } from './draft.ts';
import type { PatchUserInput } from './generated/graphql.ts';
import type { Payload, Plan, User } from './idpatch.ts';

/** A patch with its own idempotency key, and the changes that the person asked for. */
export interface Attempt {
  readonly input: PatchUserInput;
  readonly asked: Draft;
}

/** What is shown above the form. */
export interface Notice {
  readonly tone: 'done' | 'refused' | 'partly' | 'news';
  readonly title: string;
  /** Error messages by the field's key. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Further sentences. */
  readonly lines: readonly string[];
  /** The attempt can be repeated after so many seconds. */
  readonly retry?: { readonly attempt: Attempt; readonly afterSeconds: number };
}

/** At the form, or at a dialog that must be answered first. */
export type Stage =
  | { readonly at: 'form'; readonly notice?: Notice }
  | { readonly at: 'plan'; readonly attempt: Attempt; readonly plan: Plan }
  /** The outcome of the attempt is unknown: by its payload, or because there is none; `why` says which. */
  | { readonly at: 'unknown'; readonly attempt: Attempt; readonly payload?: Payload; readonly why: string }
  | { readonly at: 'stale'; readonly asked: Draft; readonly theirs: User };

/** The same patch with a new idempotency key. */
export function newAttempt({ input, asked }: Attempt): Attempt {
  // Browsers have randomUUID on https and on this machine's own addresses.
  return { asked, input: { ...input, idempotencyKey: crypto.randomUUID() } };
}
