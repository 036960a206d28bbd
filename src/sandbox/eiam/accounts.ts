import { randomInt } from 'node:crypto';
import type { WriteLogEntry } from '../emulator.ts';
import {
  checkCustomFields,
  checkMembers,
  EiamRefusal,
  type EiamValue,
  invalid,
  missing,
  pascal,
  patchMembers,
} from './rules.ts';
import type { EiamEmulatorSettings, EiamOrganizationalUnit, EiamRecord } from './settings.ts';

/** Emails are the same whatever their case. */
export const folded = (member: string, value: unknown): unknown =>
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
  const accounts = new Map<string, Account>();
  const writes: WriteLogEntry[] = [];
  const now = settings.now ?? Date.now;
  const units = settings.organizationalUnits ?? [
    { organizationalUnitId: 'ou_root', organizationalUnitName: settings.instanceId },
  ];

  const account = (userId: string): Account => {
    const found = accounts.get(userId);
    const { status, code } = settings.userNotFound ?? { status: 404, code: 'ResourceNotFound.User' };
    if (found === undefined) throw new EiamRefusal(status, code, 'The specified resource: User not exist.');
    return found;
  };

  const unit = (organizationalUnitId: unknown): EiamOrganizationalUnit => {
    const found = units.find((candidate) => candidate.organizationalUnitId === organizationalUnitId);
    const code = 'ResourceNotFound.OrganizationalUnit';
    if (!found) throw new EiamRefusal(404, code, 'The specified resource: OrganizationalUnit not exist.');
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
    const mine = new Map<string, unknown>([...(accounts.get(userId)?.members ?? []), ...plain]);
    for (const [otherId, { members, customFields }] of accounts) {
      if (otherId === userId) continue;
      const taken = (touched: readonly string[]) =>
        touched.some((member) => plain.has(member)) &&
        touched.every((member) => {
          const [value, theirs] = [mine.get(member), members.get(member)];
          return value != null && folded(member, value) === folded(member, theirs);
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
      const code = `${settings.duplicateCode ?? 'ResourceDuplicated'}.${what}`;
      throw new EiamRefusal(
        settings.duplicateStatus ?? 403,
        code,
        `The specified resource: ${what} already exist.`,
      );
    }
  };

  const commit = (userId: string, wanted: WriteLogEntry['change']) => {
    const change = settings.distort?.({ userId, change: wanted }) ?? wanted;
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
    members.set('updateTime', now());
    writes.push({ userId, change });
  };

  /** The change that a body asks for, all of it allowed. */
  const check = (userId: string, body: EiamRecord): WriteLogEntry['change'] => {
    const existing = accounts.get(userId);
    const plain = checkMembers(settings, body, (member) => existing?.members.has(member) ?? false);
    refuseDuplicates(userId, plain, new Map());
    const entries = body.customFields ?? [];
    if (
      settings.atomic === false &&
      existing &&
      Array.isArray(entries) &&
      entries.length > 0 &&
      plain.size > 0
    ) {
      commit(userId, Object.fromEntries(plain));
      plain.clear();
    }
    // An account that is being made has nothing to operate on, so its entries need no operation.
    const rules = existing ? settings : { ...settings, operationLeftOut: 'replace' as const };
    const custom = checkCustomFields(rules, entries, existing?.customFields ?? new Map());
    refuseDuplicates(userId, new Map(), custom);
    return {
      ...Object.fromEntries(plain),
      ...(custom.size > 0 && { customFields: Object.fromEntries(custom) }),
    };
  };

  const add = (userId: string, at: number, extra: EiamRecord): void => {
    const unitOf = (id: string) => ({ ...unit(id), primary: id === extra.primaryOrganizationalUnitId });
    const ids = new Set([extra.primaryOrganizationalUnitId, ...((extra.organizationalUnitIds as []) ?? [])]);
    const members = new Map<string, unknown>([
      ...Object.entries({ userId, phoneNumberVerified: false, emailVerified: false, userExternalId: userId }),
      ...Object.entries({ userSourceType: 'build_in', userSourceId: settings.instanceId, status: 'enabled' }),
      ...Object.entries({ createTime: at, updateTime: at, registerTime: at, passwordSet: false, groups: [] }),
      ...Object.entries({ instanceId: settings.instanceId, ...extra }),
      ['organizationalUnits', [...ids].map((id) => unitOf(id as string))],
    ]);
    members.delete('organizationalUnitIds');
    accounts.set(userId, { members, customFields: new Map() });
  };

  for (const seed of settings.users) {
    const {
      userId,
      username,
      displayName,
      email,
      phone,
      status,
      customFields = {},
      createdAt,
      ...foreign
    } = seed;
    const body = {
      username,
      ...(displayName !== undefined && { displayName }),
      ...(email && { email: email.address, emailVerified: email.verified }),
      ...(phone && {
        phoneRegion: phone.region,
        phoneNumber: phone.number,
        phoneNumberVerified: phone.verified,
      }),
      customFields: Object.entries(customFields).map(([fieldName, fieldValue]) => ({
        fieldName,
        fieldValue,
      })),
    };
    if (Object.keys(foreign).length > 0) throw new Error(`EIAM has no ${Object.keys(foreign)} (${userId})`);
    if (status !== 'enabled' && status !== 'disabled') {
      throw new Error(`EIAM has no status ${status} (${userId})`);
    }
    const { customFields: fields = {}, ...members } = check(userId, body);
    add(userId, createdAt, {
      primaryOrganizationalUnitId: units[0]?.organizationalUnitId,
      ...members,
      status,
    });
    for (const [name, value] of Object.entries(fields as Record<string, string>)) {
      accounts.get(userId)?.customFields.set(name, value);
    }
  }

  return {
    writes,
    unit,
    get: (userId: string): EiamRecord => record(account(userId), true),
    /** Without custom fields, as both APIs list. */
    list: (): EiamRecord[] => [...accounts.values()].map((each) => record(each, false)),
    users: (): ReadonlyMap<string, EiamRecord> =>
      new Map([...accounts].map(([userId, each]) => [userId, record(each, true)])),
    patch(userId: string, body: EiamRecord): void {
      account(userId);
      commit(userId, check(userId, body));
    },
    setStatus(userId: string, status: 'enabled' | 'disabled'): void {
      account(userId);
      commit(userId, { status });
    },
    create(body: EiamRecord): string {
      const {
        primaryOrganizationalUnitId,
        organizationalUnitIds = [],
        description,
        userExternalId,
        ...rest
      } = body;
      if (rest.username === undefined) throw missing('Username');
      if (primaryOrganizationalUnitId === undefined) throw missing('PrimaryOrganizationalUnitId');
      if (!Array.isArray(organizationalUnitIds)) throw invalid('OrganizationalUnitIds');
      for (const id of [primaryOrganizationalUnitId, ...(organizationalUnitIds as unknown[])]) unit(id);
      for (const [name, text] of Object.entries({ description, userExternalId })) {
        if (text != null && typeof text !== 'string') throw invalid(pascal(name));
      }
      const userId = `user_${Array.from({ length: 26 }, () => randomInt(36).toString(36)).join('')}`;
      const change = check(userId, rest);
      const lacking = settings.customFields.find(
        ({ name, required }) => required && !Object.hasOwn((change.customFields as object) ?? {}, name),
      );
      if (lacking) throw missing(`CustomField.${lacking.name}`);
      const extra = { primaryOrganizationalUnitId, organizationalUnitIds };
      add(userId, now(), {
        ...extra,
        ...(description != null && { description }),
        ...(userExternalId != null && { userExternalId }),
      });
      commit(userId, change);
      return userId;
    },
    /** Logged as `userId: null`: all of the user was taken away. */
    remove(userId: string): void {
      account(userId);
      accounts.delete(userId);
      writes.push({ userId, change: { userId: null } });
    },
  };
}
