import type { CustomFieldValue } from '../../domain/user.ts';
import type { HttpRequest } from '../../upstream/client.ts';
import type { Step, UserWrite } from '../provider.ts';

/** A request before its credentials are added. */
export type WireRequest = Pick<HttpRequest, 'method' | 'path' | 'body'>;

/** PATCH /v1/mgmt/user/patch with only the members that the step changes. */
export function encodePatch(userId: string, step: Step): WireRequest {
  return { method: 'PATCH', path: '/v1/mgmt/user/patch', body: JSON.stringify(patchBody(userId, step)) };
}

/** Users in one batch at most. No maximum is published: this is a guess. */
export const usersPerBatch = 100;

/** PATCH /v1/mgmt/user/patch/batch, with the same body for each user as a patch of that user alone. */
export function encodePatchMany(writes: readonly UserWrite[]): WireRequest {
  const users = writes.map(({ userId, step }) => patchBody(userId, step));
  return { method: 'PATCH', path: '/v1/mgmt/user/patch/batch', body: JSON.stringify({ users }) };
}

/** The members of the fields that are sent as they are; an empty text clears. */
const members = {
  displayName: 'name',
  givenName: 'givenName',
  middleName: 'middleName',
  familyName: 'familyName',
  picture: 'picture',
  roleNames: 'roleNames',
  ssoAppIds: 'ssoAppIds',
  tenants: 'userTenants',
} as const;

function patchBody(userId: string, step: Step): Readonly<Record<string, unknown>> {
  const body: Record<string, unknown> = { userId };
  // Collected as entries: an assignment to a name such as __proto__ would be lost.
  const attributes: [string, unknown][] = [];
  for (const change of step.changes) {
    switch (change.field) {
      case 'username':
        throw new Error('Descope has no username; the plan refuses it.');
      case 'email':
        body.email = change.value?.address ?? '';
        if (change.value) body.verifiedEmail = change.value.verified;
        break;
      case 'phone':
        body.phone = change.value?.number ?? '';
        // Always sent: Descope takes a phone without the flag for verified.
        if (change.value) body.verifiedPhone = change.value.verified;
        break;
      case 'status':
        body.status = change.value === 'ENABLED' ? 'enabled' : 'disabled';
        break;
      case 'customFields':
        attributes.push([change.name, change.operation === 'REMOVE' ? null : attributeValue(change.value)]);
        break;
      default:
        body[members[change.field]] = change.value ?? '';
    }
  }
  if (attributes.length > 0) body.customAttributes = Object.fromEntries(attributes);
  return body;
}

/** A date is epoch milliseconds. What a text stands for goes back as it came. */
function attributeValue(value: CustomFieldValue): unknown {
  if (value.kind === 'date') return value.value.getTime();
  return value.kind === 'text' && value.raw !== undefined ? value.raw : value.value;
}

/** GET /v1/mgmt/user by the user's id or a login id. */
export function encodeLoad(by: 'userId' | 'loginId', id: string): WireRequest {
  return { method: 'GET', path: `/v1/mgmt/user?${by}=${encodeURIComponent(id)}` };
}

/** Ids in one load at most. A maximum exists but is not published: this is a guess. */
export const idsPerLoad = 100;

/**
 * POST /v1/mgmt/users/load: at most `idsPerLoad` users by id. "Invalid" users are disabled or expired (the official
 * client's comment); here they are users like any other.
 */
export function encodeLoadMany(userIds: readonly string[]): WireRequest {
  return {
    method: 'POST',
    path: '/v1/mgmt/users/load',
    body: JSON.stringify({ userIds, includeInvalidUsers: true }),
  };
}

/** GET /v1/mgmt/user/customattributes: the definitions of the project's custom attributes. */
export function encodeAttributes(): WireRequest {
  return { method: 'GET', path: '/v1/mgmt/user/customattributes' };
}
