import { type DescopeUser, newDescopeUser, patchedDescopeUser } from './upstream/descope.ts';
import { fieldName } from './upstream/settings.ts';

/** One request and the only answer to it that is right. */
export interface Exchange {
  readonly body: string;
  readonly expected: string;
}

/** The exchanges of one connection, made one after the other and from the first again. */
export type Work = readonly Exchange[];

/**
 * Makes the work of every connection from what one patch is. A connection patches so many users in turn, none of
 * which another connection patches; each user gets another value every time.
 */
export function workOf(
  connections: number,
  exchange: (patch: Patch) => Exchange,
  usersPerConnection = 8,
): readonly Work[] {
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
  /** Which user it is, counted from 0 over all connections. */
  readonly number: number;
  /** The provider's id. */
  readonly userId: string;
  readonly displayName: string;
  readonly email: string;
  /** The value of each custom field that is patched. */
  readonly plan: string;
}

function patchOf(number: number, round: number): Patch {
  return {
    ...{ number, userId: userId(number), displayName: `Ada ${number} Lovelace ${round}` },
    ...{ email: `ada.${number}.${round}@example.com`, plan: `pro-${number}-${round}` },
  };
}

/** The provider's id of a user. */
export const userId = (number: number) => `user-${number}`;

/** What is asked of a payload. */
const payload = `
  outcome
  user {
    id displayName email { address verified }
    customFields(names: $names) { field value { text } }
  }
  errors { code path }`;

/** The mutation as a front end sends it: a fixed document with variables. */
const patchUser = `mutation ($input: PatchUserInput!, $names: [String!]) { patchUser(input: $input) { ${payload} } }`;

/** The same of many users. */
const patchUsers = `mutation ($inputs: [PatchUserInput!]!, $names: [String!]) { patchUsers(inputs: $inputs) { ${payload} } }`;

/** A patch as a mutation of a user in a directory, with so many custom fields. */
export function graphqlExchange(patch: Patch, directory: string, fields = 1): Exchange {
  const names = Array.from({ length: fields }, (_, index) => fieldName(index + 1));
  const { input, payload } = graphqlPatch(patch, directory, names);
  return {
    body: JSON.stringify({ query: patchUser, variables: { input, names } }),
    expected: JSON.stringify({ data: { patchUser: payload } }),
  };
}

/** Patches of users of a directory in one mutation. */
export function graphqlManyExchange(patches: readonly Patch[], directory: string): Exchange {
  const names = [fieldName(1)];
  const each = patches.map((patch) => graphqlPatch(patch, directory, names));
  const inputs = each.map(({ input }) => input);
  return {
    body: JSON.stringify({ query: patchUsers, variables: { inputs, names } }),
    expected: JSON.stringify({ data: { patchUsers: each.map(({ payload }) => payload) } }),
  };
}

function graphqlPatch(
  { userId, displayName, email, plan }: Patch,
  directory: string,
  names: readonly string[],
) {
  const id = `${directory}:${userId}`;
  const patch = {
    displayName,
    email: { address: email, verified: false },
    customFields: names.map((field) => ({ replace: { field, value: { text: plan } } })),
  };
  const user = {
    ...{ id, displayName, email: { address: email, verified: false } },
    customFields: names.map((field) => ({ field, value: { text: plan } })),
  };
  return { input: { user: { id }, patch }, payload: { outcome: 'APPLIED', user, errors: [] } };
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

/** A patch as a mutation that has Descope's own members, for what maps an API to GraphQL as it is. */
export function mirroredExchange({ userId, displayName, email, plan }: Patch, inputType: string): Exchange {
  const members = { userId, name: displayName, email, verifiedEmail: false };
  const input = { ...members, customAttributes: { [fieldName(1)]: plan } };
  const query = `mutation ($input: ${inputType}!) {
    patchUser(input: $input) { user { userId name email verifiedEmail customAttributes { ${fieldName(1)} } } }
  }`;
  return {
    body: JSON.stringify({ query, variables: { input } }),
    expected: JSON.stringify({ data: { patchUser: { user: input } } }),
  };
}
