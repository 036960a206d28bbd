import { describe, expect, it } from 'vitest';
import {
  callsUnconfirmedFailed,
  failsTheWhole,
  goesByPlace,
  retriesEverything,
  runBroken,
  trustsAnyYes,
} from './broken-implementations.ts';
import { type Answer, check, type Evidence, type OperationRecord, type Violation } from './checker.ts';
import type { TimedPatch } from './shares.ts';

const markers = ['a', 'b'].map((letter) => `op-${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
];
const applied: Answer = { outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] };
const denied: Answer = { outcome: 'NOT_APPLIED', confirmedBy: null, errors: ['CONFLICT patch.displayName'] };
const partial: Answer = { outcome: 'PARTIAL', confirmedBy: null, errors: ['CONFLICT patch.displayName'] };
const unknown: Answer = {
  outcome: 'UNKNOWN',
  confirmedBy: null,
  errors: ['OUTCOME_UNKNOWN patch.displayName'],
};
const refused: Answer = { ...denied, errors: ['OVERLOADED'], isRefusal: true };
const inProgress: Answer = { ...unknown, errors: ['IDEMPOTENCY_IN_PROGRESS idempotencyKey'] };

const [first, second] = markers;
const write = { userId: 'u1', change: { displayName: first } };
const wire = { store: 's', userId: 'u1', marker: first, from: 0, to: 50 };

const operation: OperationRecord = {
  ...{ marker: first, store: 's', userId: 'u1', changes: [write.change], fault: 'none' },
  ...{ mayBeUnknown: false, mayBePartial: false, replies: [applied] },
};
/** Another one of the same user, of two steps of which the second was refused. */
const other: OperationRecord = {
  ...{ marker: second, store: 's', userId: 'u1', changes: [{ status: 'disabled' }, { email: second }] },
  ...{ fault: 'a refusal', mayBeUnknown: false, mayBePartial: true, replies: [inProgress, partial, partial] },
};
const before = {
  displayName: 'Li',
  email: 'li@example.org',
  status: 'enabled',
  customFields: [],
  updateTime: 1,
};
const after = { ...before, displayName: first, status: 'disabled', updateTime: 2 };

const evidence: Evidence = {
  operations: [operation, other],
  stores: {
    s: {
      writes: [write, { userId: 'u1', change: { status: 'disabled' } }],
      before: new Map([['u1', before]]),
      after: new Map([['u1', after]]),
    },
  },
  wire: [wire, { ...wire, marker: second, from: 60, to: 90 }],
  texts: ['{"event":"patchUser","outcome":"APPLIED"}'],
  unspeakable: ['the-secret'],
  // One of ten is denied, and one is answered at the last moment.
  callers: [{ name: 'desk', withinMs: 500, patches: patchesOf([denied], [applied, 500]) }],
};
const { s: store } = evidence.stores as { s: Evidence['stores'][string] };

/** The evidence with the first operation otherwise, or the second. */
const withFirst = (changes: Partial<OperationRecord>) => ({
  ...evidence,
  operations: [{ ...operation, ...changes }, other],
});
const withSecond = (changes: Partial<OperationRecord>) => ({
  ...evidence,
  operations: [operation, { ...other, ...changes }],
});
const withStore = (changes: Partial<typeof store>) => ({
  ...evidence,
  stores: { s: { ...store, ...changes } },
});
/** Ten patches of a caller, the first of which are these. */
function patchesOf(...first: readonly (readonly [Answer | 'lost', ms?: number])[]): TimedPatch[] {
  const rest = Array.from({ length: 10 - first.length }, () => [applied] as const);
  return [...first, ...rest].map(([reply, ms = 40], nth) => ({ marker: `op-${nth}`, reply, ms }));
}
const withPatches = (patches: readonly TimedPatch[]) => ({
  ...evidence,
  callers: [...(evidence.callers ?? []), { name: 'gateway', withinMs: 500, patches }],
});
const usersOf = (user: object) => new Map([['u1', user as Readonly<Record<string, unknown>>]]);

describe('the checker', () => {
  it('finds nothing where all is well', () => {
    expect(check(evidence)).toEqual([]);
    expect(check(withFirst({ replies: ['left', applied], fault: 'reset, applied' }))).toEqual([]);
    expect(check(withFirst({ replies: [unknown], mayBeUnknown: true }))).toEqual([]);
    expect(check(withFirst({ replies: [refused, applied] }))).toEqual([]);
    expect(check(withPatches(patchesOf(['lost'])))).toEqual([]);
  });

  const someoneElses = { userId: 'u1', change: { displayName: `${first}!` } };
  // biome-ignore format: a table
  const cases: [string, Evidence, Violation['invariant'], string | undefined][] = [
    ['applied, and not in the log', withStore({ writes: store.writes.slice(1), after: usersOf({ ...after, displayName: 'Li' }) }), 'applied-but-absent', first],
    ['partial, and nothing in the log', withStore({ writes: [write], after: usersOf({ ...after, status: 'enabled' }) }), 'applied-but-absent', second],
    ['denied, and in the log', withFirst({ replies: [denied] }), 'denied-but-written', first],
    ['denied in part, and whole in the log', withStore({ writes: [...store.writes, { userId: 'u1', change: { email: second } }], after: usersOf({ ...after, email: second }) }), 'denied-but-written', second],
    ['twice in the log', withStore({ writes: [write, ...store.writes] }), 'doubled', first],
    ['in the log with another field', withStore({ writes: [...store.writes, someoneElses], after: usersOf(after) }), 'not-asked-for', first],
    ['another field changed', withStore({ after: usersOf({ ...after, email: 'LI@example.org' }) }), 'other-field-changed', first],
    ['another field gone', withStore({ after: usersOf({ ...after, email: undefined }) }), 'other-field-changed', first],
    ['a custom field came', withStore({ after: usersOf({ ...after, customFields: [{ fieldName: 'x', fieldValue: 'y' }] }) }), 'other-field-changed', first],
    ['a user gone', withStore({ after: new Map() }), 'other-field-changed', first],
    ['unknown without a fault that may leave it so', withFirst({ replies: [unknown] }), 'unknown-without-reason', first],
    ['partial without a fault that may leave it so', withSecond({ mayBePartial: false }), 'partial-without-reason', second],
    ['never answered', withFirst({ replies: [] }), 'no-final-answer', first],
    ['never answered to the end', withFirst({ replies: [inProgress] }), 'no-final-answer', first],
    ['one call lost', withFirst({ replies: [applied, 'lost'] }), 'no-final-answer', first],
    ['refused, and in the log', withFirst({ replies: ['left', refused] }), 'denied-but-written', first],
    ['answered in two ways', withFirst({ replies: [applied, unknown], mayBeUnknown: true }), 'two-answers', first],
    ['confirmed in two ways', withFirst({ replies: [applied, { ...applied, confirmedBy: 'RESPONSE' }] }), 'two-answers', first],
    ['applied with errors', withFirst({ replies: [{ ...applied, errors: ['CONFLICT patch'] }] }), 'answer-contradicts-itself', first],
    ['a secret in the log', { ...evidence, texts: ['key the-secret refused'] }, 'told-a-secret', undefined],
    ['a value in the log', { ...evidence, texts: [`conflict at ${first}`] }, 'told-a-secret', first],
    ['many requests', { ...evidence, wire: Array.from({ length: 14 }, (_, from) => ({ ...wire, from: from * 90, to: from * 90 })) }, 'too-many-requests', undefined],
    ['two at a time', { ...evidence, wire: [wire, { ...wire, marker: second, from: 10, to: 90 }] }, 'two-at-a-time', first],
    ['two of ten refused', withPatches(patchesOf([refused], [refused])), 'share-denied', undefined],
    ['two of ten without quota', withPatches(patchesOf([denied], [denied])), 'share-denied', undefined],
    ['two of ten lost', withPatches(patchesOf(['lost'], ['lost'])), 'share-denied', undefined],
    ['one of ten unknown', withPatches(patchesOf([unknown])), 'share-denied', 'op-0'],
    ['one of ten too late', withPatches(patchesOf([applied], [applied, 501])), 'share-denied', 'op-1'],
    ['none asked', withPatches([]), 'share-denied', undefined],
  ];

  it.each(cases)('finds what is %s', (_name, wrong, invariant, marker) => {
    const found = check(wrong);
    expect(found.map(({ invariant, operation }) => ({ invariant, operation }))).toContainEqual({
      invariant,
      operation: marker,
    });
    expect(found.filter((one) => one.invariant !== invariant)).toEqual([]);
  });
});

describe('a broken implementation is found out', () => {
  const one = { count: 480, many: false };
  const many = { count: 1_600, many: true };
  it.each([
    ['retries everything', one, retriesEverything, ['doubled', 'too-many-requests']],
    ['trusts any 2xx', one, trustsAnyYes, ['applied-but-absent']],
    ['calls an unconfirmed write failed', one, callsUnconfirmedFailed, ['denied-but-written']],
    ['believes the whole answer to many', many, trustsAnyYes, ['applied-but-absent']],
    ['calls all of many failed where one has', many, failsTheWhole, ['denied-but-written']],
    ['goes by the place in the list', many, goesByPlace, ['applied-but-absent', 'denied-but-written']],
  ] as const)('that %s', async (_name, { count, ...of }, implementation, invariants) => {
    const found = check(await runBroken(count, implementation, of)).map(({ invariant }) => invariant);
    expect(found).toEqual(expect.arrayContaining([...invariants]));
  });
});
