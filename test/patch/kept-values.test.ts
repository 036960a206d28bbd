import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { type DirectoryName, directoryNames, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

const odd = ['__proto__', 'constructor', 'toString'];
const oddFields = odd.map((name) => ({ name, type: 'string' as const }));

let door: FrontDoor;
beforeAll(async () => {
  const configured = Object.fromEntries([...odd, 'nick_name'].map((name) => [name, 'text']));
  door = await openFrontDoor({
    employees: { customFields: [...employees.customFields, ...oddFields] },
    contractors: { customFields: [...contractors.customFields, ...oddFields] },
    customers: {
      attributes: [
        ...customers.attributes,
        ...odd.map((name) => ({ name, type: 1 as const, displayName: name })),
      ],
      requestsPerMinute: 100_000,
    },
    directories: { employees: { customFields: configured }, contractors: { customFields: configured } },
  });
});
afterAll(() => door.close());

/** The name that a directory's provider has stored, in its own wire form. */
function storedName(directory: DirectoryName): unknown {
  const [, userId = ''] = someUser(door, directory).split(':');
  const user = door.emulators[directory].users().get(userId);
  return directory === 'customers' ? user?.name : user?.displayName;
}

async function setsName(directory: DirectoryName, displayName: string): Promise<void> {
  const answer = await door.patch({ id: someUser(door, directory) }, { displayName });
  expect(answer).toMatchObject({ outcome: 'APPLIED', errors: [], user: { displayName } });
  expect(storedName(directory)).toBe(displayName);
}

describe.each(directoryNames)('a name that %s is given', (directory) => {
  it.each([
    ['NFC', 'Zoë'],
    ['NFD', 'Zoe\u0308'],
    ['an Å that NFC would change', '\u212bngström'],
    ['a ligature that NFKC would change', 'ﬁona'],
    ['emoji with joiners', '👩‍👩‍👧‍👦 👩🏽‍🚀 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['CJK, also beyond the first plane', '李娜 𠮷野'],
    ['Arabic', 'ليلى منصور'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['zero-width non-joiner', 'می\u200cخواهم'],
    ['Malayalam', 'മീര നായർ'],
    ['outer and doubled spaces', '  Ada  Okafor  '],
    ['markup, templates and SQL', `<b>&amp;</b> {{7*7}} \${x} '; DROP TABLE users;-- %00 + \\ "`],
    ['a query of its own', 'a=1&UserId=2#3?4%26'],
  ])('with %s is kept to the byte', (_, name) => setsName(directory, name));

  it('that the rules accept is kept to the byte, whatever it is', () =>
    fc.assert(
      fc.asyncProperty(acceptedName, (name) => setsName(directory, name)),
      { numRuns: 60 },
    ));
});

/** What values.ts calls a name, of no more characters than any directory takes. */
const acceptedName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  )
  .filter((text) => !/^[\p{Z}\p{Cf}]+$/u.test(text))
  .filter((text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text) && text.length <= 250);

describe.each(directoryNames)('a custom field of %s', (directory) => {
  it.each(odd)('named %s is sent and comes back as any other', async (field) => {
    const writes = door.emulators[directory].writes.length;
    const answer = await door.patch(
      { id: someUser(door, directory) },
      { customFields: [{ replace: { field, value: { text: 'kept' } } }] },
    );
    expect(answer).toMatchObject({ outcome: 'APPLIED', errors: [] });
    const { customFields } = answer.user as NonNullable<typeof answer.user>;
    expect(customFields.filter((one) => one.field === field)).toEqual([
      { field, value: { text: 'kept', number: null, boolean: null, texts: null, date: null } },
    ]);
    const change = door.emulators[directory].writes.slice(writes).map((entry) => entry.change);
    expect(JSON.stringify(change)).toContain(JSON.stringify({ [`${field}`]: 'kept' }));
  });

  it.each(odd)('named %s is taken away again', async (field) => {
    const answer = await door.patch(
      { id: someUser(door, directory) },
      { customFields: [{ remove: { field } }] },
    );
    expect(answer).toMatchObject({ outcome: 'APPLIED', errors: [] });
    const { customFields } = answer.user as NonNullable<typeof answer.user>;
    expect(customFields.map((one) => one.field)).not.toContain(field);
  });

  it('keeps line breaks, ANSI escapes and template text of its value', async () => {
    const text = 'one\r\ntwo\t\u001b[31m {{x}} \u202e %0d%0a';
    const answer = await door.patch(
      { id: someUser(door, directory) },
      {
        customFields: [
          { replace: { field: directory === 'customers' ? 'nick' : 'nick_name', value: { text } } },
        ],
      },
    );
    expect(answer).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(JSON.stringify(answer.user)).toContain(JSON.stringify(text));
  });
});
