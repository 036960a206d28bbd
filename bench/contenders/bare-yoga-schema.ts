import SchemaBuilder from '@pothos/core';
import type { GraphQLSchema } from 'graphql';
import { Pool } from 'undici';
import type { DescopeUser } from '../upstream/descope.ts';

/** A schema with the part of patchUser that the bench asks for, as one would write it by hand. */
export function createSchema(upstream: string): GraphQLSchema {
  const pool = new Pool(upstream, { connections: 64, pipelining: 1 });
  const builder = new SchemaBuilder<{ DefaultFieldNullability: false }>({ defaultFieldNullability: false });

  const EmailInput = builder.inputType('EmailInput', {
    fields: (t) => ({
      address: t.string({ required: true }),
      verified: t.boolean({ required: true }),
    }),
  });
  const CustomFieldValueInput = builder.inputType('CustomFieldValueInput', {
    isOneOf: true,
    fields: (t) => ({
      text: t.string(),
      texts: t.stringList(),
      number: t.float(),
      boolean: t.boolean(),
    }),
  });
  const CustomFieldAssignmentInput = builder.inputType('CustomFieldAssignmentInput', {
    fields: (t) => ({
      field: t.string({ required: true }),
      value: t.field({ type: CustomFieldValueInput, required: true }),
    }),
  });
  const CustomFieldRemovalInput = builder.inputType('CustomFieldRemovalInput', {
    fields: (t) => ({ field: t.string({ required: true }), values: t.stringList() }),
  });
  const CustomFieldOperationInput = builder.inputType('CustomFieldOperationInput', {
    isOneOf: true,
    fields: (t) => ({
      add: t.field({ type: CustomFieldAssignmentInput }),
      remove: t.field({ type: CustomFieldRemovalInput }),
      replace: t.field({ type: CustomFieldAssignmentInput }),
    }),
  });
  const UserPatchInput = builder.inputType('UserPatchInput', {
    fields: (t) => ({
      displayName: t.string(),
      givenName: t.string(),
      familyName: t.string(),
      picture: t.string(),
      email: t.field({ type: EmailInput }),
      roleNames: t.stringList(),
      customFields: t.field({ type: [CustomFieldOperationInput] }),
    }),
  });
  const UserBy = builder.inputType('UserBy', {
    isOneOf: true,
    fields: (t) => ({ id: t.id(), login: t.string() }),
  });
  const PatchUserInput = builder.inputType('PatchUserInput', {
    fields: (t) => ({
      user: t.field({ type: UserBy, required: true }),
      patch: t.field({ type: UserPatchInput, required: true }),
    }),
  });

  const Email = builder.objectRef<DescopeUser>('Email').implement({
    fields: (t) => ({
      address: t.string({ resolve: ({ email }) => email }),
      verified: t.boolean({ resolve: ({ verifiedEmail }) => verifiedEmail }),
    }),
  });
  const CustomFieldValue = builder.objectRef<{ readonly text: string }>('CustomFieldValue').implement({
    fields: (t) => ({ text: t.exposeString('text') }),
  });
  const CustomField = builder
    .objectRef<{ readonly field: string; readonly text: string }>('CustomField')
    .implement({
      fields: (t) => ({
        field: t.exposeString('field'),
        value: t.field({ type: CustomFieldValue, resolve: (field) => field }),
      }),
    });
  const User = builder.objectRef<DescopeUser>('User').implement({
    fields: (t) => ({
      id: t.id({ resolve: ({ userId }) => `customers:${userId}` }),
      displayName: t.string({ resolve: ({ name }) => name }),
      email: t.field({ type: Email, resolve: (user) => user }),
      customFields: t.field({
        type: [CustomField],
        args: { names: t.arg.stringList() },
        resolve: ({ customAttributes }, { names }) =>
          Object.entries(customAttributes)
            .filter(([field]) => names?.includes(field) ?? true)
            .map(([field, text]) => ({ field, text: String(text) })),
      }),
    }),
  });
  const PatchError = builder
    .objectRef<{ readonly code: string; readonly path: string[] }>('PatchError')
    .implement({
      fields: (t) => ({ code: t.exposeString('code'), path: t.exposeStringList('path') }),
    });
  const Payload = builder.objectRef<{ readonly user: DescopeUser }>('PatchUserPayload').implement({
    fields: (t) => ({
      outcome: t.string({ resolve: () => 'APPLIED' }),
      user: t.field({ type: User, resolve: ({ user }) => user }),
      errors: t.field({ type: [PatchError], resolve: () => [] }),
    }),
  });

  builder.queryType({ fields: (t) => ({ ok: t.boolean({ resolve: () => true }) }) });
  builder.mutationType({
    fields: (t) => ({
      patchUser: t.field({
        type: Payload,
        args: { input: t.arg({ type: PatchUserInput, required: true }) },
        async resolve(_root, { input: { user, patch } }) {
          const attributes = (patch.customFields ?? []).flatMap(({ add, replace }) => {
            const assigned = add ?? replace;
            return assigned ? [[assigned.field, Object.values(assigned.value)[0]] as const] : [];
          });
          const answer = await pool.request({
            method: 'PATCH',
            path: '/v1/mgmt/user/patch',
            headers: { 'content-type': 'application/json', authorization: 'Bearer project:key' },
            body: JSON.stringify({
              userId: String(user.id).split(':')[1],
              ...(patch.displayName ? { name: patch.displayName } : {}),
              ...(patch.email ? { email: patch.email.address, verifiedEmail: patch.email.verified } : {}),
              ...(attributes.length > 0 ? { customAttributes: Object.fromEntries(attributes) } : {}),
            }),
          });
          if (answer.statusCode !== 200) throw new Error(`The provider answered ${answer.statusCode}.`);
          return (await answer.body.json()) as { user: DescopeUser };
        },
      }),
    }),
  });
  return builder.toSchema();
}
