import { encodeAccount, phoneOfLogin, statusOf } from '../eiam-shared/encode.ts';
import type { Step } from '../provider.ts';

/** One call of the RPC API: parameters by their wire names, arrays already flattened. */
export interface WireRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Users in one ListUsers at most. PageSize is published; that UserIds takes as many is a guess. */
export const idsPerList = 100;

/** UpdateUser with only the members that the step changes; EnableUser or DisableUser for a step of status. */
export function encodeStep(instanceId: string, userId: string, step: Step): WireRequest {
  const target = { InstanceId: instanceId, UserId: userId };
  const status = statusOf(step);
  if (status) return { action: status === 'ENABLED' ? 'EnableUser' : 'DisableUser', parameters: target };
  return { action: 'UpdateUser', parameters: { ...target, ...flat(encodeAccount(step), '') } };
}

/** GetUser, the only call that returns custom fields. */
export function encodeGetUser(instanceId: string, userId: string): WireRequest {
  return { action: 'GetUser', parameters: { InstanceId: instanceId, UserId: userId } };
}

/** ListUsers by ids, at most `idsPerList`. */
export function encodeListUsers(instanceId: string, userIds: readonly string[]): WireRequest {
  return list(instanceId, flat({ userIds }, ''));
}

/**
 * ListUsers by each kind of login, likeliest first. A username may look like an email address or a number, so it is
 * always looked up too. There is no filter for a whole username, only for its prefix.
 */
export function encodeFindUser(instanceId: string, login: string): readonly WireRequest[] {
  const username = list(instanceId, { UsernameStartsWith: login });
  if (login.includes('@')) return [list(instanceId, { Email: login }), username];
  const phone = phoneOfLogin(login);
  return phone ? [list(instanceId, flat(phone, '')), username] : [username];
}

function list(instanceId: string, filter: Record<string, string>): WireRequest {
  return {
    action: 'ListUsers',
    parameters: { InstanceId: instanceId, PageNumber: '1', PageSize: String(idsPerList), ...filter },
  };
}

/** `{customFields: [{fieldName: 'a'}]}` → `{'CustomFields.1.FieldName': 'a'}`; an absent member stays absent. */
function flat(value: object, prefix: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, member] of Object.entries(value)) {
    const key = Array.isArray(value)
      ? `${prefix}.${Number(name) + 1}`
      : `${prefix}${prefix && '.'}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (typeof member === 'object' && member !== null) Object.assign(parameters, flat(member, key));
    else if (member !== undefined) parameters[key] = String(member);
  }
  return parameters;
}
