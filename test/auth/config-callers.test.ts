import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import { issuer, parse, refusal, refusesKey, withIssuer } from './config-issuer.ts';

describe('an issuer', () => {
  it('is read whole, with its defaults', () => {
    expect(parse({ jwt: [issuer] }).callers).toEqual({
      jwt: [{ ...issuer, allowLoopback: false, typ: ['at+jwt', 'JWT'], clockToleranceSeconds: 5 }],
    });
    const { directories: _, ...without } = { ...issuer, rights: { claim: 'scope' } };
    expect(parse({ jwt: [without] }).callers.jwt?.[0]?.directories).toEqual([]);
  });

  it.each<[string, object]>([
    ['every algorithm', { algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256'] }],
    ['more algorithms', { algorithms: ['ES384', 'ES512', 'EdDSA', 'Ed25519'] }],
    ['no tolerance', { clockToleranceSeconds: 0 }],
    ['the most tolerance', { clockToleranceSeconds: 30 }],
    ['another typ', { typ: ['application/at+jwt'] }],
    ['rights in a claim', { rights: { claim: 'scope' } }],
    ['rights in a claim within claims', { rights: { claim: ['resource_access', 'idpatch', 'roles'] } }],
    [
      'rights that values stand for',
      { rights: { claim: 'roles', grants: { agent: ['users:read'], no: [] } } },
    ],
    ['directories in a claim', { directories: { claim: ['org', 'desks'] } }],
    ['an own record', { self: { directory: 'customers', fields: ['displayName', 'email'] } }],
    [
      'every field of an own record',
      {
        self: {
          directory: 'customers',
          claim: 'user_id',
          fields: [
            ...['username', 'displayName', 'givenName', 'middleName', 'familyName', 'email', 'phone'],
            ...['picture', 'customFields.nick'],
          ],
        },
      },
    ],
    ['a port', { jwks: 'https://login.canary.example:8443/jwks' }],
    ['an issuer that is no address', { issuer: 'accounts.canary.example' }],
  ])('with %s is taken', (_, changes) => {
    expect(parse(withIssuer(changes)).callers.jwt).toHaveLength(1);
  });

  const { audience, jwks, algorithms, rights } = issuer;
  it.each<[string, unknown, RegExp]>([
    ['that is none', 'canary', /^callers\.jwt\.0: /],
    ['that is null', null, /^callers\.jwt\.0: /],
    ['with an unknown key', { ...issuer, secret: 'canary' }, /^callers\.jwt\.0: .*"secret"/],
    ['with a secret to verify by', { ...issuer, key: new Secret('canary') }, /^callers\.jwt\.0: .*"key"/],
    ['without its name', { audience, jwks, algorithms, rights }, /^callers\.jwt\.0\.issuer: /],
    ['without an audience', { ...issuer, audience: undefined }, /^callers\.jwt\.0\.audience: /],
    ['without keys', { ...issuer, jwks: undefined }, /^callers\.jwt\.0\.jwks: /],
    ['without algorithms', { ...issuer, algorithms: undefined }, /^callers\.jwt\.0\.algorithms: /],
    ['without rights', { ...issuer, rights: undefined }, /^callers\.jwt\.0\.rights: Expected rights such as/],
  ])('%s is refused', (_, entry, line) => {
    expect(refusal({ jwt: [entry] }).filter((one) => line.test(one))).toHaveLength(1);
  });

  it.each<[string, readonly unknown[]]>([
    [
      'issuer',
      ['', ' ', 'https://login.canary.example ', 'https://login canary', 'a\ncanary', 'a\u00a0b', 7],
    ],
    ['issuer', [null, ['https://login.canary.example'], { env: 'canary' }]],
    ['audience', ['', 7, null, true, ['idpatch-canary'], {}]],
    ['clockToleranceSeconds', [31, 30.1, 3600, -1, -0.5, '5', null, Number.NaN, Number.POSITIVE_INFINITY]],
    ['algorithms', [[], 'RS256', {}, null, true]],
    ['typ', [[], 'at+jwt', null, {}]],
    ['allowLoopback', ['true', 'canary', 1, null]],
    ['rights', ['users:read', 'canary', null, 7, ['users:canary'], ['users:read', 'canary'], [7], [null]]],
    [
      'rights',
      [{}, { claim: '' }, { claim: [] }, { claim: [''] }, { claim: 7 }, { claim: null }, { grants: {} }],
    ],
    [
      'rights',
      [
        { claim: 'scope', grants: { a: ['canary'] } },
        { claim: 'scope', grants: { a: 'users:read' } },
      ],
    ],
    [
      'rights',
      [
        { claim: 'scope', grants: [] },
        { claim: 'scope', grants: null },
        { claim: 'scope', other: 1 },
      ],
    ],
    ['rights', [['users:*'], ['*'], ['users:READ'], ['users:read users:write'], ['constructor'], ['']]],
    ['directories', ['customers', null, 7, {}, { claim: '' }, { claim: [] }, { claim: 'canary', other: 1 }]],
    ['directories', [[7], [null]]],
    ['directories.0', [['canary'], ['Customers'], [''], ['*'], ['constructor'], ['__proto__']]],
    ['directories.1', [['customers', 'canary']]],
    ['self', ['customers', null, [], true]],
  ])('with a %s that is wrong is refused: %j', (key, values) => {
    for (const value of values) refusesKey(key, { [key.split('.')[0] ?? '']: value });
  });

  it.each([
    ...['HS256', 'HS384', 'HS512', 'none', 'None', 'NONE', '', 'rs256', 'RS256 ', 'ES256K', 'RS1', 'dir'],
    ...['RSA-OAEP', 'A256KW', 'ML-DSA-44', 'Ed448', '*', '__proto__', 'constructor', 'canary', 7, null],
  ])('with the algorithm %j is refused', (algorithm) => {
    refusesKey('algorithms.0', { algorithms: [algorithm] });
    refusesKey('algorithms.1', { algorithms: ['ES256', algorithm] });
  });

  it.each([[''], [7], [null]])('with the typ %j is refused', (typ) => {
    refusesKey('typ.0', { typ: [typ] });
  });
});

describe('an own record', () => {
  const self = { directory: 'customers', fields: ['displayName'] };

  it.each<[string, object]>([
    ['self', { ...self, other: 1 }],
    ['self.directory', { fields: [] }],
    ['self.directory', { ...self, directory: 'canary' }],
    ['self.directory', { ...self, directory: '' }],
    ['self.directory', { ...self, directory: 'constructor' }],
    ['self.directory', { ...self, directory: ['customers'] }],
    ['self.claim', { ...self, claim: '' }],
    ['self.claim', { ...self, claim: [] }],
    ['self.claim', { ...self, claim: 7 }],
    ['self.fields', { directory: 'customers' }],
    ['self.fields', { ...self, fields: 'displayName' }],
    ['self.fields', { ...self, fields: { displayName: true } }],
  ])('is refused at %s: %j', (key, value) => {
    refusesKey(key, { self: value });
  });

  it.each([
    ...['status', 'roleNames', 'tenants', 'ssoAppIds', 'email.verified', 'phone.verified', 'email.address'],
    ...['customFields', 'customFields.', 'customfields.nick', 'customFields.\n', 'customFields.a\nb'],
    ...['', '*', 'canary', 'DisplayName', 'displayName ', 'constructor', '__proto__', 'toString'],
    ...['id', 'userId', 'loginIds', 'version', 'createdAt', 7, null, ['displayName']],
  ])('does not have the field %j', (field) => {
    refusesKey('self.fields.1', { self: { ...self, fields: ['displayName', field] } });
  });
});

describe('callers', () => {
  const nobody = 'callers: Expected jwt, a list of issuers; or anonymous: true on a loopback host.';
  const open =
    'callers.anonymous: Anonymous callers are accepted only if server.host is a loopback address such as 127.0.0.1.';

  it('are either or both on loopback, and must be something', () => {
    expect(parse({ anonymous: true }).callers).toEqual({ anonymous: true });
    expect(parse({ anonymous: true, jwt: [issuer] }).callers).toMatchObject({ anonymous: true, jwt: [{}] });
    expect(refusal({})).toEqual([nobody]);
    expect(refusal({ anonymous: undefined, jwt: undefined })).toEqual([nobody]);
  });

  it.each<[string, unknown, RegExp]>([
    ['left out', undefined, /^callers: /],
    ['null', null, /^callers: /],
    ['a text', 'canary', /^callers: /],
    ['a list', [issuer], /^callers: /],
    ['anonymous: false', { anonymous: false }, /^callers\.anonymous: /],
    ['anonymous: false beside issuers', { anonymous: false, jwt: [issuer] }, /^callers\.anonymous: /],
    ['anonymous as a text', { anonymous: 'true' }, /^callers\.anonymous: /],
    ['no issuers', { jwt: [] }, /^callers\.jwt: /],
    ['no issuers beside anonymous', { anonymous: true, jwt: [] }, /^callers\.jwt: /],
    ['one issuer without its list', { jwt: issuer }, /^callers\.jwt: /],
    ['an unknown key', { anonymous: true, basic: 'canary' }, /^callers: .*"basic"/],
    ['issuers under another key', { jwts: [issuer] }, /^callers: .*"jwts"/],
  ])('%s are refused', (_, callers, line) => {
    expect(refusal(callers).filter((one) => line.test(one))).not.toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'idpatch.example.com', '*'])(
    'at %s come with tokens, and never anonymously',
    (host) => {
      expect(parse({ jwt: [issuer] }, { host }).server.host).toBe(host);
      expect(refusal({ anonymous: true }, { host })).toEqual([open]);
      expect(refusal({ anonymous: true, jwt: [issuer] }, { host })).toEqual([open]);
    },
  );

  it.each<[string, string, object]>([
    ['no rights', 'rights', { rights: [] }],
    ['rights in no directory', 'directories', { directories: [] }],
    ['the right to an own record that is nowhere', 'self', { rights: ['profile:write:self'] }],
    ['a grant for nothing', 'rights', { rights: { claim: 'roles', grants: { '': ['users:read'] } } }],
    ['a grant for two words', 'rights', { rights: { claim: 'roles', grants: { 'a b': ['users:read'] } } }],
  ])('do not come with %s', (_, key, changes) => refusesKey(key, changes));

  it('are not of the same issuer and audience twice', () => {
    const twice = (index: number) =>
      `callers.jwt.${index}.issuer: This issuer is named twice with the same audience.`;
    const other = { ...issuer, audience: 'other-canary' };
    expect(parse({ jwt: [issuer, other] }).callers.jwt).toHaveLength(2);
    expect(
      parse({ jwt: [issuer, { ...issuer, issuer: 'https://login.canary.example' }] }).callers.jwt,
    ).toHaveLength(2);
    expect(refusal({ jwt: [issuer, issuer] })).toEqual([twice(1)]);
    expect(refusal({ jwt: [other, issuer, { ...issuer, rights: ['users:write'] }, other] })).toEqual([
      twice(2),
      twice(3),
    ]);
  });

  it('that are wrong in several ways are told so at once, key by key', () => {
    const keys = refusal({
      jwt: [
        { ...issuer, audience: '', algorithms: ['none'] },
        { ...issuer, clockToleranceSeconds: 60, typ: [] },
      ],
    }).map((line) => line.split(': ')[0]);
    expect(keys.toSorted()).toEqual([
      ...['callers.jwt.0.algorithms.0', 'callers.jwt.0.audience'],
      ...['callers.jwt.1.clockToleranceSeconds', 'callers.jwt.1.typ'],
    ]);
  });
});
