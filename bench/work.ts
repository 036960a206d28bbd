import { fieldName, fieldNames } from './upstream/custom-fields.ts';
import { type DescopeUser, newDescopeUser, patchedDescopeUser } from './upstream/descope.ts';

/** One request and the only right answer to it. */
export interface Exchange {
  readonly body: string;
  readonly expected: string;
}

/** The exchanges of one connection, made one after the other and from the first again. */
export type Work = readonly Exchange[];

/** What one request changes: a user's name, email address and custom fields. */
export interface Patch {
  /** The user's number, from 0, over all connections. */
  readonly number: number;
  /** The provider's id. */
  readonly userId: string;
  readonly displayName: string;
  readonly email: string;
  /** The value of each custom field that is patched. */
  readonly plan: string;
}

/** The provider's id of a user. */
export const userId = (number: number) => `user-${number}`;

/**
 * The work of every connection, made from what one patch is. A connection patches users of its own in turn, and each
 * user gets another value every time.
 */
export function workOf(
  connections: number,
  exchange: (patch: Patch) => Exchange,
  usersPerConnection = 8,
): readonly Work[] {
  const numbers = Array.from({ length: usersPerConnection }, (_, index) => index);
  return Array.from({ length: connections }, (_, connection) =>
    [0, 1].flatMap((round) =>
      numbers.map((index) => exchange(patchOf(connection * usersPerConnection + index, round))),
    ),
  );
}

const patchOf = (number: number, round: number): Patch => ({
  ...{ number, userId: userId(number), displayName: `Ada ${number} Lovelace ${round}` },
  ...{ email: `ada.${number}.${round}@example.com`, plan: `pro-${number}-${round}` },
});

const payload = `
  outcome
  user {
    id displayName email { address verified }
    customFields(names: $names) { field value { text } }
  }
  errors { code path }`;

/** The mutation as a front end sends it: a fixed document with variables. */
const patchUser = `mutation ($input: PatchUserInput!, $names: [String!]) { patchUser(input: $input) { ${payload} } }`;

/** The same for many users. */
const patchUsers = `mutation ($inputs: [PatchUserInput!]!, $names: [String!]) { patchUsers(inputs: $inputs) { ${payload} } }`;

/** A request with a document and variables, and the data that it is to answer. */
export const exchangeOf = (query: string, variables: object, data: object): Exchange => ({
  body: JSON.stringify({ query, variables }),
  expected: JSON.stringify({ data }),
});

/** A patch as a mutation of a user in a directory, with so many custom fields. */
export function graphqlExchange(patch: Patch, directory: string, fields = 1): Exchange {
  const names = fieldNames(fields);
  const { input, payload } = graphqlPatch(patch, directory, names);
  return exchangeOf(patchUser, { input, names }, { patchUser: payload });
}

/** Patches of users of a directory in one mutation. */
export function graphqlManyExchange(patches: readonly Patch[], directory: string): Exchange {
  const names = fieldNames(1);
  const each = patches.map((patch) => graphqlPatch(patch, directory, names));
  const inputs = each.map(({ input }) => input);
  return exchangeOf(patchUsers, { inputs, names }, { patchUsers: each.map(({ payload }) => payload) });
}

function graphqlPatch(patch: Patch, directory: string, names: readonly string[]) {
  const id = `${directory}:${patch.userId}`;
  const changed = { displayName: patch.displayName, email: { address: patch.email, verified: false } };
  const customFields = names.map((field) => ({ field, value: { text: patch.plan } }));
  return {
    input: {
      user: { id },
      patch: { ...changed, customFields: customFields.map((replace) => ({ replace })) },
    },
    payload: { outcome: 'APPLIED', user: { id, ...changed, customFields }, errors: [] },
  };
}

/** A patch as Descope's API has it. */
const descopePatch = ({ userId, displayName, email, plan }: Patch) => ({
  ...{ userId, name: displayName, email, verifiedEmail: false },
  customAttributes: { [fieldName(1)]: plan },
});

/** A patch as Descope receives it, and Descope's answer. */
export function descopeExchange(patch: Patch): Exchange {
  const change: Partial<DescopeUser> = descopePatch(patch);
  const user = patchedDescopeUser(newDescopeUser(patch.userId), change);
  return { body: JSON.stringify(change), expected: JSON.stringify({ user }) };
}

/** A patch as a mutation with Descope's own members, for what maps an API to GraphQL as it is. */
export function mirroredExchange(patch: Patch, inputType: string): Exchange {
  const input = descopePatch(patch);
  const query = `mutation ($input: ${inputType}!) {
    patchUser(input: $input) { user { userId name email verifiedEmail customAttributes { ${fieldName(1)} } } }
  }`;
  return exchangeOf(query, { input }, { patchUser: { user: input } });
}
