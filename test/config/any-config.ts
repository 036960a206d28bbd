import fc from 'fast-check';

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** A record whose other members are optional. */
const recordOf = <T>(
  required: readonly (keyof T & string)[],
  members: { [K in keyof T]: fc.Arbitrary<T[K]> },
) => fc.record(members, { requiredKeys: [...required] });
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 2 });
const secret = some({ env: 'KEY' });
const text = fc.string({ minLength: 1 });
const claim = fc.oneof(some('sub', 'scope'), few(some('realm_access', 'roles')));
const rights = fc.uniqueArray(some('users:read', 'users:write', 'users:write:privileged'), { minLength: 1 });
const names = ['employees', 'contractors', 'customers'] as const;

const rightsSource = fc.oneof(
  rights,
  recordOf(['claim'], { claim, grants: fc.dictionary(fc.stringMatching(/^\S+$/), rights, { maxKeys: 2 }) }),
);

const issuer = recordOf(['issuer', 'audience', 'jwks', 'algorithms', 'rights', 'directories'], {
  issuer: fc.uuid().map((id) => `https://${id}.example.com`),
  audience: text,
  jwks: some('https://login.example.com/jwks.json', 'HTTPS://login.example.com:8443/a/b%20c'),
  allowLoopback: fc.boolean(),
  algorithms: few(some('RS256', 'ES512', 'EdDSA', 'Ed25519')),
  typ: few(text),
  clockToleranceSeconds: fc.double({ min: 0, max: 30, noNaN: true }),
  rights: rightsSource,
  directories: fc.oneof(fc.subarray([...names], { minLength: 1 }), fc.record({ claim })),
  self: recordOf(['directory', 'fields'], {
    directory: some(...names),
    claim,
    fields: fc.array(some('displayName', 'phone', 'customFields.a b')),
  }),
});

const callers = fc.oneof(
  fc.record({ anonymous: some(true) }),
  recordOf(['jwt'], { anonymous: some(true), jwt: few(issuer) }),
);

const customFields = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.oneof(
    some('text', 'number', 'boolean', 'choice'),
    recordOf(['type'], { type: some('text', 'choice'), label: fc.string(), choices: few(text) }),
  ),
  { maxKeys: 2 },
);

const positive = fc.integer({ min: 1, max: 100_000 });
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,9}$/);
const baseUrl = some('https://api.example.com', 'https://API.example.com:8443/');
const ofAll = {
  allowLoopback: fc.boolean(),
  pace: fc.record({ perMinute: fc.integer({ min: 2, max: 10_000_000 }) }),
  emptyStringClears: fc.boolean(),
};
const ofEiam = {
  ...{ ...ofAll, baseUrl, instanceId: id, customFields },
  maxLength: recordOf([], { username: positive, displayName: positive, email: positive }),
};
const directory = fc.oneof(
  recordOf(['provider', 'baseUrl', 'instanceId', 'applicationId', 'clientSecret'], {
    ...{ ...ofEiam, provider: some('eiam-developer'), applicationId: id, clientSecret: secret },
  }),
  recordOf(['provider', 'baseUrl', 'instanceId', 'accessKeyId', 'accessKeySecret'], {
    ...{ ...ofEiam, provider: some('eiam-management'), accessKeyId: secret, accessKeySecret: secret },
    ...{ securityToken: secret, maxQueryBytes: positive },
  }),
  recordOf(['provider', 'projectId', 'managementKey'], {
    ...{ ...ofAll, provider: some('descope'), projectId: fc.stringMatching(/^[A-Za-z0-9]{1,40}$/) },
    ...{ managementKey: secret, baseUrl, attributesTtlMs: fc.nat() },
    ...{ attributesMerge: fc.boolean(), nullRemovesAttribute: fc.boolean() },
    maxLength: recordOf([], { givenName: positive, picture: positive }),
  }),
);

const retentionDays = fc.double({ min: 0.001, max: 3650, noNaN: true });

/** Any configuration that the program accepts, if the environment holds the secret KEY. */
export const anyConfig = recordOf(['callers', 'directories'], {
  server: recordOf([], {
    host: some('127.0.0.1', 'localhost', '::1'),
    port: fc.integer({ min: 0, max: 9_000 }),
    ...{ graphiql: fc.boolean(), introspection: fc.boolean(), suggestions: fc.boolean() },
    cors: fc.array(some('https://app.example.com', 'http://localhost:3000')),
    graceMs: fc.integer({ min: 0, max: 60_000 }),
  }),
  callers,
  directories: fc.record({ employees: directory, contractors: directory, customers: directory }),
  journal: fc.oneof(
    recordOf(['sqlite'], { sqlite: text, retentionDays }),
    recordOf(['postgres'], { postgres: secret, retentionDays }),
  ),
  metrics: recordOf([], { host: text, port: fc.integer({ min: 9_001, max: 65_535 }) }),
  traces: recordOf(['otlp'], {
    otlp: some('https://collector.example.com/v1/traces', 'http://127.0.0.1:4318/v1/traces'),
    insecure: fc.boolean(),
    authorization: fc.oneof(fc.record({ bearer: secret }), fc.record({ basic: secret })),
    headers: fc.dictionary(fc.stringMatching(/^[xX]-[A-Za-z0-9-]{1,9}$/), secret, { maxKeys: 2 }),
    sample: fc.double({ min: 0, max: 1, noNaN: true }),
    service: fc.stringMatching(/^[\w.-]{1,9}$/),
  }),
  limits: recordOf([], {
    deadlineMs: fc.integer({ min: 10_000, max: 120_000 }),
    readBackMs: fc.integer({ min: 50, max: 9_999 }),
    operationsPerPatch: fc.integer({ min: 1, max: 1_000 }),
    bodyBytes: fc.integer({ min: 1_024, max: 64 * 1_024 * 1_024 }),
    requestsPerCallerPerMinute: positive,
    document: recordOf([], {
      tokens: fc.integer({ min: 1, max: 1_500 }),
      ...{ depth: positive, fields: positive, aliases: positive },
      ...{ directives: positive, rootMutations: positive },
    }),
  }),
});
