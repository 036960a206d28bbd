import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  answers,
  audience,
  call,
  claimsFor,
  createSigner,
  openTokenDoor,
  refusesToken,
  trusting,
} from './tokens.ts';

/** Audiences of one issuer, each with its own settings. */
const audiences = {
  [audience]: {},
  exact: { clockToleranceSeconds: 0 },
  'one-typ': { typ: ['application/at+jwt'] },
  'other-typ': { typ: ['JWT', 'secevent+jwt'] },
};

/** The time of this file, seconds since 1970. The clock tolerance is 5 seconds. */
const now = 1_800_000_000;
vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 });
const signer = await createSigner('ES256', 'k1');
const door = await openTokenDoor(
  () => [signer.publicJwk],
  (issuer) => ({
    jwt: Object.entries(audiences).map(([name, settings]) =>
      trusting(issuer, { audience: name, ...settings }),
    ),
  }),
);
afterAll(async () => {
  expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  await door.close();
  vi.useRealTimers();
});

const iss = door.sandbox.issuer.url;

describe('a token is accepted', () => {
  it.each<object>([
    {},
    ...[{ exp: now - 4 }, { exp: 99_999_999_999_999 }, { iat: now - 0.5, exp: now + 60.5 }],
    ...[{ nbf: now + 5 }, { iat: now + 5 }, { iat: 0 }, { exp: now + 1, aud: 'exact' }],
    ...[{ aud: ['other', audience] }, { aud: [audience] }, { aud: [7, null, audience] }],
    ...[{ sub: 'a'.repeat(255) }, { sub: '0' }, { sub: 'auth0|a b@c' }],
  ])('with %j', async (changes) => {
    expect(await call(door, await signer.sign(claimsFor(door, changes)))).toEqual(answers.applied);
  });

  it.each([
    ...['JWT', 'jwt', 'application/at+jwt', 'AT+JWT', 'Application/At+Jwt'].map((typ) => [typ, audience]),
    ...[
      ['at+jwt', 'one-typ'],
      ['secevent+jwt', 'other-typ'],
    ],
  ])('of typ %s for the audience %s', async (typ, aud) => {
    expect(await call(door, await signer.sign(claimsFor(door, { aud }), { typ }))).toEqual(answers.applied);
  });
});

/** Values that are refused, by claim; undefined leaves the claim out. */
const refused: Readonly<Record<string, readonly unknown[]>> = {
  exp: [undefined, null, true, -1, 1, now - 5, `${now + 600}`, [now + 600], '2999-01-01T00:00:00Z'],
  iat: [undefined, null, now + 6, now * 1000, `${now}`],
  nbf: [now + 6, '1'],
  sub: [
    ...[undefined, null, '', '   ', 7, true, { id: 'a' }, ['a'], 'a'.repeat(256)],
    ...['a\nb', 'a\n', 'a\r\nset-cookie: x', 'a\u0000', '\u001b[31ma', 'a\u200b', 'a\ud800'],
  ],
  iss: [
    undefined,
    'https://login.example.com',
    [iss],
    [iss, 'https://login.example.com'],
    `${iss}/`,
    `${iss} `,
  ],
  aud: [
    ...[undefined, null, '', 7, [], 'idpatch', 'idpatch-there', audience.toUpperCase(), `${audience} other`],
    ...[['other', 'another'], [[audience]], { [audience]: true }],
  ],
};

describe('a token is refused', () => {
  it.each(Object.entries(refused).flatMap(([claim, values]) => values.map((value) => ({ [claim]: value }))))(
    'with %j',
    async (changes) => refusesToken(door, await signer.sign(claimsFor(door, changes))),
  );

  it.each([{ exp: now }, { iat: now + 1 }, { nbf: now + 1 }])(
    'without tolerance with %j',
    async (changes) => {
      await refusesToken(door, await signer.sign(claimsFor(door, { ...changes, aud: 'exact' })));
    },
  );

  it.each<readonly [unknown, string]>([
    ...[undefined, null, '', 'id+jwt', 'text/at+jwt', 'application/', 'at+jwt ', ['at+jwt']].map(
      (typ) => [typ, audience] as const,
    ),
    ...['application/application/at+jwt', 'JWT'].map((typ) => [typ, 'one-typ'] as const),
    ['at+jwt', 'other-typ'],
  ])('of typ %j for the audience %s', async (typ, aud) => {
    await refusesToken(door, await signer.sign(claimsFor(door, { aud }), { typ }));
  });

  // What JSON.stringify would not write.
  it.each([
    ...['"exp":NaN', '"exp":1e400', '"exp":-1e400', '"exp":Infinity', '"exp":0x7fffffff'],
    ...['"exp":99999999999,"exp":1', '"__proto__":{"exp":99999999999}', '"exp":99999999999,"sub":""'],
    ...['"exp":99999999999,"iat":-1e400', '"exp":99999999999,"nbf":-1e400', '"exp":99999999999,'],
    '"exp":99999999999}{',
  ])('with %s in its text', async (members) => {
    const text = JSON.stringify(claimsFor(door, { exp: undefined }));
    await refusesToken(door, await signer.sign(`${text.slice(0, -1)},${members}}`));
  });

  it.each(['', 'null', '[]', '"text"', '7', '{}', '[{}]', '['.repeat(4_000), '{"a":'.repeat(1_000)])(
    'with the payload %.20s',
    async (payload) => refusesToken(door, await signer.sign(payload)),
  );

  it('with a payload that is not UTF-8', async () => {
    const payload = Buffer.from(JSON.stringify(claimsFor(door, { name: 'PLACE' })));
    payload[payload.indexOf('PLACE')] = 0xff;
    await refusesToken(door, await signer.sign(payload));
  });
});
