import { expect, it } from 'vitest';
import { type PatchField, patchFields } from '../../src/domain/user.ts';
import { openDoor, payload } from '../harness/front-door.ts';
import type { ProviderFixture } from './contract.ts';
import { applied, calls, error, logged, notApplied, writesSent } from './contract-door.ts';

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

/** Every field, alone and together; absent, null and empty. */
export function describeFields(fixture: ProviderFixture): void {
  const { user, directory } = fixture;
  const { id } = user;

  it.each([...fixture.cases, fixture.everything])(
    '$does',
    async ({ patch, sends, stores, shows, changes }) => {
      const door = await openDoor(changes);
      const emulator = door.emulators[directory];
      const others = [...emulator.users()].filter(([userId]) => userId !== user.userId);
      expect(await door.patch({ id }, patch)).toEqual(applied({ ...user, ...shows }, fixture.confirmedBy));
      expect(emulator.writes).toEqual(logged(fixture, ...stores));
      expect(writesSent(door, fixture)).toEqual(sends);
      const names = sends.map(({ call }) => call);
      expect(calls(door, fixture)).toEqual(fixture.calls(names, patch));
      expect([...emulator.users()].filter(([userId]) => userId !== user.userId)).toEqual(others);
    },
  );

  it('the cases above set every field that is not unsupported, alone and together', () => {
    const settable = patchFields.filter((field) => !fixture.unsupported.includes(field));
    const alone = fixture.cases.flatMap(({ patch }) => {
      const [field, ...more] = Object.keys(patch);
      return more.length === 0 && patch[field ?? ''] !== null ? [field] : [];
    });
    expect(patchFields.filter((field) => alone.includes(field))).toEqual(settable);
    expect(patchFields.filter((field) => Object.hasOwn(fixture.everything.patch, field))).toEqual(settable);
  });

  it.each(fixture.unsupported)('%s is unsupported, whatever is asked of it', async (field) => {
    const door = await openDoor();
    for (const value of [inputs[field].value, null, ...(lists.includes(field) ? [[]] : [])]) {
      const unsupported = error('UNSUPPORTED_FIELD', ['patch', field]);
      expect(await door.patch({ id }, { [field]: value })).toEqual(notApplied(unsupported));
      expect(await door.patch({ id }, { displayName: 'New', [field]: value })).toEqual(
        notApplied(unsupported),
      );
    }
    expect(calls(door, fixture)).toEqual([]);
    expect(door.emulators[directory].writes).toEqual([]);
  });

  it('every unsupported field is named at once', async () => {
    const door = await openDoor();
    const patch = Object.fromEntries(fixture.unsupported.map((field) => [field, inputs[field].value]));
    const errors = fixture.unsupported.map((field) => error('UNSUPPORTED_FIELD', ['patch', field]));
    expect(await door.patch({ id }, patch)).toEqual(notApplied(...errors));
    expect(calls(door, fixture)).toEqual([]);
  });

  it.each(fixture.notClearable)('%s cannot be cleared', async (field) => {
    const door = await openDoor();
    const refused = notApplied(error('UNSUPPORTED_FIELD', ['patch', field]));
    expect(await door.patch({ id }, { [field]: null })).toEqual(refused);
    expect(calls(door, fixture)).toEqual([]);
  });

  it('custom fields are not cleared as a whole: null and [] are refused', async () => {
    const door = await openDoor();
    for (const customFields of [null, []]) {
      const refused = notApplied(error('INVALID_INPUT', ['patch', 'customFields']));
      expect(await door.patch({ id }, { customFields })).toEqual(refused);
    }
    expect(calls(door, fixture)).toEqual([]);
  });

  it('an empty patch is refused', async () => {
    const door = await openDoor();
    expect(await door.patch({ id }, {})).toEqual(notApplied(error('INVALID_INPUT', ['patch'])));
    expect(calls(door, fixture)).toEqual([]);
  });

  it.each(['INVITED', 'EXPIRED'] as const)('status %s cannot be asked for', async (status) => {
    const door = await openDoor();
    const refused = notApplied(error('INVALID_INPUT', ['patch', 'status']));
    expect(await door.patch({ id }, { status })).toEqual(refused);
    expect(calls(door, fixture)).toEqual([]);
  });

  it('a variable that is not given is a field left out', async () => {
    const door = await openDoor();
    const variables = patchFields.map((field) => `$${field}: ${inputs[field].type}`).join(', ');
    const patch = patchFields.map((field) => `${field}: $${field}`).join(', ');
    const document = `mutation ($id: ID!, ${variables}) {
      patchUser(input: { user: { id: $id }, patch: { ${patch} } }) { ${payload} }
    }`;
    const given = fixture.cases.find((one) => typeof one.patch.displayName === 'string');
    const answer = await door.graphql(document, { id, ...given?.patch });
    const after = applied({ ...user, ...given?.shows }, fixture.confirmedBy);
    expect(answer).toEqual({ data: { patchUser: after } });
    expect(writesSent(door, fixture)).toEqual(given?.sends);
    expect(await door.graphql(document, { id })).toEqual({
      data: { patchUser: notApplied(error('INVALID_INPUT', ['patch'])) },
    });
    expect(door.emulators[directory].writes).toEqual(logged(fixture, ...(given?.stores ?? [])));
  });
}
