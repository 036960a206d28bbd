import { type DescopeUser, newDescopeUser, patchedDescopeUser } from './upstream/descope.ts';
import { fieldName } from './upstream/settings.ts';

/** One request and the only answer to it that is right. */
export interface Exchange {
  readonly body: string;
  readonly expected: string;
}

/** The exchanges of one connection, made one after the other and from the first again. */
export type Work = readonly Exchange[];

/** Users that one connection patches in turn, none of which another connection patches. */
const usersPerConnection = 8;

/** Makes the work of every connection from what one patch is. Each user gets another value every time. */
export function workOf(connections: number, exchange: (patch: Patch) => Exchange): readonly Work[] {
  return Array.from({ length: connections }, (_, connection) =>
    [0, 1].flatMap((round) =>
      Array.from({ length: usersPerConnection }, (_, index) =>
        exchange(patchOf(connection * usersPerConnection + index, round)),
      ),
    ),
  );
}

/** What one request changes: a user's name, email address and custom fields. */
export interface Patch {
  /** The provider's id. */
  readonly userId: string;
  readonly displayName: string;
  readonly email: string;
  /** The value of each custom field that is patched. */
  readonly plan: string;
}

function patchOf(user: number, round: number): Patch {
  return {
    userId: `user-${user}`,
    displayName: `Ada ${user} Lovelace ${round}`,
    email: `ada.${user}.${round}@example.com`,
    plan: `pro-${user}-${round}`,
  };
}

/** The mutation as a front end sends it: a fixed document with variables. */
export const mutation = `mutation ($input: PatchUserInput!, $names: [String!]) {
  patchUser(input: $input) {
    outcome
    user {
      id displayName email { address verified }
      customFields(names: $names) { field value { text } }
    }
    errors { code path }
  }
}`;

/** A patch as a mutation of a user in a directory, with so many custom fields. */
export function graphqlExchange(
  { userId, displayName, email, plan }: Patch,
  directory: string,
  fields = 1,
): Exchange {
  const id = `${directory}:${userId}`;
  const names = Array.from({ length: fields }, (_, index) => fieldName(index + 1));
  const patch = {
    displayName,
    email: { address: email, verified: false },
    customFields: names.map((field) => ({ replace: { field, value: { text: plan } } })),
  };
  const user = {
    ...{ id, displayName, email: { address: email, verified: false } },
    customFields: names.map((field) => ({ field, value: { text: plan } })),
  };
  return {
    body: JSON.stringify({ query: mutation, variables: { input: { user: { id }, patch }, names } }),
    expected: JSON.stringify({ data: { patchUser: { outcome: 'APPLIED', user, errors: [] } } }),
  };
}

/** A patch as Descope takes it, and Descope's answer. */
export function descopeExchange({ userId, displayName, email, plan }: Patch): Exchange {
  const patch: Partial<DescopeUser> = {
    ...{ userId, name: displayName, email, verifiedEmail: false },
    customAttributes: { [fieldName(1)]: plan },
  };
  const user = patchedDescopeUser(newDescopeUser(userId), patch);
  return { body: JSON.stringify(patch), expected: JSON.stringify({ user }) };
}
