import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subgraphSdl } from '../../src/graphql/schema/federation.ts';
import { schema } from '../../src/graphql/schema/index.ts';
import { providers } from '../../src/providers/registry.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

const root = resolve(import.meta.dirname, '../..');
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Everything of the schema that can have a description, by its coordinate. */
function* elements(): Generator<readonly [coordinate: string, description: string | null | undefined]> {
  for (const type of types) {
    yield [type.name, type.description];
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues()) yield [`${type.name}.${name}`, description];
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description];
        for (const argument of field.args) {
          yield [`${type.name}.${field.name}(${argument.name}:)`, argument.description];
        }
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        yield [`${type.name}.${field.name}`, field.description];
    }
  }
}

it('schema.graphql is what the code prints', () => {
  expect(readFileSync(resolve(root, 'schema.graphql'), 'utf8')).toBe(subgraphSdl(schema));
});

it('every type, field, argument, input field and enum value says what it is', () => {
  const silent = [...elements()].filter(([, description]) => !description || description.length < 5);
  expect(silent.map(([coordinate]) => coordinate)).toEqual([]);
});

it('no description says a thing in a vendor’s words alone', () => {
  const vendors = /descope|eiam|alibaba|aliyun/i;
  const named = [...elements()].filter(([, description]) => vendors.test(description ?? ''));
  expect(named.map(([coordinate]) => coordinate).toSorted()).toEqual([
    ...['ProviderKind.DESCOPE', 'ProviderKind.EIAM_DEVELOPER', 'ProviderKind.EIAM_MANAGEMENT'],
  ]);
});

/** What every error of a patch has. */
const error = ['code: PatchErrorCode!', 'message: String!', 'path: [String!]!', 'retryable: Boolean!'];

/** What front ends rely on: each field with its arguments and type. */
const face: Readonly<Record<string, readonly string[]>> = {
  Query: [
    'user(by: UserBy!): User',
    'users(ids: [ID!]!): [User]!',
    'directories: [Directory!]!',
    'directory(name: String!): Directory',
    'planPatchUser(input: PatchUserInput!): PatchUserPlan',
    'operation(id: ID!): PatchOperation',
    // For gateways; no part of what they compose.
    '_service: _Service!',
    '_entities(representations: [_Any!]!): [_Entity]!',
  ],
  // Nullable, so that a bug in one patch does not erase the answers of the others in the same document.
  Mutation: [
    'patchUser(input: PatchUserInput!): PatchUserPayload',
    'patchUsers(inputs: [PatchUserInput!]!): [PatchUserPayload]',
  ],
  _Service: ['sdl: String!'],
  _Entity: [],
  _Any: [],
  PatchUserInput: [
    ...['user: UserBy!', 'patch: UserPatchInput!', 'ifVersion: String', 'idempotencyKey: String'],
  ],
  UserBy: ['id: ID', 'login: DirectoryLogin'],
  DirectoryLogin: ['directory: String!', 'login: String!'],
  UserPatchInput: [
    ...['username', 'displayName', 'givenName', 'middleName', 'familyName'].map(
      (field) => `${field}: String`,
    ),
    ...['email: EmailInput', 'phone: PhoneInput', 'picture: String', 'status: UserStatus'],
    ...['roleNames: [String!]', 'tenants: [UserTenantInput!]', 'ssoAppIds: [String!]'],
    'customFields: [CustomFieldOperationInput!]',
  ],
  EmailInput: ['address: String!', 'verified: Boolean!'],
  PhoneInput: ['number: String!', 'verified: Boolean!'],
  UserTenantInput: ['tenantId: String!', 'roleNames: [String!]!'],
  CustomFieldOperationInput: [
    ...[
      'add: CustomFieldAssignmentInput',
      'replace: CustomFieldAssignmentInput',
      'remove: CustomFieldRemovalInput',
    ],
  ],
  CustomFieldAssignmentInput: ['field: String!', 'value: CustomFieldValueInput!'],
  CustomFieldRemovalInput: ['field: String!', 'values: [String!]'],
  CustomFieldValueInput: [
    'text: String',
    'number: Float',
    'boolean: Boolean',
    'texts: [String!]',
    'date: DateTime',
  ],
  PatchUserPayload: [
    ...['operationId: ID!', 'outcome: PatchOutcome!', 'confirmedBy: PatchConfirmation', 'user: User'],
    'errors: [PatchUserError!]!',
  ],
  PatchOutcome: ['APPLIED', 'NOT_APPLIED', 'PARTIAL', 'UNKNOWN'],
  PatchConfirmation: ['RESPONSE', 'READ_BACK'],
  PatchUserError: error,
  PatchErrorCode: [
    ...[
      'INVALID_INPUT',
      'UNSUPPORTED_FIELD',
      'UNKNOWN_DIRECTORY',
      'USER_NOT_FOUND',
      'CONFLICT',
      'FORBIDDEN',
      'STALE_VERSION',
    ],
    ...['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS', 'RATE_LIMITED', 'JOURNAL_UNAVAILABLE'],
    ...['PROVIDER_UNAVAILABLE', 'PROVIDER_REFUSED', 'PROVIDER_AUTH', 'DEADLINE_EXCEEDED', 'NOT_CONFIRMED'],
    'OUTCOME_UNKNOWN',
  ],
  StaleVersionError: [...error, 'currentVersion: String'],
  RateLimitedError: [...error, 'retryAfterSeconds: Int'],
  ProviderRefusedError: [...error, 'providerCode: String', 'providerRequestId: String'],
  PatchUserPlan: [
    ...['errors: [PatchUserError!]!', 'requests: [PlannedRequest!]!', 'changes: [PlannedChange!]!'],
  ],
  PlannedRequest: ['method: String!', 'path: String!', 'action: String', 'body: String'],
  PlannedChange: ['path: [String!]!', 'before: String', 'after: String'],
  PatchOperation: [
    ...['id: ID!', 'caller: String!', 'user: ID!', 'fields: [String!]!', 'outcome: PatchOutcome'],
    ...['startedAt: DateTime!', 'finishedAt: DateTime'],
  ],
  User: [
    ...['id: ID!', 'directory: Directory!', 'userId: String!', 'version: String!', 'username: String'],
    ...['loginIds: [String!]!', 'displayName: String', 'givenName: String', 'middleName: String'],
    ...['familyName: String', 'email: Email', 'phone: Phone', 'picture: String', 'status: UserStatus'],
    ...['roleNames: [String!]!', 'tenants: [UserTenant!]!', 'ssoAppIds: [String!]!'],
    ...['customFields(names: [String!]): [CustomField!]!', 'createdAt: DateTime', 'updatedAt: DateTime'],
  ],
  Email: ['address: String!', 'verified: Boolean!'],
  Phone: ['number: String!', 'verified: Boolean!'],
  UserTenant: ['tenantId: String!', 'name: String', 'roleNames: [String!]!'],
  UserStatus: ['ENABLED', 'DISABLED', 'INVITED', 'EXPIRED'],
  CustomField: ['field: String!', 'value: CustomFieldValue!'],
  CustomFieldValue: [
    'text: String',
    'number: Float',
    'boolean: Boolean',
    'texts: [String!]',
    'date: DateTime',
  ],
  Directory: [
    ...['name: String!', 'provider: ProviderKind!', 'capabilities: [FieldCapability!]!'],
    'customFields: [CustomFieldDefinition!]',
  ],
  ProviderKind: providers.map(({ kind }) => kind.toUpperCase().replaceAll('-', '_')),
  FieldCapability: ['field: String!', 'settable: Boolean!', 'clearable: Boolean!', 'maxLength: Int'],
  CustomFieldDefinition: [
    ...['field: String!', 'type: CustomFieldType!', 'label: String', 'choices: [CustomFieldChoice!]'],
    'operations: [CustomFieldOperationKind!]!',
  ],
  CustomFieldChoice: ['value: String!', 'label: String'],
  CustomFieldType: ['TEXT', 'NUMBER', 'BOOLEAN', 'CHOICE', 'TEXTS', 'DATE'],
  CustomFieldOperationKind: ['ADD', 'REPLACE', 'REMOVE'],
  DateTime: [],
};

/** The members of a type, as `face` writes them. */
function membersOf(name: string): readonly string[] {
  const type = schema.getType(name);
  if (isEnumType(type)) return type.getValues().map((value) => value.name);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => `${field.name}: ${field.type}`);
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).map(({ name: field, args, type: of }) => {
      const given = args.map((argument) => `${argument.name}: ${argument.type}`).join(', ');
      return `${field}${given && `(${given})`}: ${of}`;
    });
  }
  return [];
}

/** The errors of a patch, a type for each decision that they leave. */
const errorTypes = [
  ...['InvalidInputError', 'UnsupportedFieldError', 'UserNotFoundError', 'ConflictError', 'ForbiddenError'],
  ...['StaleVersionError', 'IdempotencyError', 'RateLimitedError', 'ProviderUnavailableError'],
  ...['ProviderRefusedError', 'OutcomeUnknownError', 'JournalUnavailableError'],
];

describe('the public face', () => {
  it.each(Object.entries(face))('has %s with its members and their types', (name, members) => {
    expect(schema.getType(name)).toBeDefined();
    expect(membersOf(name).toSorted()).toEqual([...members].toSorted());
  });

  it('has these types and no others', () => {
    const named = [...Object.keys(face), ...errorTypes];
    expect(types.map(({ name }) => name).toSorted()).toEqual([...new Set(named)].toSorted());
  });

  it.each(errorTypes)('has %s as an error of a patch', (name) => {
    const error = schema.getType('PatchUserError');
    if (!isInterfaceType(error)) throw new Error('PatchUserError is no interface.');
    expect(schema.getPossibleTypes(error).map((type) => type.name)).toContain(name);
    expect(membersOf(name)).toEqual(expect.arrayContaining([...(face.PatchUserError ?? [])]));
  });

  it('mirrors the values that a patch takes in those that a user shows', () => {
    expect(membersOf('CustomFieldValue').toSorted()).toEqual(membersOf('CustomFieldValueInput').toSorted());
  });

  it('says the same names in a patch and in a user', () => {
    const fieldNames = (name: string) => membersOf(name).map((member) => member.split(/[:(]/)[0]);
    expect(fieldNames('User')).toEqual(expect.arrayContaining(fieldNames('UserPatchInput')));
  });

  it('uses every type that it has', () => {
    const used = new Set(
      types.flatMap(({ name }) => membersOf(name).flatMap((member) => member.match(/\w+/g) ?? [])),
    );
    const unused = types
      .filter(({ name }) => !used.has(name) && !name.endsWith('Error'))
      .map(({ name }) => name);
    expect(unused.toSorted()).toEqual(['Mutation', 'Query']);
  });
});

describe('of the members of a @oneOf input', () => {
  let door: FrontDoor;
  beforeAll(async () => {
    door = await openFrontDoor();
  });
  afterAll(() => door.close());

  it.each(['UserBy', 'CustomFieldOperationInput', 'CustomFieldValueInput'])(
    '%s takes exactly one',
    (name) => {
      expect(schema.getType(name)).toMatchObject({ isOneOf: true });
    },
  );

  const id = () => ({ id: someUser(door, 'customers') });
  const age = { field: 'age', value: { number: 1 } };
  const setting = (value: object) => ({ customFields: [{ replace: { field: 'age', value } }] });

  it.each([
    ['UserBy', () => [{ ...id(), login: { directory: 'customers', login: 'a' } }, { displayName: 'A' }]],
    ['UserBy', () => [{}, { displayName: 'A' }]],
    ['UserBy', () => [{ id: null }, { displayName: 'A' }]],
    ['CustomFieldOperationInput', () => [id(), { customFields: [{ add: age, replace: age }] }]],
    ['CustomFieldOperationInput', () => [id(), { customFields: [{}] }]],
    ['CustomFieldOperationInput', () => [id(), { customFields: [{ remove: null }] }]],
    ['CustomFieldValueInput', () => [id(), setting({ number: 1, text: 'one' })]],
    ['CustomFieldValueInput', () => [id(), setting({})]],
    ['CustomFieldValueInput', () => [id(), setting({ number: null })]],
    ['CustomFieldValueInput', () => [id(), setting({ number: 1, text: null })]],
  ])('%s, none or two make a malformed document, and nothing is sent', async (_, input) => {
    const [user, patch] = input();
    const variable = await door.graphql(
      'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome } }',
      { input: { user, patch } },
    );
    const literal = await door.graphql(
      `mutation { patchUser(input: ${asLiteral({ user, patch })}) { outcome } }`,
    );
    for (const answer of [variable, literal]) {
      expect(answer.data).toBeUndefined();
      expect(answer.errors).not.toEqual([]);
    }
    expect(arrived(door)).toEqual([]);
  });

  it('a variable that is null or left out is none', async () => {
    const query =
      'mutation ($id: ID) { patchUser(input: { user: { id: $id }, patch: { displayName: "A" } }) { outcome } }';
    for (const variables of [{ id: null }, {}]) {
      const { errors } = await door.graphql(query, variables);
      expect(errors).not.toBeUndefined();
    }
    expect(arrived(door)).toEqual([]);
  });
});

/** A JSON value as GraphQL writes it: no quotes around the names. */
function asLiteral(value: object): string {
  return JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1: ');
}
