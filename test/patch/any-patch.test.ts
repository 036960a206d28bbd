import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import type { UserPatchInput } from '../generated/graphql.ts';
import { type DirectoryName, directoryNames, type ExpectedError, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

/** Names of custom fields that are members of every object in JavaScript. */
const odd = ['__proto__', 'constructor', 'toString'];
const oddFields = odd.map((name) => ({ name, type: 'string' as const }));

const configured = {
  age: 'number',
  ...Object.fromEntries([...odd, 'nick_name'].map((name) => [name, 'text'])),
};
const door = await openFrontDoor({
  employees: { customFields: [...employees.customFields, ...oddFields] },
  contractors: { customFields: [...contractors.customFields, ...oddFields] },
  customers: {
    requestsPerMinute: 100_000,
    attributes: [
      ...customers.attributes,
      ...odd.map((name) => ({ name, type: 1 as const, displayName: name })),
    ],
  },
  directories: { employees: { customFields: configured }, contractors: { customFields: configured } },
});
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
    displayName: fc.constantFrom('Ada', '李娜', 'Ada  Lovelace'),
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

/** Any name that the schema accepts, short enough for every directory. */
const acceptedName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.constantFrom('Zoe\u0308', '\u212bngström', 'ﬁona', '  Ada  Okafor  ', 'می\u200cخواهم', '👩🏽‍🚀 𠮷野'),
    fc.constantFrom(`<b>&amp;</b> {{7*7}} \${x} '; DROP TABLE users;-- %00 + \\ "`, 'a=1&UserId=2#3?4%26'),
  )
  .filter((name) => !/^[\p{Z}\p{Cf}]+$/u.test(name))
  .filter((name) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(name) && name.length <= 250);

describe.each(directoryNames)('a value that %s is given', (directory) => {
  it('as a name is stored to the byte', () =>
    fc.assert(
      fc.asyncProperty(acceptedName, async (displayName) => {
        const [, userId = ''] = someUser(door, directory).split(':');
        const answer = await door.patch({ id: someUser(door, directory) }, { displayName });
        expect(answer).toMatchObject({ outcome: 'APPLIED', errors: [], user: { displayName } });
        const stored = door.emulators[directory].users().get(userId);
        expect(directory === 'customers' ? stored?.name : stored?.displayName).toBe(displayName);
      }),
      { numRuns: 30 },
    ));

  const plain = directory === 'customers' ? 'nick' : 'nick_name';
  it.each<[string, string]>([
    [plain, 'one\r\ntwo\t\u001b[31m {{x}} \u202e %0d%0a'],
    ...odd.map((name): [string, string] => [name, 'kept']),
  ])('in the custom field %s is stored to the byte, and can be removed', async (field, text) => {
    const user = { id: someUser(door, directory) };
    const writes = door.emulators[directory].writes.length;
    const replaced = await door.patch(user, { customFields: [{ replace: { field, value: { text } } }] });
    const value = { text, number: null, boolean: null, texts: null, date: null };
    expect(replaced).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(replaced.user?.customFields.filter((one) => one.field === field)).toEqual([{ field, value }]);
    expect(JSON.stringify(door.emulators[directory].writes.slice(writes))).toContain(
      JSON.stringify({ [field]: text }),
    );
    const removed = await door.patch(user, { customFields: [{ remove: { field } }] });
    expect(removed).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(removed.user?.customFields.map((one) => one.field)).not.toContain(field);
  });
});
