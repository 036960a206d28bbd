import { describe, expect, it } from 'vitest';
import { loopbackOrigins, privateOrigins } from '../config/origins.ts';
import { configWith, issuer, load, objections, problemsOf, refuses, rows } from '../harness/config.ts';

const issuers = (...jwt: readonly object[]) => configWith(`callers: ${JSON.stringify({ jwt })}`);
const issuerWith = (changes: object) => issuers({ ...issuer, ...changes });

/** Rows of a table whose key is in the one issuer. */
const ofIssuer = (text: string) => rows(text).map((row) => `callers.jwt.0.${row}`);
describe('an issuer', () => {
  it('has defaults for its optional keys', () => {
    expect(load(issuers(issuer)).callers.jwt).toEqual([
      {
        ...{ ...issuer, jwksMaxAgeSeconds: 120, allowLoopback: false, clockToleranceSeconds: 5, weight: 1 },
        ...{ typ: ['at+jwt', 'JWT'], directories: [] },
      },
    ]);
  });

  it.each(
    ofIssuer(`
      algorithms: [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519]
      clockToleranceSeconds: 0 | 30
      jwksMaxAgeSeconds: 5 | 3600
      typ: [application/at+jwt]
      rights: { claim: [resource_access, idpatch] } | { claim: roles, grants: { agent: [users:read], none: [] } }
      directories: { claim: [org, desks] }
      self: { directory: customers, fields: [username, displayName, givenName, middleName, familyName] }
      self: { directory: customers, claim: uid, fields: [email, phone, picture, customFields.nick] }
      jwks: https://login.canary.example:8443/jwks?v=2
      issuer: accounts.canary.example
    `),
  )('is accepted with %s', (row) => {
    expect(load(configWith(row)).callers.jwt).toHaveLength(1);
    expect(objections(configWith(row))).toEqual([]);
  });

  it.each([
    'callers.jwt.0: canary',
    'callers.jwt.0: null',
    // A secret to verify by.
    'callers.jwt.0.key: { env: KEY } → callers.jwt.0: Unrecognized key: "key"',
    ...ofIssuer(String.raw`
      issuer: "" | " " | "https://login.canary.example " | "https://login canary" | "a\ncanary" | "a\u00a0b"
      issuer: 7 | [https://login.canary.example] | { env: KEY }
      audience: "" | 7 | [idpatch-canary]
      clockToleranceSeconds: 30.1 | 3600 | -0.5 | "5" | .nan | .inf
      jwksMaxAgeSeconds: 4.9 | 3601 | 0 | -120 | "120" | .nan | .inf
      algorithms: [] | RS256
      algorithms: [HS256] | [HS512] | [none] | [NONE] | [""] | [rs256] | ["RS256 "] | [ES256K] | [dir] | [RSA-OAEP]
      algorithms: [ES256, HS256] | [ES256, "*"] | [ES256, __proto__] | [ES256, canary] | [ES256, 7] | [ES256, null]
      typ: [] | at+jwt | [""] | [7] | [null]
      allowLoopback: "true" | 1
      jwks: 7 | [https://login.canary.example/jwks] | { env: KEY }
      rights: users:read | [] | {} | 7 | [users:canary] | [users:read, canary] | ["users:*"] | ["*"] | [users:READ]
      rights: ["users:read users:write"] | [constructor] | [7] | { claim: "" } | { claim: [] } | { claim: [""] }
      rights: { claim: 7 } | { grants: {} } | { claim: scope, other: 1 } | { claim: scope, grants: [] }
      rights: { claim: scope, grants: { a: [canary] } } | { claim: scope, grants: { a: users:read } }
      rights: { claim: scope, grants: { "": [users:read] } } | { claim: scope, grants: { "a b": [users:read] } }
      directories: customers | [7] | {} | { claim: "" } | { claim: canary, other: 1 }
      self: customers | { directory: customers } | { fields: [] } | { directory: customers, fields: [], other: 1 }
      self: { directory: customers, fields: displayName } | { directory: [customers], fields: [] }
      self: { directory: customers, fields: [], claim: "" } | { directory: customers, fields: [], claim: [] }
    `),
  ])('is refused with %s', (row) => {
    refuses(row);
    expect(objections(configWith(row.split(' → ')[0] ?? ''))).not.toEqual([]);
  });

  it.each([
    ...['status', 'roleNames', 'tenants', 'ssoAppIds', 'email.verified', 'phone.verified', 'email.address'],
    ...['customFields', 'customFields.', 'customFields.\n', 'customFields.a\nb', 'customfields.nick'],
    ...['', '*', 'canary', 'displayName ', '__proto__', 'userId', 7, null],
  ])('is refused with %j as a field of an own record', (field) => {
    const self = { directory: 'customers', fields: ['displayName', field] };
    const message =
      'Expected a field of a patch that is not privileged, or customFields.<name>: not status, roleNames, tenants or ssoAppIds.';
    expect(problemsOf(issuerWith({ self }))).toEqual([`callers.jwt.0.self.fields.1: ${message}`]);
  });

  it.each(['canary', 'Customers', '', '*', '__proto__'])('may not name the directory %j', (name) => {
    const problem = 'There is no such directory. There are: employees, contractors, customers.';
    const at = 'callers.jwt.0';
    expect(problemsOf(issuerWith({ directories: ['customers', name] }))).toEqual([
      `${at}.directories.1: ${problem}`,
    ]);
    const self = { directory: name, fields: [] };
    expect(problemsOf(issuerWith({ self }))).toEqual([`${at}.self.directory: ${problem}`]);
  });

  it('with the same rights for all callers says where they apply', () => {
    refuses(
      'callers.jwt.0.rights: [users:read] → callers.jwt.0.directories: Expected the directories in which',
    );
    refuses('callers.jwt.0.rights: [profile:write:self] → callers.jwt.0.self: Expected with the right');
  });
});

it('several issuers differ in issuer or audience, and have all their problems named', () => {
  const other = { ...issuer, audience: 'other-canary' };
  const third = { ...issuer, issuer: 'https://canary.example' };
  expect(load(issuers(issuer, other, third)).callers.jwt).toHaveLength(3);
  const again = { ...issuer, rights: { claim: 'roles' } };
  expect(problemsOf(issuers(other, issuer, again, other))).toEqual(
    [2, 3].map((index) => `callers.jwt.${index}.issuer: This issuer is named twice with the same audience.`),
  );
  const wrong = [
    { audience: '', algorithms: ['none'] },
    { clockToleranceSeconds: 60, typ: [] },
  ];
  const lines = problemsOf(issuers(...wrong.map((one) => ({ ...issuer, ...one }))));
  expect(lines.map((line) => line.split(': ')[0])).toEqual([
    ...['callers.jwt.0.audience', 'callers.jwt.0.algorithms.0'],
    ...['callers.jwt.1.typ', 'callers.jwt.1.clockToleranceSeconds'],
  ]);
});

describe('the URL of a key set', () => {
  const problems = (jwks: string, allowLoopback: boolean) => problemsOf(issuerWith({ jwks, allowLoopback }));

  it.each([
    ...['', 'canary', 'login.canary.example/jwks', '//login.canary.example/jwks', '/jwks.json', 'https://'],
    ...[' https://login.example.com/jwks', 'https:login.example.com/jwks', 'ftp://login.canary.example'],
    ...['file:///etc/canary', 'data:application/json,canary', 'https:\\\\login.example.com/jwks'],
    ...['https://canary:canary@login.example.com/jwks', 'https://@login.example.com/jwks'],
    ...['https://login.example.com/jwks#canary', 'https://login.example.com/#', 'https://login.canary:99999'],
    ...['https://login.example.com/@canary', 'https://can ary/jwks', 'https://login.example.com:canary/'],
  ])('%j is refused', (jwks) => {
    const line = 'Expected the address of a key set, such as https://login.example.com/jwks.json.';
    for (const loopback of [false, true]) {
      expect(problems(jwks, loopback)).toEqual([`callers.jwt.0.jwks: ${line}`]);
    }
  });

  it.each(privateOrigins)('%s/jwks is refused', (origin, problem) => {
    for (const loopback of [false, true]) {
      expect(problems(`${origin}/jwks`, loopback)).toEqual([`callers.jwt.0.jwks: ${problem}`]);
    }
  });

  it.each(loopbackOrigins)('%s/jwks is accepted only if loopback is allowed', (origin, problem) => {
    expect(problems(`${origin}/jwks`, false)).toEqual([`callers.jwt.0.jwks: ${problem}`]);
    expect(load(issuerWith({ jwks: `${origin}/jwks`, allowLoopback: true })).callers.jwt).toHaveLength(1);
  });
});
