import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
import { type DirectoryName, directoryNames, type ExpectedError, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor({ customers: { requestsPerMinute: 100_000 } });
afterAll(() => door.close());

/** Valid values, and others that only have the right type. */
const junk = fc.string({ unit: 'binary', maxLength: 12 });
const text = (...good: readonly string[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, junk);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 8 });
const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(0.5, 2 ** 53, -1.25),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const fieldName = text('age', 'nick_name', 'vip', 'grade', 'nick', 'plan', 'tags', 'newsletter', 'birthday');
const value = fc.oneof(
  text('p5', 'senior', 'pro', 'Ada').map((one) => ({ text: one })),
  number.map((one) => ({ number: one })),
  fc.boolean().map((one) => ({ boolean: one })),
  fc.array(text('vip', 'beta'), { maxLength: 3 }).map((texts) => ({ texts })),
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((one) => ({ date: one.toISOString() })),
);
const assignment = fc.record({ field: fieldName, value });
const operation = fc.oneof(
  assignment.map((add) => ({ add })),
  assignment.map((replace) => ({ replace })),
  fc
    .record(
      { field: fieldName, values: orNull(fc.array(text('vip', 'beta'), { maxLength: 3 })) },
      { requiredKeys: ['field'] },
    )
    .map((remove) => ({ remove })),
);
const roleNames = fc.array(text('member', 'editor', 'nobody'), { maxLength: 3 });

/** Any value of the type UserPatchInput. */
const anyPatch = fc.record(
  {
    username: orNull(text('ada', 'li.na')),
    displayName: orNull(text('Ada', '李娜')),
    givenName: orNull(text('Ada')),
    middleName: orNull(text('C.')),
    familyName: orNull(text('Okafor')),
    email: orNull(fc.record({ address: text('any.patch@example.com'), verified: fc.boolean() })),
    phone: orNull(fc.record({ number: text('+8613800138099', '+12025550123'), verified: fc.boolean() })),
    picture: orNull(text('https://example.com/a.png')),
    status: orNull(fc.constantFrom('ENABLED', 'DISABLED', 'INVITED', 'EXPIRED')),
    roleNames: orNull(roleNames),
    tenants: orNull(fc.array(fc.record({ tenantId: text('acme', 'globex'), roleNames }), { maxLength: 2 })),
    ssoAppIds: orNull(fc.array(text('helpdesk'), { maxLength: 2 })),
    customFields: orNull(fc.array(operation, { maxLength: 4 })),
  },
  { requiredKeys: [] },
);
/** The same with few fields, so that enough of them are applied. */
const smallPatch = anyPatch.chain((patch) =>
  fc
    .subarray(Object.entries(patch), { minLength: Math.min(1, Object.keys(patch).length), maxLength: 2 })
    .map((entries) => Object.fromEntries(entries)),
);

/** Only what is right for the directory, so that enough of them are applied whatever the seed. */
const rightPatch = (directory: DirectoryName) => {
  const own: Record<string, fc.Arbitrary<unknown>> = directory === 'customers'
    ? { givenName: fc.constantFrom('Ada', null), roleNames: fc.constantFrom(null, [], ['member']) }
    : { username: fc.constantFrom('right.patch', 'right_patch') };
  const all: Record<string, fc.Arbitrary<unknown>> = {
    ...own,
    displayName: fc.constantFrom(
      ...['Ada', '李娜', '  Ada  Lovelace ', 'Zoe\u0308 ﬁona \u212bngström', 'می\u200cخواهم', '👩🏽‍🚀 𠮷野'],
      ...[`<b>&amp;</b> {{7*7}} \${x} '; DROP TABLE users;-- %00 + \\ "`, 'a=1&UserId=2#3?4%26'],
    ),
    email: fc.record({ address: fc.constant('right.patch@example.com'), verified: fc.boolean() }),
    status: fc.constantFrom('ENABLED', 'DISABLED'),
    customFields: fc.array(
      fc.nat(99).map((number) => ({ replace: { field: 'age', value: { number } } })),
      { minLength: 1, maxLength: 1 },
    ),
  };
  return fc.record(all, { requiredKeys: ['displayName'] });
};

describe.each(directoryNames)('whatever patch of its type %s is asked for', (directory) => {
  it('the answer is a payload, and APPLIED exactly where it was written', async () => {
    const outcomes: unknown[] = [];
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyPatch, smallPatch, rightPatch(directory)), async (patch) => {
        const { writes, users } = door.emulators[directory];
        const before = { writes: writes.length, users: users() };
        const answer = await door.patch({ id: someUser(door, directory) }, patch as UserPatchInput);
        const { outcome, confirmedBy, user } = answer;
        const errors = (answer.errors ?? []) as readonly ExpectedError[];
        outcomes.push(outcome);
        const wrote = writes.slice(before.writes);
        expect(errors.length > 0).toBe(outcome !== 'APPLIED');
        for (const { path } of errors) expect(['patch', 'user']).toContain(path[0]);
        switch (outcome) {
          case 'APPLIED':
            expect(wrote).not.toEqual([]);
            expect(confirmedBy).toBe(directory === 'customers' ? 'RESPONSE' : 'READ_BACK');
            expect(user).toMatchObject(shown(patch));
            break;
          case 'PARTIAL':
            // Only EIAM has two steps, and nothing else than the first of them was written.
            expect(wrote).toHaveLength(1);
            expect(directory).not.toBe('customers');
            break;
          default:
            expect(outcome).toBe('NOT_APPLIED');
            expect(wrote).toEqual([]);
            expect(users()).toEqual(before.users);
        }
      }),
      { numRuns: 120 },
    );
    expect(outcomes.filter((outcome) => outcome === 'APPLIED').length).toBeGreaterThan(15);
    expect(outcomes.filter((outcome) => outcome === 'NOT_APPLIED').length).toBeGreaterThan(10);
  });
});

/** What a user shows to whom this patch was applied, as far as it is said in the same words. */
function shown(patch: Record<string, unknown>): Record<string, unknown> {
  const lists = ['roleNames', 'ssoAppIds', 'tenants', 'customFields'];
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !lists.includes(field)));
}
