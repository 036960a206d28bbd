import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { Case, ProviderFixture } from './contract.ts';
import { type CapturedRequest, customField, customFieldsWith, type Json } from './contract-door.ts';

/** What differs between the two APIs to the same accounts. */
export interface EiamApi extends Pick<ProviderFixture, 'directory' | 'read' | 'writes' | 'user'> {
  /** The request of a patch whose members are in the developer API's spelling. */
  readonly update: (members: Json) => CapturedRequest;
  readonly setStatus: (status: 'enable' | 'disable') => CapturedRequest;
  /** The calls of an applied patch, in order, around those that write. */
  readonly calls: (writes: readonly string[]) => readonly string[];
  /** The body of an error with this code. */
  readonly errorBody: (code: string) => Json;
  /** What of this body is passed on. */
  readonly safeDetails: (code: string) => Json;
  /** The call that reads one user, and its answer for an account in the developer API's spelling. */
  readonly getUser: { readonly call: RegExp; readonly body: (account: Json) => Json };
  /** A choice of the field `grade`. */
  readonly grade: string;
}

/** What every account's contract has in common. */
export function eiamFixture(api: EiamApi) {
  const everything = setsEverything(api);
  return {
    directory: api.directory,
    read: api.read,
    writes: api.writes,
    user: api.user,
    calls: api.calls,
    confirmedBy: 'READ_BACK',
    cases: [...fields(api), ...customFields(api), ...clearings(api)],
    everything,
    parts: {
      status: ['patch', 'status'],
      username: ['patch', 'username'],
      displayName: ['patch', 'displayName'],
      email: ['patch', 'email'],
      emailVerified: ['patch', 'email'],
      phoneRegion: ['patch', 'phone'],
      phoneNumber: ['patch', 'phone'],
      phoneNumberVerified: ['patch', 'phone'],
      'customFields.grade': ['patch', 'customFields', '0', 'add'],
      'customFields.age': ['patch', 'customFields', '1', 'replace'],
      'customFields.nick_name': ['patch', 'customFields', '2', 'remove'],
    },
    unsupported: ['givenName', 'middleName', 'familyName', 'picture', 'roleNames', 'tenants', 'ssoAppIds'],
    notClearable: ['username', 'displayName', 'email', 'phone', 'status'],
    storedDifferently: storedDifferently(api),
    unknownUserId: 'user_nobody',
  } as const satisfies Partial<ProviderFixture>;
}

const newEmail = { address: 'new_name@example.com', verified: true };

function fields(api: EiamApi): Case[] {
  const { update, user, setStatus } = api;
  const [username, email, phone] = user.loginIds as string[];
  const oldEmail = (user.email as { address: string }).address;
  const one = (does: string, patch: Json, members: Json, loginIds = user.loginIds): Case => ({
    ...{ does, patch, sends: [update(members)], stores: [members], shows: { ...patch, loginIds } },
  });
  // A region of one, two and three digits; an Italian number keeps its zero.
  const phones = ['1 2125550123', '44 7700900123', '852 51234568', '39 0612345678'];
  const status = (does: string, status: 'ENABLED' | 'DISABLED', ...renamed: readonly Json[]): Case => {
    const enables = status === 'ENABLED';
    const inOrder = <T>(step: T, rest: readonly T[]) => (enables ? [...rest, step] : [step, ...rest]);
    const patch = { status, ...renamed[0] };
    return {
      ...{ does, patch, shows: patch },
      sends: inOrder(setStatus(enables ? 'enable' : 'disable'), renamed.map(update)),
      stores: inOrder<Json>({ status: enables ? 'enabled' : 'disabled' }, renamed),
      ...(enables && { already: true }),
    };
  };
  return [
    one('sets username', { username: 'new.name' }, { username: 'new.name' }, ['new.name', email, phone]),
    ...['New Name', "  Zoë *~'()!+&=%/?#; 张三 😀"].map((displayName) =>
      one(`sets displayName ${displayName}`, { displayName }, { displayName }),
    ),
    ...[true, false].flatMap((verified) => [
      one(
        `sets email, verified ${verified}`,
        { email: { address: newEmail.address, verified } },
        { email: newEmail.address, emailVerified: verified },
        [username, newEmail.address, phone],
      ),
      ...phones.map((split) => {
        const [phoneRegion, phoneNumber] = split.split(' ');
        const number = `+${phoneRegion}${phoneNumber}`;
        return one(
          `sets phone ${number}, verified ${verified}`,
          { phone: { number, verified } },
          { phoneRegion, phoneNumber, phoneNumberVerified: verified },
          [username, email, number],
        );
      }),
    ]),
    one(
      'says of the same email that it is not verified',
      { email: { address: oldEmail, verified: false } },
      { email: oldEmail, emailVerified: false },
    ),
    status('disables', 'DISABLED'),
    status('enables who is enabled', 'ENABLED'),
    status('enables last', 'ENABLED', { displayName: 'New Name' }),
    status('disables first', 'DISABLED', { displayName: 'New Name' }),
  ];
}

function customFields(api: EiamApi): Case[] {
  const values: readonly (readonly [string, Json, string])[] = [
    ['nick_name', { text: 'a\nb' }, 'a\nb'],
    ['age', { number: -1.5 }, '-1.5'],
    ['vip', { boolean: api.directory === 'contractors' }, String(api.directory === 'contractors')],
    ['grade', { text: api.grade }, api.grade],
  ];
  const one = (
    operation: 'add' | 'replace' | 'remove',
    field: string,
    value?: Json,
    wire?: string,
  ): Case => ({
    does: `${operation}s ${field}`,
    patch: { customFields: [{ [operation]: { field, ...(value && { value }) } }] },
    sends: [
      api.update({
        customFields: [{ fieldName: field, ...(value && { fieldValue: wire }), operation }],
      }),
    ],
    stores: [{ customFields: { [field]: wire ?? null } }],
    shows: { customFields: customFieldsWith(api.user, field, value) },
  });
  return values.flatMap(([field, value, wire]) => [
    one('add', field, value, wire),
    one('replace', field, value, wire),
    one('remove', field),
  ]);
}

/** What null does in a directory whose configuration says that an empty string clears. */
function clearings({ directory, update, user }: EiamApi): Case[] {
  const [username, email, phone] = user.loginIds as string[];
  const changes: SandboxChanges = { directories: { [directory]: { emptyStringClears: true } } };
  const one = (field: string, members: Json, stored: Json, shows: Json): Case => ({
    does: `clears ${field}, where the configuration says how`,
    patch: { [field]: null },
    sends: [update(members)],
    stores: [stored],
    shows: { [field]: null, ...shows },
    changes,
  });
  return [
    one('displayName', { displayName: '' }, { displayName: null }, {}),
    one('email', { email: '' }, { email: null, emailVerified: false }, { loginIds: [username, phone] }),
    one(
      'phone',
      { phoneRegion: '', phoneNumber: '' },
      { phoneRegion: null, phoneNumber: null, phoneNumberVerified: false },
      { loginIds: [username, email] },
    ),
  ];
}

/** The user of a fixture: what EIAM does not have is null or empty. */
export function eiamUser(
  directory: string,
  userId: string,
  username: string,
  displayName: string,
  number: string,
  customFields: readonly Json[],
): EiamApi['user'] {
  const address = `${username}@example.com`;
  return {
    ...{ id: `${directory}:${userId}`, userId, directory: { name: directory }, username, displayName },
    loginIds: [username, address, number],
    ...{ givenName: null, middleName: null, familyName: null, picture: null, status: 'ENABLED' },
    email: { address, verified: true },
    phone: { number, verified: true },
    ...{ roleNames: [], tenants: [], ssoAppIds: [], customFields, createdAt: '2021-01-01T08:00:00.000Z' },
  };
}

function setsEverything({ update, setStatus, user, grade }: EiamApi): Case {
  const email = { address: newEmail.address, verified: false };
  const asked = {
    ...{ username: 'new.name', displayName: 'New Name', status: 'DISABLED', email },
    phone: { number: '+4915112345678', verified: false },
  };
  const members = {
    ...{ username: asked.username, displayName: asked.displayName },
    ...{ email: email.address, emailVerified: false },
    ...{ phoneRegion: '49', phoneNumber: '15112345678', phoneNumberVerified: false },
  };
  const shown = { age: customField('age', { number: 99 }), grade: customField('grade', { text: grade }) };
  return {
    does: 'sets everything at once',
    patch: {
      ...asked,
      customFields: [
        { add: { field: 'grade', value: { text: grade } } },
        { replace: { field: 'age', value: { number: 99 } } },
        { remove: { field: 'nick_name' } },
      ],
    },
    sends: [
      setStatus('disable'),
      update({
        ...members,
        customFields: [
          { fieldName: 'grade', fieldValue: grade, operation: 'add' },
          { fieldName: 'age', fieldValue: '99', operation: 'replace' },
          { fieldName: 'nick_name', operation: 'remove' },
        ],
      }),
    ],
    stores: [{ status: 'disabled' }, { ...members, customFields: { grade, age: '99', nick_name: null } }],
    shows: {
      ...asked,
      loginIds: [asked.username, email.address, asked.phone.number],
      customFields: (user.customFields as { field: string }[])
        .filter(({ field }) => field !== 'nick_name')
        .map((one) => shown[one.field as keyof typeof shown] ?? one),
    },
  };
}

function storedDifferently({ user }: EiamApi): ProviderFixture['storedDifferently'] {
  const old = (user.phone as { number: string }).number;
  const renamed = { displayName: 'New Name' };
  const email = (address: string, verified: boolean) => ({ email: { address, verified } });
  const custom = (operation: string, field: string, value: Json) => ({
    customFields: [{ [operation]: { field, value } }],
  });
  return {
    'a name without the spaces around it': [{ displayName: ' New Name ' }, { displayName: 'New Name' }, true],
    'an email in small letters': [
      { ...renamed, ...email('New@example.com', true) },
      { email: 'new@example.com' },
      true,
    ],
    'an email that is said to be verified': [email(newEmail.address, false), { emailVerified: true }],
    'a number in another region': [
      { ...renamed, phone: { number: old, verified: true } },
      { phoneRegion: '852' },
    ],
    'a rounded number': [custom('replace', 'age', { number: 9.5 }), { customFields: { age: '10' } }],
    'a boolean in words that are none': [
      { ...renamed, ...custom('add', 'vip', { boolean: true }) },
      { customFields: { vip: 'TRUE' } },
    ],
  };
}
