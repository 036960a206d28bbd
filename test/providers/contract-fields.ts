import { expect, it } from 'vitest';
import type { PatchErrorCode } from '../../src/domain/errors.ts';
import { type PatchField, patchFields } from '../../src/domain/user.ts';
import { payload } from '../harness/front-door.ts';
import type { ProviderFixture } from './contract.ts';
import { applied, calls, error, type Json, logged, notApplied, open, writesSent } from './contract-door.ts';

/** For every field its input type and a value that is right wherever the field is there. */
const inputs: Readonly<Record<PatchField, readonly [type: string, value: unknown]>> = {
  username: ['String', 'someone'],
  displayName: ['String', 'Some One'],
  givenName: ['String', 'Some'],
  middleName: ['String', 'M'],
  familyName: ['String', 'One'],
  email: ['EmailInput', { address: 'someone@example.com', verified: true }],
  phone: ['PhoneInput', { number: '+15555550199', verified: true }],
  picture: ['String', 'https://pictures.example.com/one.png'],
  status: ['UserStatus', 'DISABLED'],
  roleNames: ['[String!]', ['member']],
  tenants: ['[UserTenantInput!]', [{ tenantId: 'acme', roleNames: [] }]],
  ssoAppIds: ['[String!]', ['helpdesk']],
  customFields: ['[CustomFieldOperationInput!]', [{ remove: { field: 'age' } }]],
};

/** Every field, alone and together; absent, null and empty. */
export function describeFields(fixture: ProviderFixture): void {
  const { user, directory } = fixture;
  const { id } = user;

  it.for([...fixture.cases, fixture.everything])('$does', async (one, test) => {
    const { patch, sends, stores, shows, changes } = one;
    const door = await open(test, changes);
    const emulator = door.emulators[directory];
    const others = () => [...emulator.users()].filter(([userId]) => userId !== user.userId);
    const before = others();
    expect(await door.patch({ id }, patch)).toEqual(applied({ ...user, ...shows }, fixture.confirmedBy));
    expect(emulator.writes).toEqual(logged(fixture, ...stores));
    expect(writesSent(door, fixture)).toEqual(sends);
    const names = sends.map(({ call }) => call);
    expect(calls(door, fixture)).toEqual(fixture.calls(names, patch));
    expect(others()).toEqual(before);
  });

  it('the cases above set every field that is not unsupported, alone and together', () => {
    const settable = patchFields.filter((field) => !fixture.unsupported.includes(field));
    const alone = fixture.cases.flatMap(({ patch }) => {
      const [field, ...more] = Object.keys(patch);
      return more.length === 0 && patch[field ?? ''] !== null ? [field] : [];
    });
    expect(patchFields.filter((field) => alone.includes(field))).toEqual(settable);
    expect(patchFields.filter((field) => Object.hasOwn(fixture.everything.patch, field))).toEqual(settable);
  });

  const isList = (field: PatchField) => inputs[field][0].startsWith('[');
  const all = Object.fromEntries(fixture.unsupported.map((field) => [field, inputs[field][1]]));
  /** Patches, each with the fields that are refused; where there is none, the whole patch is. */
  const refusals: readonly [string, PatchErrorCode, (readonly [Json, ...PatchField[]])[]][] = [
    [
      'unsupported fields, alone, beside another and all at once',
      'UNSUPPORTED_FIELD',
      fixture.unsupported.flatMap((field) =>
        [inputs[field][1], null, ...(isList(field) ? [[]] : [])].flatMap((value) => [
          [{ [field]: value }, field],
          [{ displayName: 'New', [field]: value }, field],
          [all, ...fixture.unsupported],
        ]),
      ),
    ],
    [
      'null that cannot clear',
      'UNSUPPORTED_FIELD',
      fixture.notClearable.map((one) => [{ [one]: null }, one]),
    ],
    [
      'an empty patch, custom fields as a whole, and a status that only the provider gives',
      'INVALID_INPUT',
      [
        ...[null, []].map((customFields) => [{ customFields }, 'customFields'] as const),
        ...['INVITED', 'EXPIRED'].map((status) => [{ status }, 'status'] as const),
        [{}],
      ],
    ],
  ];
  it.for(refusals)('refused, and nothing is sent: %s', async ([, code, patches], test) => {
    const door = await open(test);
    for (const [patch, ...fields] of patches) {
      const paths = fields.length > 0 ? fields.map((field) => ['patch', field]) : [['patch']];
      expect(await door.patch({ id }, patch)).toEqual(notApplied(...paths.map((path) => error(code, path))));
    }
    expect(calls(door, fixture)).toEqual([]);
    expect(door.emulators[directory].writes).toEqual([]);
  });

  it('a variable that is not given is a field left out', async (test) => {
    const door = await open(test);
    const variables = patchFields.map((field) => `$${field}: ${inputs[field][0]}`).join(', ');
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
