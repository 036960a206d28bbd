import fc from 'fast-check';
import { subschemas } from './subschemas.ts';

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

type Members = Record<string, unknown>;
const isNested = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Every member at any depth: the object or list that contains it, and its key. */
function membersOf(value: unknown): readonly (readonly [Members, string])[] {
  if (!isNested(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => [[value, key] as const, ...membersOf(one)]);
}

/** One change of a configuration; `member` and `other` count its members. */
const mutation = fc.record({
  member: fc.nat(),
  how: some(...'tune tune tune remove remove replace copy add rename'.split(' ')),
  other: fc.nat(),
  key: fc.oneof(
    some(...new Set(subschemas().flatMap(([, { properties = {} }]) => Object.keys(properties)))),
    some('__proto__', 'constructor', 'a secret', 'env', 'file', 'x', 'x-key', '', 'A B'),
    fc.string(),
  ),
  value: fc.oneof(
    some<unknown>(null, true, false, '', 0, -0, 1, 2, -1, 0.5, 1e3, 1e9, 2 ** 53, 1e21, [], {}, [[]]),
    some(...'a A text 4000 true https://b.example.com http://[::1]:1 users:read ＡＢ'.split(' ')),
    some({ env: 'KEY' }, { env: 'key' }, { file: 'KEY' }, { env: 'KEY', a: 1 }, { claim: 'a' }, ['KEY']),
    fc.integer({ min: -3, max: 130_000 }),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
  ),
});

/** A configuration with one or two members tuned, replaced, copied to another place, added, renamed or removed. */
export const anyChangedConfig = fc
  .tuple(anyConfig, fc.array(mutation, { minLength: 1, maxLength: 2 }))
  .map(([config, mutations]) => {
    const changed: unknown = structuredClone(config);
    for (const { member, how, other, key, value } of mutations) {
      const members = membersOf(changed);
      const [holder, name] = members[member % members.length] ?? [{}, ''];
      const [from, like] = members[other % members.length] ?? [{}, ''];
      if (how === 'tune') put(holder, name, ofSameType(holder[name], value, key));
      if (how === 'replace') put(holder, name, value);
      if (how === 'copy') put(holder, name, structuredClone(from[like]));
      if (how === 'add') put(holder, key, value);
      if (how === 'rename') put(holder, key, holder[name]);
      if (how === 'rename' || how === 'remove') delete holder[name];
    }
    return changed;
  });

/** Another value of the same type, valid or not. */
function ofSameType(one: unknown, value: unknown, text: string): unknown {
  if (typeof one === 'number') return typeof value === 'number' ? value : one * 2;
  if (typeof one === 'string') return typeof value === 'string' ? value : text;
  if (typeof one === 'boolean') return !one;
  if (Array.isArray(one)) return [...one, ...one].slice(1);
  return isNested(one) ? Object.fromEntries(Object.entries(one).slice(1)) : one;
}

/** Assigns, also to a member named __proto__; adds to a list that has no such index. */
function put(holder: Members, key: string, value: unknown): void {
  if (Array.isArray(holder) && !Object.hasOwn(holder, key)) holder.push(value);
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
