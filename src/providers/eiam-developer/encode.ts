import type { HttpRequest } from '../../upstream/client.ts';
import { encodeAccount, phoneOfLogin, statusOf } from '../eiam-shared/encode.ts';
import type { Step } from '../provider.ts';

/** A request below `/v2/{instanceId}/{applicationId}`, before its credentials are added. */
export interface WireRequest extends Pick<HttpRequest, 'method' | 'path' | 'body'> {
  /** True where it changes nothing, whatever its method. */
  readonly isRead: boolean;
}

/** PatchUser with only the members that the step changes; enable or disable for a step of status. */
export function encodeStep(userId: string, step: Step): WireRequest {
  const status = statusOf(step);
  const path = `/users/${encodeURIComponent(userId)}`;
  if (status) {
    return {
      isRead: false,
      method: 'POST',
      path: `${path}/actions/${status === 'ENABLED' ? 'enable' : 'disable'}`,
    };
  }
  return { isRead: false, method: 'PATCH', path, body: JSON.stringify(encodeAccount(step)) };
}

/** GetUser. */
export function encodeGetUser(userId: string): WireRequest {
  return { isRead: true, method: 'GET', path: `/users/${encodeURIComponent(userId)}` };
}

/**
 * The look-ups that may find a login, likeliest first. A username may look like an email address or a number, so
 * it is always looked up too. A phone number is looked up without its region.
 */
export function encodeFindUser(login: string): readonly WireRequest[] {
  const find = (by: string, body: object): WireRequest => ({
    isRead: true,
    method: 'POST',
    path: `/users/_/actions/getUserIdBy${by}`,
    body: JSON.stringify(body),
  });
  const username = find('Username', { username: login });
  if (login.includes('@')) return [find('Email', { email: login }), username];
  const phone = phoneOfLogin(login);
  return phone ? [find('PhoneNumber', { phoneNumber: phone.phoneNumber }), username] : [username];
}
