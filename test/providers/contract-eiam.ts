import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { Case, Lie, Subject } from './contract.ts';
import { customField, customFieldsWith, type Json, type Sent } from './contract-door.ts';

/** What differs between the two APIs to the same accounts. */
export interface EiamApi extends Pick<Subject, 'directory' | 'read' | 'writes' | 'user'> {
  /** The request of a patch whose members are in the developer API's spelling. */
  readonly update: (members: Json) => Sent;
  readonly setStatus: (status: 'enable' | 'disable') => Sent;
  /** The calls of an applied patch, in order, around those that write. */
  readonly calls: (writes: readonly string[]) => readonly string[];
  /** The body of an error as the API says it. */
  readonly says: (code: string) => Json;
  /** What an error of `says` shows of itself where it is passed on. */
  readonly told: (code: string) => Json;
  /** The call that reads one user, and its answer for an account in the developer API's spelling. */
  readonly getUser: { readonly call: RegExp; readonly body: (account: Json) => Json };
  /** A choice of the field `grade`. */
  readonly grade: string;
}

/** What every account's contract has in common. */
export function eiamSubject(api: EiamApi) {
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
    lies: lies(api),
    nobody: 'user_nobody',
  } as const satisfies Partial<Subject>;
}

const newEmail = { address: 'new_name@example.com', verified: true };

function fields(api: EiamApi): Case[] {
  const { update, user } = api;
  const [, email, phone] = user.loginIds as string[];
  const oldEmail = (user.email as { address: string }).address;
  const one = (does: string, patch: Json, members: Json, shows: Json): Case => ({
    does,
    patch,
    sends: [update(members)],
    stores: [members],
    shows,
  });
  return [
    one(
      'sets username',
      { username: 'new.name' },
      { username: 'new.name' },
      {
        username: 'new.name',
        loginIds: ['new.name', email, phone],
      },
    ),
    ...['New Name', "  Zoë *~'()!+&=%/?#; 张三 😀"].map((displayName) =>
      one(`sets displayName ${displayName}`, { displayName }, { displayName }, { displayName }),
    ),
    ...[true, false].map((verified) =>
      one(
        `sets email, verified ${verified}`,
        { email: { address: newEmail.address, verified } },
        { email: newEmail.address, emailVerified: verified },
        {
          email: { address: newEmail.address, verified },
          loginIds: [user.username, newEmail.address, phone],
        },
      ),
    ),
    one(
      'says of the same email that it is not verified',
      { email: { address: oldEmail, verified: false } },
      { email: oldEmail, emailVerified: false },
      { email: { address: oldEmail, verified: false } },
    ),
    ...[true, false].flatMap((verified) =>
      // A region of one, two and three digits; an Italian number keeps its zero.
      (
        [
          ['1', '2125550123'],
          ['44', '7700900123'],
          ['852', '51234568'],
          ['39', '0612345678'],
        ] as const
      ).map(([phoneRegion, phoneNumber]) => {
        const number = `+${phoneRegion}${phoneNumber}`;
        return one(
          `sets phone ${number}, verified ${verified}`,
          { phone: { number, verified } },
          { phoneRegion, phoneNumber, phoneNumberVerified: verified },
          { phone: { number, verified }, loginIds: [user.username, email, number] },
        );
      }),
    ),
    {
      does: 'disables',
      patch: { status: 'DISABLED' },
      sends: [api.setStatus('disable')],
      stores: [{ status: 'disabled' }],
      shows: { status: 'DISABLED' },
    },
    {
      does: 'enables who is enabled',
      patch: { status: 'ENABLED' },
      sends: [api.setStatus('enable')],
      stores: [{ status: 'enabled' }],
      shows: {},
      already: true,
    },
    {
      does: 'enables last',
      patch: { status: 'ENABLED', displayName: 'New Name' },
      sends: [update({ displayName: 'New Name' }), api.setStatus('enable')],
      stores: [{ displayName: 'New Name' }, { status: 'enabled' }],
      shows: { displayName: 'New Name' },
      already: true,
    },
    {
      does: 'disables first',
      patch: { status: 'DISABLED', displayName: 'New Name' },
      sends: [api.setStatus('disable'), update({ displayName: 'New Name' })],
      stores: [{ status: 'disabled' }, { displayName: 'New Name' }],
      shows: { status: 'DISABLED', displayName: 'New Name' },
    },
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

function setsEverything({ update, setStatus, user, grade }: EiamApi): Case {
  const members = {
    username: 'new.name',
    displayName: 'New Name',
    email: newEmail.address,
    emailVerified: false,
    phoneRegion: '49',
    phoneNumber: '15112345678',
    phoneNumberVerified: false,
  };
  return {
    does: 'sets everything at once',
    patch: {
      username: 'new.name',
      displayName: 'New Name',
      email: { address: newEmail.address, verified: false },
      phone: { number: '+4915112345678', verified: false },
      status: 'DISABLED',
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
      username: 'new.name',
      loginIds: ['new.name', newEmail.address, '+4915112345678'],
      displayName: 'New Name',
      email: { address: newEmail.address, verified: false },
      phone: { number: '+4915112345678', verified: false },
      status: 'DISABLED',
      customFields: (user.customFields as { field: string }[])
        .filter(({ field }) => field !== 'nick_name')
        .map((one) => {
          if (one.field === 'age') return customField('age', { number: 99 });
          return one.field === 'grade' ? customField('grade', { text: grade }) : one;
        }),
    },
  };
}

function lies({ user }: EiamApi): Lie[] {
  const old = (user.phone as { number: string }).number;
  return [
    {
      does: 'a name without the spaces around it',
      patch: { displayName: ' New Name ' },
      stores: { displayName: 'New Name' },
      outcome: 'UNKNOWN',
      paths: [['patch', 'displayName']],
    },
    {
      does: 'an email in small letters',
      patch: { displayName: 'New Name', email: { address: 'New@example.com', verified: true } },
      stores: { email: 'new@example.com' },
      outcome: 'PARTIAL',
      paths: [['patch', 'email']],
    },
    {
      does: 'an email that is said to be verified',
      patch: { email: { address: newEmail.address, verified: false } },
      stores: { emailVerified: true },
      outcome: 'UNKNOWN',
      paths: [['patch', 'email']],
    },
    {
      does: 'a number in another region',
      patch: { displayName: 'New Name', phone: { number: old, verified: true } },
      stores: { phoneRegion: '852' },
      outcome: 'PARTIAL',
      paths: [['patch', 'phone']],
    },
    {
      does: 'a rounded number',
      patch: { customFields: [{ replace: { field: 'age', value: { number: 9.5 } } }] },
      stores: { customFields: { age: '10' } },
      outcome: 'UNKNOWN',
      paths: [['patch', 'customFields', '0', 'replace']],
    },
    {
      does: 'a boolean in words that are none',
      patch: { displayName: 'New', customFields: [{ add: { field: 'vip', value: { boolean: true } } }] },
      stores: { customFields: { vip: 'TRUE' } },
      outcome: 'PARTIAL',
      paths: [['patch', 'customFields', '0', 'add']],
    },
  ];
}
