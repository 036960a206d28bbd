import type { DescopeAttributes } from './attributes.ts';
import { boolean, type Members, object, Refusal, string, strings } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { type DescopeUser, type DescopeUserTenant, emptyUser } from './user-form.ts';

const statuses: readonly string[] = ['enabled', 'disabled', 'invited', 'expired'];

/** The members that a patch may name beside the two that say who is meant. */
export const patchMembers = [
  'email',
  'phone',
  'verifiedEmail',
  'verifiedPhone',
  'name',
  'displayName',
  'givenName',
  'middleName',
  'familyName',
  'picture',
  'status',
  'roleNames',
  'userTenants',
  'ssoAppIds',
  'customAttributes',
  'scim',
  'additionalIdentifiers',
] as const;

/**
 * Checks the members of a patch and says what they change, in the response's own names and with the values
 * as they will be stored, `null` for what is taken away. Changes nothing. What the service passes over by its
 * settings (a null, say) is not in the answer.
 */
export function readChange(
  user: DescopeUser,
  body: Members,
  settings: DescopeEmulatorSettings,
  attributes: DescopeAttributes,
): Members {
  const change: Record<string, unknown> = {};

  const text = (name: string): string | undefined => {
    const value = string(body, name);
    if (value === undefined)
      return body[name] === null && settings.nullForString === 'clears' ? '' : undefined;
    return value === '' && settings.emptyString === 'unchanged' ? undefined : value;
  };
  const setText = (name: string, value: string | undefined) => {
    if (value !== undefined) change[name] = value === '' ? null : value;
  };
  const names = (name: string, known: readonly string[]): void => {
    const value = strings(body, name) ?? (clearsList(body[name], settings) ? [] : undefined);
    if (value === undefined) return;
    refuseUnknown(name, value, known, settings);
    change[name] = [...new Set(value)];
  };

  const displayName = text('displayName');
  const name = text('name');
  if (displayName !== undefined && name !== undefined && displayName !== name)
    throw new Refusal('E011004', 'name and displayName differ');
  setText('name', name ?? displayName);
  for (const member of ['givenName', 'middleName', 'familyName', 'picture'] as const)
    setText(member, text(member));

  const contact = (
    address: 'email' | 'phone',
    flag: 'verifiedEmail' | 'verifiedPhone',
    withoutFlag: boolean,
    normalise: (value: string) => string,
  ): void => {
    const given = text(address);
    const verified = boolean(body, flag);
    if (given === undefined) {
      // Nothing can be verified that is not there [guess].
      if (verified !== undefined) change[flag] = verified && user[address] !== '';
      return;
    }
    setText(address, given === '' ? '' : normalise(given));
    change[flag] = given !== '' && (verified ?? withoutFlag);
  };
  contact('email', 'verifiedEmail', settings.emailWithoutFlag !== 'unverified', email);
  // A phone without its flag comes back verified: asserted by the official clients' live tests.
  contact('phone', 'verifiedPhone', true, phone);

  const status = string(body, 'status');
  if (status !== undefined && !statuses.includes(status))
    throw new Refusal('E011004', `status ${status} does not exist`);
  if (status !== undefined) change.status = status;

  names('roleNames', settings.roles);
  names('ssoAppIds', settings.ssoApps);
  const userTenants = readTenants(body.userTenants, settings);
  if (userTenants !== undefined) change.userTenants = userTenants;

  // Sent by the official client, published nowhere: taken for the login ids beside the first [guess].
  const more = strings(body, 'additionalIdentifiers');
  if (more !== undefined) change.loginIds = [...new Set([...user.loginIds.slice(0, 1), ...more])];
  boolean(body, 'scim');

  const touched = readAttributes(user, body.customAttributes ?? undefined, settings, attributes);
  if (touched !== undefined) change.customAttributes = touched;
  return change;
}

/** The user after a change. `null` is the empty value of the member's kind. */
export function applyChange(user: DescopeUser, change: Members): DescopeUser {
  const empty = new Map<string, unknown>(Object.entries(emptyUser('', [], 0)));
  const next = new Map<string, unknown>(Object.entries(user));
  for (const [name, value] of Object.entries(change)) {
    if (name === 'customAttributes') {
      const attributes = new Map(Object.entries(user.customAttributes));
      for (const [attribute, to] of Object.entries((value ?? {}) as Members))
        if (to === null) attributes.delete(attribute);
        else attributes.set(attribute, to);
      // fromEntries defines, an assignment would set the prototype for an attribute named __proto__.
      next.set(name, Object.fromEntries(attributes));
    } else {
      next.set(name, value ?? empty.get(name));
    }
  }
  const changed = Object.fromEntries(next) as unknown as DescopeUser;
  // The first login id alone, as the official live tests have it.
  return { ...changed, externalIds: changed.loginIds.slice(0, 1) };
}

function readAttributes(
  user: DescopeUser,
  value: unknown,
  settings: DescopeEmulatorSettings,
  attributes: DescopeAttributes,
): Members | undefined {
  if (value === undefined) return undefined;
  const touched = new Map<string, unknown>();
  if (settings.customAttributes === 'replaceAll')
    for (const name of Object.keys(user.customAttributes)) touched.set(name, null);
  for (const [name, to] of Object.entries(object(value, 'customAttributes'))) {
    const empty = to === '' || (Array.isArray(to) && to.length === 0);
    const removes = to === null || (empty && settings.emptyAttribute === 'removes');
    if (!removes || (to === null && settings.nullAttribute === 'refused')) attributes.check(name, to);
    else attributes.checkName(name);
    if (to === null && settings.nullAttribute === 'unchanged') touched.delete(name);
    else touched.set(name, removes ? null : to);
  }
  return touched.size === 0 ? undefined : Object.fromEntries(touched);
}

function readTenants(value: unknown, settings: DescopeEmulatorSettings): DescopeUserTenant[] | undefined {
  if (value === undefined || value === null) return clearsList(value, settings) ? [] : undefined;
  if (!Array.isArray(value)) throw new Refusal('E011001', 'userTenants must be a list');
  if (value.length === 0 && settings.emptyTenants === 'unchanged') return undefined;
  const tenants = value.map((one) => {
    const body = object(one, 'userTenants');
    const surplus = Object.keys(body).find((name) => name !== 'tenantId' && name !== 'roleNames');
    if (surplus !== undefined) throw new Refusal('E011001', `unknown member userTenants.${surplus}`);
    const tenantId = string(body, 'tenantId');
    if (!tenantId) throw new Refusal('E011002', 'userTenants.tenantId is required');
    const tenant = settings.tenants.find((known) => known.id === tenantId);
    if (!tenant) throw new Refusal(referenceCode(settings), `tenant ${tenantId} does not exist`);
    const roleNames = [...new Set(strings(body, 'roleNames') ?? [])];
    refuseUnknown('userTenants.roleNames', roleNames, [...settings.roles, ...tenant.roleNames], settings);
    return { tenantId, tenantName: tenant.name, roleNames };
  });
  if (new Set(tenants.map((tenant) => tenant.tenantId)).size < tenants.length)
    throw new Refusal('E011004', 'userTenants names a tenant twice');
  return tenants;
}

function clearsList(value: unknown, settings: DescopeEmulatorSettings): boolean {
  return value === null && settings.nullForList === 'clears';
}

function refuseUnknown(
  what: string,
  given: readonly string[],
  known: readonly string[],
  settings: DescopeEmulatorSettings,
): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Refusal(referenceCode(settings), `${what}: ${unknown} does not exist`);
}

function referenceCode(settings: DescopeEmulatorSettings): string {
  return settings.unknownReferenceErrorCode ?? 'E011004';
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
