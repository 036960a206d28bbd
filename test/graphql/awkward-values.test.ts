import { afterAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
import { type DirectoryName, planPatchUser, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

/** Values that real names, addresses and numbers have, or that only look like them. */
const door = await openFrontDoor();
afterAll(() => door.close());

/** The errors of a patch that is only planned, each as its path and its message. */
async function problems(directory: DirectoryName, patch: UserPatchInput): Promise<readonly string[]> {
  const plan = await planPatchUser(door, { user: { id: someUser(door, directory) }, patch });
  return plan.errors.map(({ path, message }) => `${path.slice(1).join('.')} ${message}`);
}

const email = (address: string) => ({ email: { address, verified: false } });
const phone = (number: string) => ({ phone: { number, verified: false } });
const number = (value: number) => ({
  customFields: [{ replace: { field: 'age', value: { number: value } } }],
});

describe('accepted', () => {
  it.each<readonly [DirectoryName, UserPatchInput]>([
    ...['ユーザー', 'メアリー', 'コーヒー', '〆木', 'kaʻiulani', 'ไทย', '김민준', 'Ólafur'].map(
      (username) =>
        ['contractors', { username: username.replaceAll(/[^\p{L}\p{M}\p{N}_.@-]/gu, '') }] as const,
    ),
    ['employees', email('user@xn--e1afmkfd.xn--p1ai')],
    ['customers', email('иван@пример.рф')],
    ['customers', email("o'neil+tag@example.com")],
    ['customers', phone('+22985751234')],
    ['customers', { displayName: 'O\u2019Neil \u{1f468}\u200d\u{1f469}' }],
    ['customers', { picture: 'https://pictures.example.com/ü.png?size=1#top' }],
    ['employees', { displayName: '\u{1f989}'.repeat(200) }],
    ['employees', number(1e-7)],
  ])('in %s: %j', async (directory, patch) => {
    expect(await problems(directory, patch)).toEqual([]);
  });
});

describe('refused', () => {
  const scripts = 'Must not mix letters of different scripts.';
  const invisible = 'Must not contain invisible characters.';
  const visible = 'Must contain a visible character.';
  const address = 'Must be an email address, such as name@example.com.';
  const url = 'Must be the URL of a picture: https://…';
  it.each<readonly [DirectoryName, UserPatchInput, string]>([
    ['contractors', { username: 'ไทยहिन्दी' }, `username ${scripts}`],
    ['contractors', { username: 'p\u0430ypal' }, `username ${scripts}`],
    ...['\u200b', '\u200d', '\u00ad', '\u200f'].map(
      (mark) => ['customers', email(`na${mark}me@example.com`), `email.address ${invisible}`] as const,
    ),
    ['customers', email('p\u0430ypal@example.com'), `email.address ${scripts}`],
    ...['a..b@example.com', '.a@example.com', 'a.@example.com', 'a@-example.com', 'mailto:a@example.com'].map(
      (wrong) => ['customers', email(wrong), `email.address ${address}`] as const,
    ),
    ['customers', { displayName: '\u3164' }, `displayName ${visible}`],
    ['customers', { displayName: '\u2800' }, `displayName ${visible}`],
    ...[
      'https:///e.example/p',
      'https://e.example\\p.png',
      'https://e.example/p ',
      'https://x/"><script>',
    ].map((picture) => ['customers', { picture }, `picture ${url}`] as const),
    [
      'employees',
      { displayName: '\u{1f989}'.repeat(257) },
      'displayName At most 256 characters in the directory "employees".',
    ],
  ])('in %s: %j', async (directory, patch, problem) => {
    expect(await problems(directory, patch)).toEqual([problem]);
  });
});

it('a date that no calendar has is reported with all else that is wrong', async () => {
  const birthday = { replace: { field: 'birthday', value: { date: '2024-02-30T00:00:00Z' } } };
  const patch = { displayName: '', customFields: [birthday] } as unknown as UserPatchInput;
  expect(await problems('customers', patch)).toEqual([
    'displayName Must not be empty. To clear the field, use null, if the directory supports it.',
    'customFields.0.replace.value.date Must be a date that exists.',
  ]);
});

describe('a value to remove from a list with choices', () => {
  const tags = (...values: string[]) => ({ customFields: [{ remove: { field: 'tags', values } }] });
  const unknown = 'Neither one of the choices nor a value of the user.';
  it('is one of the choices, or held by the user', async () => {
    expect(await problems('customers', tags('VIP', 'vip'))).toEqual([
      `customFields.0.remove.values.0 ${unknown}`,
    ]);
    expect(await problems('customers', tags('vip'))).toEqual([]);
  });
});

it('the order of a list makes neither a change nor another input', async () => {
  const user = { id: someUser(door, 'customers') };
  const query = `{ user(by: { id: "${user.id}" }) { roleNames } }`;
  const set = await door.patch(user, { roleNames: ['member', 'support'] });
  expect(set).toMatchObject({ outcome: 'APPLIED' });
  const { data } = await door.graphql(query);
  const roleNames = (data as { user: { roleNames: string[] } }).user.roleNames.toReversed();
  const plan = await planPatchUser(door, { user, patch: { roleNames } });
  expect([plan.errors, plan.changes]).toEqual([[], []]);
});
