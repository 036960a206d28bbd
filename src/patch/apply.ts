import type { Directories } from '../directories.ts';
import {
  type InputPath,
  maxErrors,
  noProviderDetails,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import type { PatchConfirmation, PatchOutcome } from '../domain/outcome.ts';
import { parseGlobalId, type UserWithCustomFields } from '../domain/user.ts';
import type { Change, Provider, Step, WriteResult } from '../providers/provider.ts';
import type { CallOptions } from '../upstream/client.ts';
import { howShown } from './confirm.ts';
import type { OperationTime } from './operation-time.ts';

/** The outcome of a patch and how it is known. `errors` is empty exactly where the outcome is APPLIED. */
export interface Verdict {
  readonly outcome: PatchOutcome;
  readonly confirmedBy: PatchConfirmation | null;
  /** The user after the call; null where it was not read, or could not be. */
  readonly user: UserWithCustomFields | null;
  readonly errors: readonly PatchError[];
  /** The paths of the changes that the provider keeps in another form than the one asked for. */
  readonly adjusted: readonly InputPath[];
  /** The changes of which a later read may show that they were written; empty where the outcome is final. */
  readonly open?: readonly Change[];
}

/** Nothing was written. At most `maxErrors` errors are kept. */
export function notApplied(errors: readonly PatchError[]): Verdict {
  return {
    ...{ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, adjusted: [] },
    errors: errors.slice(0, maxErrors),
  };
}

/** The changes of all steps, by what became of them. */
interface SendResult {
  /** The provider accepted the step, or its user shows it after an ambiguous answer. */
  readonly accepted: readonly Change[];
  /** Whether the step was written is unknown. */
  readonly ambiguous: readonly Change[];
  /** The step was refused, or comes after one that was not accepted and was not sent. */
  readonly notWritten: readonly Change[];
  /** Why a step was refused. */
  readonly refusals: readonly PatchError[];
  /** The user as last read after all of `accepted`, and how; without a user where it could not be read. */
  readonly lastRead?:
    | { readonly user: UserWithCustomFields | undefined; readonly by: PatchConfirmation }
    | undefined;
}

/**
 * Sends the steps of one user in order until one is refused or ambiguous, and decides the outcome by the user as it is
 * then. An acceptance counts only as far as the user shows the change, a missing answer only where it shows all.
 * `time.writing` bounds the sending, `time.readingBack` the reads afterwards. Resolves in every case; `reportBug` gets
 * what should never have been thrown.
 */
export async function applySteps(
  provider: Provider,
  userId: string,
  steps: readonly Step[],
  time: OperationTime,
  reportBug: (bug: unknown) => void,
): Promise<Verdict> {
  const readOnce = () => readBack(provider, userId, time.readingBack).catch(reported(undefined));
  const read = (changes: readonly Change[]) => readUntilShown(changes, readOnce, time);
  const write = (step: Step) =>
    provider.write(userId, step, time.writing).catch(reported<WriteResult>({ kind: 'ambiguous' }));
  const sent = await sendSteps(steps, write, read);
  if (sent.accepted.length === 0 && sent.ambiguous.length === 0) return notApplied(sent.refusals);
  if (sent.lastRead && (sent.ambiguous.length > 0 || shows(sent.lastRead.user, sent.accepted)))
    return decideOutcome(sent, sent.lastRead.user, sent.lastRead.by);
  // The response to the write is a user too, where no read succeeds.
  const user = (await read(sent.accepted)) ?? sent.lastRead?.user;
  return decideOutcome(sent, user, 'READ_BACK');

  // Something may have been sent: a bug of ours must not replace the answer, it counts as no answer.
  function reported<T>(instead: T): (bug: unknown) => T {
    return (bug) => {
      reportBug(bug);
      return instead;
    };
  }
}

/**
 * Reads at once and then at growing distances, because a provider's reads may lag behind its writes, until the user
 * shows the changes or the time is over. Returns the user as last read: null where there is none, undefined where no
 * read succeeded.
 */
async function readUntilShown(
  changes: readonly Change[],
  read: () => Promise<UserWithCustomFields | null | undefined>,
  { readingBack, readBackDelaysMs, pause }: OperationTime,
): Promise<UserWithCustomFields | null | undefined> {
  let user = await read();
  for (const delayMs of readBackDelaysMs) {
    const msLeft = readingBack.deadline.endsAt - performance.now();
    if (shows(user, changes) || msLeft < minReadMs) break;
    // The last read leaves time for its answer.
    await pause(Math.min(delayMs, msLeft * (1 - lastReadShare)));
    user = (await read()) ?? user;
  }
  return user;
}

/** Milliseconds and share of the time left that are worth another read. */
const minReadMs = 20;
const lastReadShare = 0.25;

function shows(user: UserWithCustomFields | null | undefined, changes: readonly Change[]): boolean {
  return user ? changes.every((change) => howShown(change, user) !== 'not') : false;
}

async function sendSteps(
  steps: readonly Step[],
  write: (step: Step) => Promise<WriteResult>,
  read: (changes: readonly Change[]) => Promise<UserWithCustomFields | null | undefined>,
): Promise<SendResult> {
  const accepted: Change[] = [];
  let lastRead: SendResult['lastRead'];
  for (const [index, { changes }] of steps.entries()) {
    const later = steps.slice(index + 1).flatMap((step) => step.changes);
    const refusedFor = (refusals: readonly PatchError[]): SendResult => ({
      ...{ accepted, ambiguous: [], notWritten: [...changes, ...later], refusals, lastRead },
    });
    const result = await write({ changes });
    switch (result.kind) {
      case 'accepted':
        lastRead = result.user && { user: result.user, by: 'RESPONSE' };
        break;
      case 'refused':
        lastRead = undefined;
        return refusedFor(result.errors);
      case 'ambiguous': {
        const user = await read(changes);
        lastRead = { user: user ?? undefined, by: 'READ_BACK' };
        if (shows(user, changes)) break;
        if (user === undefined || !result.refusedUnlessApplied)
          return { accepted, ambiguous: changes, notWritten: later, refusals: [], lastRead };
        return refusedFor(user ? result.refusedUnlessApplied : [noSuchUser]);
      }
    }
    accepted.push(...changes);
  }
  return { accepted, ambiguous: [], notWritten: [], refusals: [], lastRead };
}

/** Compares what was sent with the user as it is now; `user` undefined where it could not be read. */
function decideOutcome(
  sent: SendResult,
  user: UserWithCustomFields | undefined,
  by: PatchConfirmation,
): Verdict {
  const isRefused = (change: Change) => sent.refusals.some(({ path }) => isWithin(path, change.path));
  const notWritten = [
    ...sent.refusals,
    ...sent.notWritten.filter((change) => !isRefused(change)).map(alsoNotWritten),
  ];
  const changes = [...sent.accepted, ...sent.ambiguous];
  if (!user) {
    const errors = [...changes.map(unknown), ...notWritten];
    return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors, adjusted: [], open: changes };
  }
  const shown = new Map(changes.map((change) => [change, howShown(change, user)]));
  const isNotShown = (change: Change) => shown.get(change) === 'not';
  const [unseen, ambiguous] = [sent.accepted.filter(isNotShown), sent.ambiguous.filter(isNotShown)];
  const adjusted = changes.filter((change) => shown.get(change) === 'adjusted').map(({ path }) => path);
  const errors = [...unseen.map(notConfirmed), ...ambiguous.map(unknown), ...notWritten];
  const open = [...unseen, ...ambiguous];
  const verdict = { confirmedBy: null, user, errors, adjusted, open };
  if (errors.length === 0) return { ...verdict, outcome: 'APPLIED', confirmedBy: by };
  const isPartial = changes.length > open.length && ambiguous.length === 0;
  return { ...verdict, outcome: isPartial ? 'PARTIAL' : 'UNKNOWN' };
}

/** The user as the provider has it now; null where there is none, undefined where the read failed. */
async function readBack(
  provider: Provider,
  userId: string,
  call: CallOptions,
): Promise<UserWithCustomFields | null | undefined> {
  const [user] = await provider.readUsers([userId], { customFields: true }, call);
  return user instanceof ReadFailure ? undefined : ((user ?? null) as UserWithCustomFields | null);
}

/** The same by global id; undefined also where the directory is not configured. */
export async function readBackById(
  user: string,
  directories: Directories,
  call: CallOptions,
): Promise<UserWithCustomFields | null | undefined> {
  const reference = parseGlobalId(user);
  const provider = reference && directories.get(reference.directory)?.provider;
  return provider && readBack(provider, reference.userId, call);
}

function isWithin(path: InputPath, outer: InputPath): boolean {
  return outer.every((part, index) => path[index] === part);
}

const noSuchUser: PatchError = { code: 'USER_NOT_FOUND', message: 'There is no such user.', path: ['user'] };

function notConfirmed({ path }: Change): PatchError {
  const message =
    'The provider accepted the change, but the user does not show it: read the user again before you decide.';
  return { code: 'NOT_CONFIRMED', message, path };
}

/** Whether the change was written is unknown. */
function unknown({ path }: Change): PatchError {
  const message =
    'The change was sent and could not be confirmed: it may have been written, or may still be.';
  return { code: 'OUTCOME_UNKNOWN', message, path };
}

function alsoNotWritten({ path }: Change): PatchError {
  const message = 'Not written, because another part of the patch was refused or is unknown.';
  return { code: 'PROVIDER_REFUSED', message, path, ...noProviderDetails };
}
