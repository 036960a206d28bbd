import { expect, it } from 'vitest';
import { type PatchField, patchFields } from '../../src/domain/user.ts';
import { payload } from '../harness/front-door.ts';
import type { Subject } from './contract.ts';
import { applied, calls, error, type Json, logged, notApplied, open, writesSent } from './contract-door.ts';

/** For every field its input type and a value that is right wherever the field is there. */
const inputs: Readonly<Record<PatchField, { readonly type: string; readonly value: unknown }>> = {
  username: { type: 'String', value: 'someone' },
  displayName: { type: 'String', value: 'Some One' },
  givenName: { type: 'String', value: 'Some' },
  middleName: { type: 'String', value: 'M' },
  familyName: { type: 'String', value: 'One' },
  email: { type: 'EmailInput', value: { address: 'someone@example.com', verified: true } },
  phone: { type: 'PhoneInput', value: { number: '+15555550199', verified: true } },
  picture: { type: 'String', value: 'https://pictures.example.com/one.png' },
  status: { type: 'UserStatus', value: 'DISABLED' },
  roleNames: { type: '[String!]', value: ['member'] },
  tenants: { type: '[UserTenantInput!]', value: [{ tenantId: 'acme', roleNames: [] }] },
  ssoAppIds: { type: '[String!]', value: ['helpdesk'] },
  customFields: { type: '[CustomFieldOperationInput!]', value: [{ remove: { field: 'age' } }] },
};

const lists: readonly PatchField[] = ['roleNames', 'tenants', 'ssoAppIds'];

/** Patches with an empty text, and the place that it is in. */
const empties: readonly { readonly patch: Json; readonly path: readonly string[] }[] = [
  ...(['username', 'displayName', 'givenName', 'middleName', 'familyName', 'picture'] as const).map(
    (field) => ({
      patch: { [field]: '' },
      path: ['patch', field],
    }),
  ),
  { patch: { email: { address: '', verified: true } }, path: ['patch', 'email', 'address'] },
  { patch: { phone: { number: '', verified: true } }, path: ['patch', 'phone', 'number'] },
  { patch: { roleNames: [''] }, path: ['patch', 'roleNames', '0'] },
  { patch: { ssoAppIds: ['x', ''] }, path: ['patch', 'ssoAppIds', '1'] },
  { patch: { tenants: [{ tenantId: '', roleNames: [] }] }, path: ['patch', 'tenants', '0', 'tenantId'] },
  {
    patch: { tenants: [{ tenantId: 'acme', roleNames: [''] }] },
    path: ['patch', 'tenants', '0', 'roleNames', '0'],
  },
];

/** Every field, alone and together; absent, null and empty. */
export function describeFields(subject: Subject): void {
  const { user, directory } = subject;
  const { id } = user;

  it.each([...subject.cases, subject.everything])(
    '$does',
    async ({ patch, sends, stores, shows, changes }) => {
      const door = await open(changes);
      const emulator = door.emulators[directory];
      const others = [...emulator.users()].filter(([userId]) => userId !== user.userId);
      expect(await door.patch({ id }, patch)).toEqual(applied({ ...user, ...shows }, subject.confirmedBy));
      expect(emulator.writes).toEqual(logged(subject, ...stores));
      expect(writesSent(door, subject)).toEqual(sends);
      const names = sends.map(({ call }) => call);
      expect(calls(door, subject)).toEqual(subject.calls(names, patch));
      expect([...emulator.users()].filter(([userId]) => userId !== user.userId)).toEqual(others);
    },
  );

  it('the cases above set every field that is not unsupported, alone and together', () => {
    const settable = patchFields.filter((field) => !subject.unsupported.includes(field));
    const alone = subject.cases.flatMap(({ patch }) => {
      const [field, ...more] = Object.keys(patch);
      return more.length === 0 && patch[field ?? ''] !== null ? [field] : [];
    });
    expect(patchFields.filter((field) => alone.includes(field))).toEqual(settable);
    expect(patchFields.filter((field) => Object.hasOwn(subject.everything.patch, field))).toEqual(settable);
  });

  it.each(subject.unsupported)('%s is unsupported, whatever is asked of it', async (field) => {
    const door = await open();
    for (const value of [inputs[field].value, null, ...(lists.includes(field) ? [[]] : [])]) {
      const unsupported = error('UNSUPPORTED_FIELD', ['patch', field]);
      expect(await door.patch({ id }, { [field]: value })).toEqual(notApplied(unsupported));
      expect(await door.patch({ id }, { displayName: 'New', [field]: value })).toEqual(
        notApplied(unsupported),
      );
    }
    expect(calls(door, subject)).toEqual([]);
    expect(door.emulators[directory].writes).toEqual([]);
  });

  it('every unsupported field is named at once', async () => {
    const door = await open();
    const patch = Object.fromEntries(subject.unsupported.map((field) => [field, inputs[field].value]));
    const errors = subject.unsupported.map((field) => error('UNSUPPORTED_FIELD', ['patch', field]));
    expect(await door.patch({ id }, patch)).toEqual(notApplied(...errors));
    expect(calls(door, subject)).toEqual([]);
  });

  it.each(subject.notClearable)('%s cannot be cleared', async (field) => {
    const door = await open();
    const refused = notApplied(error('UNSUPPORTED_FIELD', ['patch', field]));
    expect(await door.patch({ id }, { [field]: null })).toEqual(refused);
    expect(calls(door, subject)).toEqual([]);
  });

  it('custom fields are not cleared as a whole: null and [] are refused', async () => {
    const door = await open();
    for (const customFields of [null, []]) {
      const refused = notApplied(error('INVALID_INPUT', ['patch', 'customFields']));
      expect(await door.patch({ id }, { customFields })).toEqual(refused);
    }
    expect(calls(door, subject)).toEqual([]);
  });

  it('an empty patch is refused', async () => {
    const door = await open();
    expect(await door.patch({ id }, {})).toEqual(notApplied(error('INVALID_INPUT', ['patch'])));
    expect(calls(door, subject)).toEqual([]);
  });

  it.each(empties)('"" is refused at $path', async ({ patch, path }) => {
    const door = await open();
    const answer = await door.patch({ id }, patch);
    const { errors } = answer as { errors: Json[] };
    expect(answer).toEqual(notApplied(...errors));
    const refused = error('INVALID_INPUT', path);
    for (const one of errors.filter(({ code }) => code !== 'UNSUPPORTED_FIELD')) expect(one).toEqual(refused);
    expect(errors).toContainEqual(refused);
    expect(calls(door, subject)).toEqual([]);
  });

  it('"" as a custom field’s value or name is refused, and nothing is written', async () => {
    const door = await open();
    const at = (...path: string[]) => expect.objectContaining({ code: 'INVALID_INPUT', path });
    const value = ['patch', 'customFields', '0', 'replace', 'value', 'text'];
    const replace = (field: string, text: string) => ({
      customFields: [{ replace: { field, value: { text } } }],
    });
    const answer = await door.patch({ id }, replace(nickOf(subject), ''));
    expect(answer).toEqual(notApplied(error('INVALID_INPUT', value)));
    const nameless = await door.patch({ id }, replace('', 'x'));
    expect(nameless.errors).toContainEqual(at('patch', 'customFields', '0', 'replace', 'field'));
    expect(writesSent(door, subject)).toEqual([]);
  });

  it('a variable that is not given is a field left out', async () => {
    const door = await open();
    const variables = patchFields.map((field) => `$${field}: ${inputs[field].type}`).join(', ');
    const patch = patchFields.map((field) => `${field}: $${field}`).join(', ');
    const document = `mutation ($id: ID!, ${variables}) {
      patchUser(input: { user: { id: $id }, patch: { ${patch} } }) { ${payload} }
    }`;
    const given = subject.cases.find((one) => typeof one.patch.displayName === 'string');
    const answer = await door.graphql(document, { id, ...given?.patch });
    const after = applied({ ...user, ...given?.shows }, subject.confirmedBy);
    expect(answer).toEqual({ data: { patchUser: after } });
    expect(writesSent(door, subject)).toEqual(given?.sends);
    expect(await door.graphql(document, { id })).toEqual({
      data: { patchUser: notApplied(error('INVALID_INPUT', ['patch'])) },
    });
    expect(door.emulators[directory].writes).toEqual(logged(subject, ...(given?.stores ?? [])));
  });
}

/** The name of the text field that every seeded directory has. */
function nickOf({ user }: Subject): string {
  const fields = user.customFields as readonly { readonly field: string; readonly value: Json }[];
  return fields.find(({ field }) => field.startsWith('nick'))?.field ?? '';
}
