import type { DescopeAttributes } from './attributes.ts';
import { boolean, type Members, object, Refusal, string, strings } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { type DescopeUser, type DescopeUserTenant, emptyUser } from './wire.ts';

const statuses: readonly string[] = ['enabled', 'disabled', 'invited', 'expired'];

/** The members of a patch, beside `loginId` and `userId`. */
export const patchMembers: readonly string[] = [
  ...['name', 'displayName', 'givenName', 'middleName', 'familyName', 'picture', 'status'],
  ...['email', 'phone', 'verifiedEmail', 'verifiedPhone', 'roleNames', 'userTenants', 'ssoAppIds'],
  ...['customAttributes', 'scim', 'additionalIdentifiers'],
];

/**
 * Makes a function that checks the members of a patch and returns the change: the response's member names with
 * the values to store, `null` for a value that is removed. Members that the settings ignore are left out.
 */
export function createChangeReader(
  settings: DescopeEmulatorSettings,
  attributes: DescopeAttributes,
): (user: DescopeUser, body: Members) => Members {
  function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Refusal('E011004', `${what}: ${unknown} does not exist`);
  }

  function text(body: Members, name: string): string | undefined {
    const value = string(body, name);
    return value === '' && settings.emptyString === 'unchanged' ? undefined : value;
  }

  function names(body: Members, name: string, known: readonly string[]): string[] | undefined {
    const value = strings(body, name);
    refuseUnknown(name, value ?? [], known);
    return value && [...new Set(value)];
  }

  function tenant(value: unknown): DescopeUserTenant {
    const body = object(value, 'userTenants');
    const surplus = Object.keys(body).find((name) => name !== 'tenantId' && name !== 'roleNames');
    if (surplus !== undefined) throw new Refusal('E011001', `unknown member userTenants.${surplus}`);
    const tenantId = string(body, 'tenantId');
    if (!tenantId) throw new Refusal('E011002', 'userTenants.tenantId is required');
    const found = settings.tenants.find(({ id }) => id === tenantId);
    if (!found) throw new Refusal('E011004', `tenant ${tenantId} does not exist`);
    const roleNames = [...new Set(strings(body, 'roleNames'))];
    refuseUnknown('userTenants.roleNames', roleNames, [...settings.roles, ...found.roleNames]);
    return { tenantId, tenantName: found.name, roleNames };
  }

  function tenants(value: unknown): DescopeUserTenant[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw new Refusal('E011001', 'userTenants must be a list');
    if (value.length === 0 && settings.emptyTenants === 'unchanged') return undefined;
    const read = value.map(tenant);
    if (new Set(read.map(({ tenantId }) => tenantId)).size < read.length)
      throw new Refusal('E011004', 'userTenants names a tenant twice');
    return read;
  }

  function customAttributes(user: DescopeUser, value: unknown): Members | undefined {
    if (value === undefined || value === null) return undefined;
    const touched = new Map<string, unknown>();
    if (settings.customAttributes === 'replaceAll')
      for (const name of Object.keys(user.customAttributes)) touched.set(name, null);
    for (const [name, to] of Object.entries(object(value, 'customAttributes'))) {
      if (to === null && settings.nullAttribute !== 'refused') attributes.checkName(name);
      else attributes.check(name, to);
      if (to === null && settings.nullAttribute === 'unchanged') touched.delete(name);
      else touched.set(name, to);
    }
    return touched.size === 0 ? undefined : Object.fromEntries(touched);
  }

  return (user, body) => {
    const change: Record<string, unknown> = {};
    const set = (name: string, value: unknown) => {
      if (value !== undefined) change[name] = value === '' ? null : value;
    };

    const displayName = text(body, 'displayName');
    const name = text(body, 'name');
    if (displayName !== undefined && name !== undefined && displayName !== name)
      throw new Refusal('E011004', 'name and displayName differ');
    set('name', name ?? displayName);
    for (const member of ['givenName', 'middleName', 'familyName', 'picture'])
      set(member, text(body, member));

    for (const [member, flag, normalise] of [
      ['email', 'verifiedEmail', email],
      ['phone', 'verifiedPhone', phone],
    ] as const) {
      const given = text(body, member);
      const verified = boolean(body, flag);
      set(member, given && normalise(given));
      // A guess: an address that is not there cannot be verified.
      if (given === undefined) set(flag, verified && user[member] !== '');
      // The official clients' live tests assert that a phone without its flag comes back verified.
      else set(flag, given !== '' && (verified ?? true));
    }

    const status = string(body, 'status');
    if (status !== undefined && !statuses.includes(status))
      throw new Refusal('E011004', `status ${status} does not exist`);
    set('status', status);
    set('roleNames', names(body, 'roleNames', settings.roles));
    set('ssoAppIds', names(body, 'ssoAppIds', settings.ssoApps));
    set('userTenants', tenants(body.userTenants));
    // The official client sends it, no page explains it. A guess: the login ids after the first.
    const more = strings(body, 'additionalIdentifiers');
    set('loginIds', more && [...new Set([...user.loginIds.slice(0, 1), ...more])]);
    boolean(body, 'scim');
    set('customAttributes', customAttributes(user, body.customAttributes));
    return change;
  };
}

/** The user after a change; `null` sets a member to its empty value. */
export function applyChange(user: DescopeUser, change: Members): DescopeUser {
  const empty = new Map<string, unknown>(Object.entries(emptyUser('', [], 0)));
  const next = new Map<string, unknown>(Object.entries(user));
  for (const [name, value] of Object.entries(change)) {
    if (name === 'customAttributes') {
      const attributes = new Map(Object.entries(user.customAttributes));
      for (const [attribute, to] of Object.entries((value ?? {}) as Members))
        if (to === null) attributes.delete(attribute);
        else attributes.set(attribute, to);
      // Not by assignment, which would set the prototype for an attribute named __proto__.
      next.set(name, Object.fromEntries(attributes));
    } else {
      next.set(name, value ?? empty.get(name));
    }
  }
  const changed = Object.fromEntries(next) as unknown as DescopeUser;
  // The official live tests assert: the first login id alone.
  return { ...changed, externalIds: changed.loginIds.slice(0, 1) };
}

function email(value: string): string {
  if (!/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value))
    throw new Refusal('E011004', 'email is not an email address');
  return value;
}

function phone(value: string): string {
  const number = value.replace(/[\s().-]/g, '');
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Refusal('E011004', 'phone is not a phone number');
  return number;
}
