import { createReadLag, type SeedUser, type WriteLogEntry } from '../emulator.ts';
import { checkCustomFields, checkMembers, EiamRefusal, type EiamValue, patchMembers } from './rules.ts';
import type { EiamEmulatorSettings, EiamRecord } from './settings.ts';

/** Two emails are the same in any case. */
export const foldCase = (member: string, value: unknown): unknown =>
  member === 'email' && typeof value === 'string' ? value.toLowerCase() : value;

interface Account {
  readonly members: Map<string, unknown>;
  readonly customFields: Map<string, string>;
}

const recordMembers = (
  'userId username displayName description phoneRegion phoneNumber phoneNumberVerified email emailVerified ' +
  'userExternalId userSourceType userSourceId status createTime updateTime registerTime lockExpireTime ' +
  'accountExpireTime passwordSet instanceId organizationalUnits primaryOrganizationalUnitId groups'
).split(' ');

/** The accounts of one instance: what is stored, what may be stored, and the log of what was written. */
export function createEiamAccounts(settings: EiamEmulatorSettings) {
  const { instanceId } = settings;
  const accounts = new Map<string, Account>();
  const writes: WriteLogEntry[] = [];
  const now = settings.now ?? Date.now;
  const lag = createReadLag<EiamRecord>(settings.readLagMs);

  const account = (userId: string): Account => {
    const found = accounts.get(userId);
    if (found === undefined)
      throw new EiamRefusal(404, 'ResourceNotFound.User', 'The specified resource: User not exist.');
    return found;
  };

  const record = ({ members, customFields }: Account, withCustomFields: boolean): EiamRecord => {
    const answer: Record<string, unknown> = {};
    for (const member of recordMembers) {
      const value = members.get(member);
      if (value !== undefined) answer[member] = structuredClone(value);
      else if (settings.missingMember === 'null') answer[member] = null;
      else if (settings.missingMember === 'emptyString' && patchMembers.has(member)) answer[member] = '';
    }
    const fields = [...customFields].map(([fieldName, fieldValue]) => ({ fieldName, fieldValue }));
    return withCustomFields ? { ...answer, customFields: fields } : answer;
  };

  const refuseDuplicates = (
    userId: string,
    plain: Map<string, EiamValue>,
    custom: Map<string, string | null>,
  ) => {
    const mine = new Map<string, unknown>([...account(userId).members, ...plain]);
    for (const [otherId, { members, customFields }] of accounts) {
      if (otherId === userId) continue;
      const taken = (touched: readonly string[]) =>
        touched.some((member) => plain.has(member)) &&
        touched.every((member) => {
          const [value, theirs] = [mine.get(member), members.get(member)];
          return value != null && foldCase(member, value) === foldCase(member, theirs);
        });
      const field = settings.customFields.find(
        ({ name, unique }) =>
          unique && custom.get(name) != null && custom.get(name) === customFields.get(name),
      );
      const what =
        (taken(['username']) && 'Username') ||
        (taken(['email']) && 'Email') ||
        (taken(['phoneRegion', 'phoneNumber']) && 'PhoneNumber') ||
        (field && `CustomField.${field.name}`);
      if (!what) continue;
      const message = `The specified resource: ${what} already exist.`;
      throw new EiamRefusal(403, `ResourceDuplicated.${what}`, message);
    }
  };

  /** The change that a body asks for; refuses a body of which any part is not allowed. */
  const check = (userId: string, body: EiamRecord): WriteLogEntry['change'] => {
    const { members, customFields } = account(userId);
    const plain = checkMembers(settings, body, (member) => members.has(member));
    const custom = checkCustomFields(settings, body.customFields ?? [], customFields);
    refuseDuplicates(userId, plain, custom);
    return {
      ...Object.fromEntries(plain),
      ...(custom.size > 0 && { customFields: Object.fromEntries(custom) }),
    };
  };

  const store = (userId: string, change: WriteLogEntry['change']) => {
    const { members, customFields } = account(userId);
    for (const [member, value] of Object.entries(change)) {
      if (member === 'customFields') {
        for (const [name, fieldValue] of Object.entries(value as Record<string, string | null>)) {
          if (fieldValue === null) customFields.delete(name);
          else customFields.set(name, fieldValue);
        }
      } else if (value === null) members.delete(member);
      else members.set(member, value);
    }
  };

  const write = (userId: string, requested: WriteLogEntry['change']) => {
    lag.write(userId, record(account(userId), true));
    account(userId).members.set('updateTime', now());
    const change = settings.distort?.({ userId, change: requested }) ?? requested;
    store(userId, change);
    writes.push({ userId, change });
  };

  const unit = settings.organizationalUnit ?? {
    organizationalUnitId: 'ou_root',
    organizationalUnitName: instanceId,
  };
  for (const seed of settings.users) {
    const { userId, createdAt: at, status = 'enabled' } = seed;
    if (status !== 'enabled' && status !== 'disabled')
      throw new Error(`EIAM has no status ${status} (${userId}).`);
    const members = {
      ...{ userId, phoneNumberVerified: false, emailVerified: false, userExternalId: userId, status },
      ...{ userSourceType: 'build_in', userSourceId: instanceId, instanceId, passwordSet: false, groups: [] },
      ...{ createTime: at, updateTime: at, registerTime: at },
      organizationalUnits: [{ ...unit, primary: true }],
      primaryOrganizationalUnitId: unit.organizationalUnitId,
    };
    accounts.set(userId, { members: new Map(Object.entries(members)), customFields: new Map() });
    store(userId, check(userId, patchOf(seed)));
  }

  return {
    writes,
    get: (userId: string): EiamRecord => lag.read(userId, record(account(userId), true)),
    /** Without custom fields, as both APIs list. */
    list: (): EiamRecord[] => [...accounts.values()].map((each) => record(each, false)),
    users: (): ReadonlyMap<string, EiamRecord> =>
      new Map([...accounts].map(([userId, each]) => [userId, record(each, true)])),
    patch(userId: string, body: EiamRecord): void {
      write(userId, check(userId, body));
    },
    setStatus(userId: string, status: 'enabled' | 'disabled'): void {
      write(userId, { status });
    },
  };
}

/** The patch that sets what a seed has. */
function patchOf({ userId, status: _, createdAt: _at, ...seed }: SeedUser): EiamRecord {
  const { username, displayName, email, phone, customFields = {}, ...foreign } = seed;
  if (Object.keys(foreign).length > 0) throw new Error(`EIAM has no ${Object.keys(foreign)} (${userId}).`);
  const entries = Object.entries(customFields);
  return {
    ...{ username, displayName },
    ...(email && { email: email.address, emailVerified: email.verified }),
    ...(phone && {
      phoneRegion: phone.region,
      phoneNumber: phone.number,
      phoneNumberVerified: phone.verified,
    }),
    customFields: entries.map(([fieldName, fieldValue]) => ({ fieldName, fieldValue, operation: 'add' })),
  };
}
