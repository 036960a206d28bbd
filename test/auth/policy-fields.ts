import type { DirectoryRight } from '../../src/auth/caller.ts';
import { type DirectoryName, eiam } from '../harness/expected.ts';

const words = (text: string) => text.trim().split(/\s+/);

/** The right that each input field below UserPatchInput needs. A flag needs its right only where it is true. */
export const fieldsOfRight: Readonly<Record<Exclude<DirectoryRight, 'users:read'>, readonly string[]>> = {
  'users:write': words(`
    username displayName givenName middleName familyName email email.address phone phone.number picture customFields
    customFields.add customFields.add.field customFields.add.value customFields.add.value.text
    customFields.add.value.number customFields.add.value.boolean customFields.add.value.texts
    customFields.add.value.date customFields.replace customFields.replace.field customFields.replace.value
    customFields.replace.value.text customFields.replace.value.number customFields.replace.value.boolean
    customFields.replace.value.texts customFields.replace.value.date customFields.remove customFields.remove.field
    customFields.remove.values`),
  'users:write:privileged': words(
    'email.verified phone.verified status roleNames tenants tenants.tenantId tenants.roleNames ssoAppIds',
  ),
};

/** Two lists of fields of an own record: each field is on exactly one of them, or can be on none. */
export const selfLists = {
  some: words(`username givenName familyName phone customFields.nick customFields.grade customFields.tags
    customFields.vip customFields.__proto__ customFields.age`),
  others: words(`displayName middleName email picture customFields.nick_name customFields.plan
    customFields.newsletter customFields.birthday customFields.constructor`),
} as const;

/** A patch of one field and what it needs. */
export interface Cell {
  readonly what: string;
  readonly patch: Readonly<Record<string, unknown>>;
  readonly needs: readonly Need[];
}

/** A part of a patch that needs a right: `field` in `fieldsOfRight`, `listed` in the list of an own record. */
interface Need {
  readonly field: string;
  readonly listed: string;
  readonly path: readonly string[];
}

const need = (field: string, ...path: readonly string[]): Need => ({
  field,
  listed: field,
  path: ['patch', ...(path.length > 0 ? path : [field])],
});

/** A patch of every field in every way, in this directory. */
export function cellsOf(directory: DirectoryName): readonly Cell[] {
  return [...fieldCells(directory), ...customFieldCells(directory)];
}

function fieldCells(directory: DirectoryName): readonly Cell[] {
  const number = eiam.includes(directory) ? '+8613800138077' : '+15555550177';
  const flags = (contact: object) => [false, true].map((verified) => ({ ...contact, verified }));
  const values: Readonly<Record<string, readonly unknown[]>> = {
    username: ['cell.name'],
    displayName: ['Cell Name'],
    givenName: ['Cell'],
    middleName: ['C.'],
    familyName: ['Name'],
    picture: ['https://pictures.example.com/cell.png'],
    email: flags({ address: 'cell@example.com' }),
    phone: flags({ number }),
    status: ['DISABLED', 'ENABLED'],
    roleNames: [['member'], []],
    tenants: [[{ tenantId: 'acme', roleNames: ['buyer'] }], []],
    ssoAppIds: [['helpdesk'], []],
  };
  return Object.entries(values).flatMap(([field, some]) =>
    [...some, null].map((value) => ({
      what: `${field}: ${JSON.stringify(value)}`,
      patch: { [field]: value },
      needs: [
        need(field),
        ...((value as { verified?: boolean } | null)?.verified
          ? [need(`${field}.verified`, field, 'verified')]
          : []),
      ],
    })),
  );
}

function custom(...customFields: readonly Readonly<Record<string, { readonly field: string }>>[]): Cell {
  return {
    what: JSON.stringify(customFields),
    patch: { customFields },
    needs: customFields.flatMap((one, index) =>
      Object.entries(one).map(([operation, { field }]) => ({
        field: `customFields.${operation}`,
        listed: `customFields.${field}`,
        path: ['patch', 'customFields', String(index), operation, 'field'],
      })),
    ),
  };
}

const add = (field: string, value: object) => ({ add: { field, value } });
const replace = (field: string, value: object) => ({ replace: { field, value } });
const remove = (field: string, ...values: readonly string[]) => ({
  remove: { field, ...(values.length > 0 ? { values } : {}) },
});

function customFieldCells(directory: DirectoryName): readonly Cell[] {
  const noOperation = [null, []].map((customFields) => ({
    what: `customFields: ${JSON.stringify(customFields)}`,
    patch: { customFields },
    needs: [need('customFields')],
  }));
  const operations = [
    [replace('age', { number: 36 })],
    [add('age', { number: 37 })],
    [remove('age')],
    ...(eiam.includes(directory)
      ? [
          [replace('nick_name', { text: 'cell' })],
          [add('vip', { boolean: true })],
          [replace('grade', { text: directory === 'employees' ? 'p5' : 'lead' }), remove('nick_name')],
          [remove('grade', 'p5')],
        ]
      : [
          [add('nick', { text: 'cell' })],
          [replace('plan', { text: 'pro' })],
          [replace('tags', { texts: ['vip', 'beta'] })],
          [add('tags', { texts: ['press'] })],
          [remove('tags', 'vip')],
          [add('newsletter', { boolean: true })],
          [replace('newsletter', { boolean: false })],
          [add('birthday', { date: '1990-12-08T00:00:00.000Z' })],
          [replace('birthday', { date: '1991-12-08T00:00:00.000Z' }), remove('nick')],
        ]),
  ];
  return [...noOperation, ...operations.map((all) => custom(...all))];
}
