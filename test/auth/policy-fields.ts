import type { DirectoryRight } from '../../src/auth/caller.ts';
import {
  type DirectoryName,
  descope,
  type ExpectedError,
  eiam,
  invalidInput,
  unsupported,
} from '../harness/expected.ts';

const write = 'users:write';
const privileged = 'users:write:privileged';

/**
 * The decision on every place below UserPatchInput: which right it needs. The flags need theirs where they are true,
 * and no more than their address or number where they are false.
 */
export const rightAt: Readonly<Record<string, DirectoryRight>> = {
  username: write,
  displayName: write,
  givenName: write,
  middleName: write,
  familyName: write,
  email: write,
  'email.address': write,
  'email.verified': privileged,
  phone: write,
  'phone.number': write,
  'phone.verified': privileged,
  picture: write,
  status: privileged,
  roleNames: privileged,
  tenants: privileged,
  'tenants.tenantId': privileged,
  'tenants.roleNames': privileged,
  ssoAppIds: privileged,
  customFields: write,
  'customFields.add': write,
  'customFields.add.field': write,
  'customFields.add.value': write,
  'customFields.add.value.text': write,
  'customFields.add.value.number': write,
  'customFields.add.value.boolean': write,
  'customFields.add.value.texts': write,
  'customFields.add.value.date': write,
  'customFields.replace': write,
  'customFields.replace.field': write,
  'customFields.replace.value': write,
  'customFields.replace.value.text': write,
  'customFields.replace.value.number': write,
  'customFields.replace.value.boolean': write,
  'customFields.replace.value.texts': write,
  'customFields.replace.value.date': write,
  'customFields.remove': write,
  'customFields.remove.field': write,
  'customFields.remove.values': write,
};

/** Two lists of fields that are left to the owner of a record: what can be in one is in exactly one of them. */
export const ownLists = {
  some: ['username', 'givenName', 'familyName', 'phone', 'customFields.nick', 'customFields.grade'].concat([
    ...['customFields.tags', 'customFields.vip', 'customFields.__proto__', 'customFields.age'],
  ]),
  others: [
    'displayName',
    'middleName',
    'email',
    'picture',
    'customFields.nick_name',
    'customFields.plan',
  ].concat([...['customFields.newsletter', 'customFields.birthday', 'customFields.constructor']]),
} as const;

/** A patch of one field, the places in it that need a right of their own, and what becomes of it if it may be sent. */
export interface Cell {
  readonly what: string;
  readonly patch: Readonly<Record<string, unknown>>;
  readonly asks: readonly Ask[];
  /** Undefined: applied. */
  readonly refused?: ExpectedError;
}

/** A place that needs a right: `coordinate` in `rightAt`, `listed` in a list of one's own fields. */
export interface Ask {
  readonly coordinate: string;
  readonly listed: string;
  readonly path: readonly string[];
}

const plain = (field: string): Ask => ({ coordinate: field, listed: field, path: ['patch', field] });
const flag = (field: 'email' | 'phone'): Ask => ({
  coordinate: `${field}.verified`,
  listed: `${field}.verified`,
  path: ['patch', field, 'verified'],
});

/** Every patch of one field that there is, in this directory. */
export function cellsOf(directory: DirectoryName): readonly Cell[] {
  return [...plainCells(directory), ...flagCells(directory), ...customCells(directory)];
}

const values: Readonly<Record<string, unknown>> = {
  username: 'cell.name',
  displayName: 'Cell Name',
  givenName: 'Cell',
  middleName: 'C.',
  familyName: 'Name',
  picture: 'https://pictures.example.com/cell.png',
  status: 'DISABLED',
  roleNames: ['member'],
  tenants: [{ tenantId: 'acme', roleNames: ['buyer'] }],
  ssoAppIds: ['helpdesk'],
};

/** What the directories have no place for, and what they can set and not clear. */
const cannot = {
  set: {
    employees: ['givenName', 'middleName', 'familyName', 'picture', 'roleNames', 'tenants', 'ssoAppIds'],
    contractors: ['givenName', 'middleName', 'familyName', 'picture', 'roleNames', 'tenants', 'ssoAppIds'],
    customers: ['username'],
  },
  clear: {
    employees: ['username', 'status'],
    contractors: ['username', 'status', 'displayName', 'email', 'phone'],
    customers: ['status'],
  },
} as const satisfies Record<string, Record<DirectoryName, readonly string[]>>;

/** What becomes of a cell that may be sent, as far as the directory refuses it. */
function refusedBy(directory: DirectoryName, field: string, value: unknown): Pick<Cell, 'refused'> {
  const isOf = (fields: readonly string[]) => fields.includes(field);
  if (isOf(cannot.set[directory])) {
    return { refused: unsupported(`The directory "${directory}" has no ${field} to set.`, 'patch', field) };
  }
  if (value !== null || !isOf(cannot.clear[directory])) return {};
  const says = `The directory "${directory}" cannot clear ${field}; it can set it.`;
  return { refused: unsupported(says, 'patch', field) };
}

function plainCells(directory: DirectoryName): readonly Cell[] {
  return Object.entries(values).flatMap(([field, value]) => {
    const others = [null, ...(Array.isArray(value) ? [[]] : []), ...(field === 'status' ? ['ENABLED'] : [])];
    return [value, ...others].map((one) => ({
      what: `${field}: ${JSON.stringify(one)}`,
      patch: { [field]: one },
      asks: [plain(field)],
      ...refusedBy(directory, field, one),
    }));
  });
}

function flagCells(directory: DirectoryName): readonly Cell[] {
  const number = descope.includes(directory) ? '+15555550177' : '+8613800138077';
  return (['email', 'phone'] as const).flatMap((field) => {
    const one = field === 'email' ? { address: 'cell@example.com' } : { number };
    const said = [null, { ...one, verified: false }, { ...one, verified: true }];
    return said.map((value) => ({
      what: `${field}: ${JSON.stringify(value)}`,
      patch: { [field]: value },
      asks: value?.verified ? [plain(field), flag(field)] : [plain(field)],
      ...refusedBy(directory, field, value),
    }));
  });
}

type Operation = 'add' | 'replace' | 'remove';

function custom(...operations: readonly (readonly [Operation, string, object, ...string[]])[]): Cell {
  return {
    what: operations
      .map(([operation, field, rest]) => `${operation} ${field} ${JSON.stringify(rest)}`)
      .join(),
    patch: {
      customFields: operations.map(([operation, field, rest]) => ({ [operation]: { field, ...rest } })),
    },
    asks: operations.map(([operation, field], index) => ({
      coordinate: `customFields.${operation}`,
      listed: `customFields.${field}`,
      path: ['patch', 'customFields', String(index), operation, 'field'],
    })),
  };
}

function customCells(directory: DirectoryName): readonly Cell[] {
  const nothing = invalidInput(
    'Name at least one operation: remove clears custom fields, one by one.',
    ...['patch', 'customFields'],
  );
  const asks = [plain('customFields')];
  const shared = [
    custom(['replace', 'age', { value: { number: 36 } }]),
    custom(['add', 'age', { value: { number: 37 } }]),
    custom(['remove', 'age', {}]),
    { what: 'customFields: null', patch: { customFields: null }, asks, refused: nothing },
    { what: 'customFields: []', patch: { customFields: [] }, asks, refused: nothing },
  ];
  const own = eiam.includes(directory)
    ? [
        custom(['replace', 'nick_name', { value: { text: 'cell' } }]),
        custom(['add', 'vip', { value: { boolean: true } }]),
        custom(
          ['replace', 'grade', { value: { text: directory === 'employees' ? 'p5' : 'lead' } }],
          ['remove', 'nick_name', {}],
        ),
        {
          ...custom(['remove', 'grade', { values: ['p5'] }]),
          refused: unsupported(
            'Only a list has values to remove one by one: leave them out to remove the whole value.',
            ...['patch', 'customFields', '0', 'remove', 'values'],
          ),
        },
      ]
    : [
        custom(['add', 'nick', { value: { text: 'cell' } }]),
        custom(['replace', 'plan', { value: { text: 'pro' } }]),
        custom(['replace', 'tags', { value: { texts: ['vip', 'beta'] } }]),
        custom(['add', 'tags', { value: { texts: ['press'] } }]),
        custom(['remove', 'tags', { values: ['vip'] }]),
        custom(['add', 'newsletter', { value: { boolean: true } }]),
        custom(['replace', 'newsletter', { value: { boolean: false } }]),
        custom(['add', 'birthday', { value: { date: '1990-12-08T00:00:00.000Z' } }]),
        custom(
          ['replace', 'birthday', { value: { date: '1991-12-08T00:00:00.000Z' } }],
          ['remove', 'nick', {}],
        ),
      ];
  return [...shared, ...own];
}
