import { isDeepStrictEqual } from 'node:util';
import type { WriteLogEntry } from '../../src/sandbox/emulator.ts';
import { type CallerBelowShare, checkShares } from './shares.ts';

/** What a caller was told. `errors` as `CODE path.to.it`, in the order of the answer. */
export interface Answer {
  readonly operationId?: string;
  readonly outcome: 'APPLIED' | 'NOT_APPLIED' | 'PARTIAL' | 'UNKNOWN';
  readonly confirmedBy: string | null;
  readonly errors: readonly string[];
  /** The whole request was refused before the operation was looked at. */
  readonly isRefusal?: true;
}

/** One operation: what was asked, what was done to it, and everything that its caller was told. */
export interface OperationRecord {
  /** A value that no other operation writes; also the operation's name. */
  readonly marker: string;
  /** Where the user is kept: an emulator's name. */
  readonly store: string;
  readonly userId: string;
  /** What the emulator's log shows when all is in: one exact change for each request to the provider. */
  readonly changes: readonly WriteLogEntry['change'][];
  /** The fault that was injected into this operation. */
  readonly fault: string;
  /** Whether the fault's row allows UNKNOWN. */
  readonly mayBeUnknown: boolean;
  /** Whether the fault may come between the steps of an operation that has several. */
  readonly mayBePartial: boolean;
  /** Every call of the operation, replays by its key too: its answer, `left` by the caller, or `lost`. */
  readonly replies: readonly (Answer | 'left' | 'lost')[];
  /** What `operation(id:)` says in the end; undefined where it was not asked. */
  readonly outcomeById?: string | null;
}

/** One write request as it was seen on the wire. Milliseconds; `to`: when it was over on both sides. */
export interface WireWrite {
  readonly store: string;
  readonly userId: string;
  readonly marker: string | undefined;
  readonly from: number;
  readonly to: number;
}

type Users = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Everything that is known of a run, when nothing of it can still be on its way. */
export interface Evidence {
  readonly operations: readonly OperationRecord[];
  /** By emulator: its write log, and its users before and after. */
  readonly stores: Readonly<
    Record<
      string,
      { readonly writes: readonly WriteLogEntry[]; readonly before: Users; readonly after: Users }
    >
  >;
  readonly wire: readonly WireWrite[];
  /** Lines of the log, and errors as they were answered. */
  readonly texts: readonly string[];
  /** Secrets and personal values, none of which may be in a text. */
  readonly unspeakable: readonly string[];
  /** Callers who asked for no more than their shares, beside one who asked for all there is. */
  readonly callers?: readonly CallerBelowShare[];
}

/** Something that must not be. */
export interface Violation {
  readonly invariant:
    | 'applied-but-absent'
    | 'denied-but-written'
    | 'doubled'
    | 'not-asked-for'
    | 'other-field-changed'
    | 'unknown-without-reason'
    | 'unknown-for-ever'
    | 'partial-without-reason'
    | 'no-final-answer'
    | 'two-answers'
    | 'answer-contradicts-itself'
    | 'told-a-secret'
    | 'too-many-requests'
    | 'two-at-a-time'
    | 'share-denied';
  /** The marker; undefined where it is about the whole run. */
  readonly operation: string | undefined;
  readonly detail: string;
}

/** Requests beyond the operations' own that any run may have. */
const requestFloor = 10;

/** Milliseconds by which two requests must overlap to count: the ends of two connections are not seen in order. */
const overlapMs = 25;

/** Holds the invariants at the foot of the fault table. Empty where all of them hold. */
export function check(evidence: Evidence): Violation[] {
  return [
    ...evidence.operations.flatMap((operation) => checkOperation(operation, evidence)),
    ...Object.keys(evidence.stores).flatMap((store) => checkStore(store, evidence)),
    ...checkTexts(evidence),
    ...checkRequests(evidence),
    ...checkTurns(evidence),
    ...checkShares(evidence.callers ?? []),
  ];
}

/** What was written of an operation: how often each of its changes is in the log. */
function written({ store, userId, changes }: OperationRecord, { stores }: Evidence): number[] {
  const log = stores[store]?.writes.filter((entry) => entry.userId === userId) ?? [];
  return changes.map((change) => log.filter((entry) => isDeepStrictEqual(entry.change, change)).length);
}

function checkOperation(operation: OperationRecord, evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  const report = (invariant: Violation['invariant'], detail: string) =>
    found.push({ invariant, operation: operation.marker, detail: `${operation.fault}: ${detail}` });
  const counts = written(operation, evidence);
  const some = counts.some((count) => count > 0);
  const all = counts.every((count) => count > 0);
  if (counts.some((count) => count > 1)) report('doubled', `in the log ${counts} times`);

  const answers = operation.replies.filter((reply) => typeof reply === 'object');
  // A refusal, or an answer that the journal could not give, is not the operation's, unless there was no other.
  const own = answers.filter((answer) => isFinal(answer));
  const finals = own.length > 0 ? own : answers.filter(isNotItsOwn);
  // The first that never changes, or else the last.
  const first = finals.find((answer) => !isOpen(answer)) ?? finals.at(-1);
  if (!first || operation.replies.includes('lost')) {
    report('no-final-answer', `the replies are ${JSON.stringify(operation.replies)}`);
  }
  if (!first) return found;
  const { operationId: _, ...told } = first;
  const since = isOpen(first) ? [] : finals.slice(finals.indexOf(first));
  for (const { operationId: _other, ...other } of since) {
    if (!isDeepStrictEqual(other, told)) {
      report('two-answers', `${JSON.stringify(told)} and ${JSON.stringify(other)}`);
      break;
    }
  }
  const { outcome, confirmedBy, errors } = first;
  const byId = operation.outcomeById;
  if (byId && !isOpen(first) && byId !== outcome) report('two-answers', `${outcome}, and ${byId} by its id`);
  if (byId && isOpen(first) && all && byId !== 'APPLIED') report('unknown-for-ever', `by its id ${byId}`);
  if (
    (outcome === 'APPLIED') !== (errors.length === 0) ||
    (outcome === 'APPLIED') !== (confirmedBy !== null)
  ) {
    report('answer-contradicts-itself', JSON.stringify(first));
  }
  switch (outcome) {
    case 'APPLIED':
      if (!all) report('applied-but-absent', `in the log ${counts} times`);
      break;
    case 'NOT_APPLIED':
      if (some) report('denied-but-written', `in the log ${counts} times, answered ${errors}`);
      break;
    case 'PARTIAL':
      if (!some) report('applied-but-absent', 'PARTIAL, and nothing of it is in the log');
      if (all) report('denied-but-written', `PARTIAL, and all of it is in the log, answered ${errors}`);
      if (counts.length < 2 || !(operation.mayBePartial || ranOutOfTime(first))) {
        report('partial-without-reason', `answered ${errors}`);
      }
      break;
    case 'UNKNOWN':
      if (!operation.mayBeUnknown)
        report('unknown-without-reason', `in the log ${counts}, answered ${errors}`);
      break;
  }
  return found;
}

/** A busy machine may leave no time for a later step: to say so is no lie, whatever the fault. */
function ranOutOfTime({ errors }: Answer): boolean {
  return errors.some((error) => error.startsWith('DEADLINE_EXCEEDED'));
}

/**
 * A call that was refused, that another one of the same key made wait, or that the journal could not answer, says nothing
 * of the outcome.
 */
export function isFinal(answer: Answer): boolean {
  const isWaiting = answer.errors.some((error) => error.startsWith('IDEMPOTENCY_IN_PROGRESS'));
  return !isWaiting && !isNotItsOwn(answer);
}

function isNotItsOwn({ errors, isRefusal }: Answer): boolean {
  return isRefusal === true || errors.some((error) => error.startsWith('JOURNAL_UNAVAILABLE'));
}

/** An outcome that may still become another one. */
function isOpen({ outcome, errors }: Answer): boolean {
  return outcome === 'UNKNOWN' || errors.some((error) => error.startsWith('NOT_CONFIRMED'));
}

/** Nothing was written but what was asked for, and every other field of every user is as before. */
function checkStore(store: string, { operations, stores }: Evidence): Violation[] {
  const { writes = [], before = new Map(), after = new Map() } = stores[store] ?? {};
  const found: Violation[] = [];
  const expected = new Map([...before].map(([userId, user]) => [userId, flat(user)]));
  const mine = Map.groupBy(
    operations.filter((operation) => operation.store === store),
    ({ userId }) => userId,
  );
  for (const { userId, change } of writes) {
    const asked = (mine.get(userId) ?? []).some(({ changes }) =>
      changes.some((one) => isDeepStrictEqual(one, change)),
    );
    if (asked) {
      for (const [member, value] of flat(change)) expected.get(userId)?.set(member, value);
    } else {
      const text = JSON.stringify(change);
      const operation = operations.find(({ marker }) => text.includes(marker))?.marker;
      found.push({ invariant: 'not-asked-for', operation, detail: `${userId} got ${text}` });
    }
  }
  for (const userId of new Set([...expected.keys(), ...after.keys()])) {
    const [was, is] = [expected.get(userId), after.get(userId) && flat(after.get(userId) ?? {})];
    const members = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
    const differing = [...members].filter((member) => was?.get(member) !== is?.get(member));
    if (differing.length === 0) continue;
    const operation = mine.get(userId)?.[0]?.marker;
    found.push({ invariant: 'other-field-changed', operation, detail: `${userId}: ${differing}` });
  }
  return found;
}

/** A user or a change, member by member, each custom field for itself; values as JSON. */
function flat(user: Readonly<Record<string, unknown>>): Map<string, string> {
  const members = new Map<string, string>();
  for (const [member, value] of Object.entries(user)) {
    if (member === 'updateTime') continue;
    if (member === 'customFields' && Array.isArray(value)) {
      for (const { fieldName, fieldValue } of value as { fieldName: string; fieldValue: unknown }[]) {
        members.set(`${member}.${fieldName}`, JSON.stringify(fieldValue));
      }
    } else if (member === 'customFields' || member === 'customAttributes') {
      for (const [name, one] of Object.entries(value as object)) {
        members.set(`${member}.${name}`, JSON.stringify(one));
      }
    } else members.set(member, JSON.stringify(value));
  }
  return members;
}

function checkTexts({ texts, unspeakable, operations }: Evidence): Violation[] {
  const markers = operations.map(({ marker }) => marker);
  const whole = texts.join('\n');
  return [...unspeakable, ...markers]
    .filter((value) => whole.includes(value))
    .map((value) => ({
      invariant: 'told-a-secret',
      operation: markers.includes(value) ? value : undefined,
      // Not the value: what fails in public is printed.
      detail: String(texts.find((text) => text.includes(value))?.replaceAll(value, '***')),
    }));
}

function checkRequests({ operations, wire }: Evidence): Violation[] {
  const own = operations.reduce((sum, { changes }) => sum + changes.length, 0);
  const most = 1.2 * own + requestFloor;
  return wire.length <= most
    ? []
    : [
        {
          invariant: 'too-many-requests',
          operation: undefined,
          detail: `${wire.length} write requests for ${operations.length} operations of ${own} steps`,
        },
      ];
}

/** Patches of one user are applied one at a time. */
function checkTurns({ wire }: Evidence): Violation[] {
  const byUser = Map.groupBy(wire, ({ store, userId }) => `${store} ${userId}`);
  return [...byUser].flatMap(([user, writes]) =>
    writes.flatMap((one, index) =>
      writes
        .slice(index + 1)
        .filter((other) => other.marker !== one.marker)
        .filter((other) => Math.min(one.to, other.to) - Math.max(one.from, other.from) > overlapMs)
        .map((other) => ({
          invariant: 'two-at-a-time' as const,
          operation: one.marker,
          detail: `${user} was written by ${other.marker} at the same time`,
        })),
    ),
  );
}
