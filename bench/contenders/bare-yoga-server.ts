import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { Pool } from 'undici';
import { listen } from '../processes.ts';
import type { DescopeUser } from '../upstream/descope.ts';

/** The part of patchUser that the bench uses. */
const typeDefs = `
  type Query { ok: Boolean! }
  type Mutation { patchUser(input: PatchUserInput!): PatchUserPayload! }
  input PatchUserInput { user: UserBy!, patch: UserPatchInput! }
  input UserBy @oneOf { id: ID, login: String }
  input UserPatchInput { displayName: String, email: EmailInput, customFields: [CustomFieldOperationInput!] }
  input EmailInput { address: String!, verified: Boolean! }
  input CustomFieldOperationInput @oneOf { replace: CustomFieldAssignmentInput }
  input CustomFieldAssignmentInput { field: String!, value: CustomFieldValueInput! }
  input CustomFieldValueInput @oneOf { text: String }
  type PatchUserPayload { outcome: String!, user: User!, errors: [PatchError!]! }
  type User { id: ID!, displayName: String!, email: Email!, customFields(names: [String!]): [CustomField!]! }
  type Email { address: String!, verified: Boolean! }
  type CustomField { field: String!, value: CustomFieldValue! }
  type CustomFieldValue { text: String }
  type PatchError { code: String!, path: [String!]! }
`;

interface PatchUserInput {
  user: { id: string };
  patch: {
    displayName?: string;
    email?: { address: string; verified: boolean };
    customFields?: { replace: { field: string; value: { text: string } } }[];
  };
}

const pool = new Pool(process.argv[2] ?? '', { connections: 64, pipelining: 1 });

async function patchUser(_root: unknown, { input: { user, patch } }: { readonly input: PatchUserInput }) {
  const { displayName, email, customFields = [] } = patch;
  const attributes = customFields.map(({ replace }) => [replace.field, replace.value.text]);
  const answer = await pool.request({
    method: 'PATCH',
    path: '/v1/mgmt/user/patch',
    headers: { 'content-type': 'application/json', authorization: 'Bearer project:key' },
    body: JSON.stringify({
      userId: user.id.split(':')[1],
      ...{ name: displayName, email: email?.address, verifiedEmail: email?.verified },
      customAttributes: Object.fromEntries(attributes),
    }),
  });
  if (answer.statusCode !== 200) throw new Error(`The provider answered ${answer.statusCode}.`);
  return { outcome: 'APPLIED', errors: [], ...((await answer.body.json()) as { user: DescopeUser }) };
}

const User = {
  id: ({ userId }: DescopeUser) => `customers:${userId}`,
  displayName: ({ name }: DescopeUser) => name,
  email: ({ email, verifiedEmail }: DescopeUser) => ({ address: email, verified: verifiedEmail }),
  customFields: ({ customAttributes }: DescopeUser, { names }: { readonly names?: readonly string[] }) =>
    Object.entries(customAttributes)
      .filter(([field]) => names?.includes(field) ?? true)
      .map(([field, text]) => ({ field, value: { text: String(text) } })),
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Mutation: { patchUser }, User } }),
  ...{ graphiql: false, landingPage: false, logging: false },
});
listen(createServer(yoga));
