import {
  type InputPath,
  maxErrors,
  noProviderDetails,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import type { PatchConfirmation, PatchOutcome } from '../domain/outcome.ts';
import type { UserWithCustomFields } from '../domain/user.ts';
import type { Change, Provider, Step, WriteResult } from '../providers/provider.ts';
import type { CallOptions } from '../upstream/client.ts';
import { unconfirmed } from './confirm.ts';

/** What became of a patch, and how that is known. `errors` is empty exactly where the outcome is APPLIED. */
export interface Verdict {
  readonly outcome: PatchOutcome;
  readonly confirmedBy: PatchConfirmation | null;
  /** The user after the call; null where it was not read, or could not be. */
  readonly user: UserWithCustomFields | null;
  readonly errors: readonly PatchError[];
}

/** Nothing was written. Of more errors than `mostErrors` the first are given. */
export function notApplied(errors: readonly PatchError[]): Verdict {
  return { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors: errors.slice(0, maxErrors) };
}

/** Where the sending of steps ended. */
interface Sent {
  /** The changes of the steps that the provider said yes to, or that were seen after an ambiguous answer. */
  readonly done: readonly Change[];
  /** The changes of the step whose outcome could not be told. */
  readonly doubtful: readonly Change[];
  /** The changes of the steps that were refused or, after one that stopped, not sent at all. */
  readonly undone: readonly Change[];
  /** Why a step was refused. */
  readonly refusals: readonly PatchError[];
  /** The user as read last after all of `done`, and how. */
  readonly seen?: { readonly user: UserWithCustomFields; readonly by: PatchConfirmation } | undefined;
}

/**
 * Sends the steps of one user in order until one is refused or in doubt, looks at the user, and says what is in:
 * the provider's yes is believed only as far as the user shows it, its silence only where the user shows all.
 * `writing` bounds the sending, `readingBack` the look afterwards.
 * Answers in every case; `report` gets what should never have been thrown.
 */
export async function applySteps(
  provider: Provider,
  userId: string,
  steps: readonly Step[],
  { writing, readingBack }: { readonly writing: CallOptions; readonly readingBack: CallOptions },
  report: (bug: unknown) => void,
): Promise<Verdict> {
  const look = () => readBack(provider, userId, readingBack).catch(noted(undefined));
  const write = (step: Step) =>
    provider.write(userId, step, writing).catch(noted<WriteResult>({ kind: 'ambiguous' }));
  const sent = await send(steps, write, look);
  if (sent.done.length === 0 && sent.doubtful.length === 0) return notApplied(sent.refusals);
  const user = sent.seen?.user ?? (await look()) ?? undefined;
  return decideOutcome(sent, user, sent.seen?.by ?? 'READ_BACK');

  // A bug of ours after something may have left must not take the answer along: it is as good as no answer.
  function noted<T>(instead: T): (bug: unknown) => T {
    return (bug) => {
      report(bug);
      return instead;
    };
  }
}

async function send(
  steps: readonly Step[],
  write: (step: Step) => Promise<WriteResult>,
  look: () => Promise<UserWithCustomFields | null | undefined>,
): Promise<Sent> {
  const done: Change[] = [];
  let seen: Sent['seen'];
  for (const [index, { changes }] of steps.entries()) {
    const later = steps.slice(index + 1).flatMap((step) => step.changes);
    const result = await write({ changes });
    switch (result.kind) {
      case 'accepted':
        seen = result.user && { user: result.user, by: 'RESPONSE' };
        break;
      case 'refused':
        return {
          done,
          doubtful: [],
          undone: [...changes, ...later],
          refusals: result.errors,
          seen: undefined,
        };
      case 'ambiguous': {
        const user = await look();
        seen = user ? { user, by: 'READ_BACK' } : undefined;
        if (user && unconfirmed(changes, user).length === 0) break;
        if (user === undefined || !result.refusedUnlessApplied)
          return { done, doubtful: changes, undone: later, refusals: [], seen };
        const refusals: readonly PatchError[] = user
          ? result.refusedUnlessApplied
          : [{ code: 'USER_NOT_FOUND', message: 'There is no such user.', path: ['user'] }];
        return { done, doubtful: [], undone: [...changes, ...later], refusals, seen };
      }
    }
    done.push(...changes);
  }
  return { done, doubtful: [], undone: [], refusals: [], seen };
}

/** Weighs what was sent against the user as it is now; `user` undefined where it could not be read. */
function decideOutcome(sent: Sent, user: UserWithCustomFields | undefined, by: PatchConfirmation): Verdict {
  const refused = (change: Change) => sent.refusals.some(({ path }) => isWithin(path, change.path));
  const notWritten = [...sent.refusals, ...sent.undone.filter((change) => !refused(change)).map(notSent)];
  if (!user) {
    const errors = [...[...sent.done, ...sent.doubtful].map(unknown), ...notWritten];
    return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors };
  }
  const [unseen, doubtful] = [unconfirmed(sent.done, user), unconfirmed(sent.doubtful, user)];
  const errors = [...unseen.map(notConfirmed), ...doubtful.map(unknown), ...notWritten];
  const verdict = { confirmedBy: null, user, errors };
  if (errors.length === 0) return { ...verdict, outcome: 'APPLIED', confirmedBy: by };
  const shown = sent.done.length + sent.doubtful.length - unseen.length - doubtful.length;
  return { ...verdict, outcome: shown > 0 && doubtful.length === 0 ? 'PARTIAL' : 'UNKNOWN' };
}

/** The user as the provider has it now; null where there is none, undefined where that could not be told. */
export async function readBack(
  provider: Provider,
  userId: string,
  call: CallOptions,
): Promise<UserWithCustomFields | null | undefined> {
  const [user] = await provider.readUsers([userId], { customFields: true }, call);
  return user instanceof ReadFailure ? undefined : ((user ?? null) as UserWithCustomFields | null);
}

function isWithin(path: readonly string[], place: readonly string[]): boolean {
  return place.every((part, index) => path[index] === part);
}

function notConfirmed({ path }: Change): PatchError {
  const message =
    'The provider took the change but does not show it: read the user again before deciding anything.';
  return { code: 'NOT_CONFIRMED', message, path };
}

/** That it cannot be told whether the change is in. */
export function unknown({ path }: { readonly path: InputPath }): PatchError {
  const message = 'The change was sent, and whether it is in could not be seen: it may be, or may yet come.';
  return { code: 'OUTCOME_UNKNOWN', message, path };
}

function notSent({ path }: Change): PatchError {
  const message = 'Not written, because another part of the patch was not.';
  return { code: 'PROVIDER_REFUSED', message, path, ...noProviderDetails };
}
