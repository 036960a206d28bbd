import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  answers,
  audience,
  call,
  claimsFor,
  createSigner,
  now,
  openTokenDoor,
  refusesToken,
  type Signer,
  trusting,
} from './tokens.ts';

/** Audiences of the same issuer, each with settings of its own. */
const audiences = {
  /** The clocks may differ by this: enough that a busy machine does not decide a test. */
  [audience]: { clockToleranceSeconds: 30 },
  exact: { clockToleranceSeconds: 0 },
  usual: {},
  'one-typ': { typ: ['application/at+jwt'] },
  'other-typ': { typ: ['JWT', 'secevent+jwt'] },
};

let door: FrontDoor;
let signer: Signer;
beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  door = await openTokenDoor(
    () => [signer.publicJwk],
    (issuer) => ({
      jwt: Object.entries(audiences).map(([name, settings]) =>
        trusting(issuer, { audience: name, ...settings }),
      ),
    }),
  );
  expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
});
afterAll(() => door.close());

type Changes = (iss: string) => object;

/** The claims as JSON, with members written in that JSON.stringify would not write. */
const asText = (members: string) => {
  const text = JSON.stringify(claimsFor(door, { exp: undefined }));
  return `${text.slice(0, -1)},${members}}`;
};

describe('a token is taken', () => {
  it.each<[string, Changes, object?]>([
    ['that is right', () => ({})],
    ['that expired within the tolerance', () => ({ exp: now() - 10 })],
    ['that is not yet valid, within the tolerance', () => ({ nbf: now() + 20 })],
    ['that is made in the future, within the tolerance', () => ({ iat: now() + 20 })],
    ['that was made long ago', () => ({ iat: 0 })],
    ['with times that are no whole seconds', () => ({ iat: now() - 0.5, exp: now() + 60.5 })],
    ['that is valid for long', () => ({ exp: 99_999_999_999_999 })],
    ['for several audiences, one of which is ours', () => ({ aud: ['other', audience] })],
    ['for a list of our audience alone', () => ({ aud: [audience] })],
    ['for a list with something that is none', () => ({ aud: [7, null, audience] })],
    ['of a sub of 255 characters', () => ({ sub: 'a'.repeat(255) })],
    ['of a sub of one character', () => ({ sub: '0' })],
    ['of a sub with spaces in it', () => ({ sub: 'auth0|a b@c' })],
    ['of typ JWT', () => ({}), { typ: 'JWT' }],
    ['of typ jwt', () => ({}), { typ: 'jwt' }],
    ['of typ application/at+jwt', () => ({}), { typ: 'application/at+jwt' }],
    ['of typ AT+JWT', () => ({}), { typ: 'AT+JWT' }],
    ['of typ Application/At+Jwt', () => ({}), { typ: 'Application/At+Jwt' }],
    ['of the one typ that is configured', () => ({ aud: 'one-typ' }), { typ: 'at+jwt' }],
    ['of another typ that is configured', () => ({ aud: 'other-typ' }), { typ: 'secevent+jwt' }],
  ])('%s', async (_, changes, header) => {
    const token = await signer.sign(claimsFor(door, changes(door.sandbox.issuer.url)), header);
    expect(await call(door, token)).toEqual(answers.applied);
  });
});

describe('a token is refused', () => {
  it.each<[string, Changes]>([
    ['that expired', () => ({ exp: now() - 40 })],
    ['that expired long ago', () => ({ exp: 1 })],
    ['that expired just now, without tolerance', () => ({ exp: now(), aud: 'exact' })],
    ['that expired a little more than the usual tolerance ago', () => ({ exp: now() - 6, aud: 'usual' })],
    ['that is not yet valid', () => ({ nbf: now() + 60 })],
    ['that is not yet valid by a text', () => ({ nbf: '1' })],
    ['that is made in the future', () => ({ iat: now() + 60 })],
    ['that is made in the future, without tolerance', () => ({ iat: now() + 20, aud: 'exact' })],
    ['without exp', () => ({ exp: undefined })],
    ['with exp null', () => ({ exp: null })],
    ['with exp as a text', () => ({ exp: String(now() + 600) })],
    ['with exp as a date', () => ({ exp: new Date(Date.now() + 600_000).toISOString() })],
    ['with exp in a list', () => ({ exp: [now() + 600] })],
    ['with exp true', () => ({ exp: true })],
    ['with exp below zero', () => ({ exp: -1 })],
    ['without iat', () => ({ iat: undefined })],
    ['with iat null', () => ({ iat: null })],
    ['with iat as a text', () => ({ iat: String(now()) })],
    ['with iat in milliseconds', () => ({ iat: Date.now() })],
    ['without sub', () => ({ sub: undefined })],
    ['with sub null', () => ({ sub: null })],
    ['with an empty sub', () => ({ sub: '' })],
    ['with a sub of spaces', () => ({ sub: '   ' })],
    ['with sub as a number', () => ({ sub: 7 })],
    ['with sub as an object', () => ({ sub: { id: 'a' } })],
    ['with sub in a list', () => ({ sub: ['a'] })],
    ['with sub true', () => ({ sub: true })],
    ['with a sub of 256 characters', () => ({ sub: 'a'.repeat(256) })],
    ['with a line break in sub', () => ({ sub: 'a\nb' })],
    ['with a line break at the end of sub', () => ({ sub: 'a\n' })],
    ['with a carriage return in sub', () => ({ sub: 'a\r\nset-cookie: x' })],
    ['with a NUL in sub', () => ({ sub: 'a\u0000' })],
    ['with an escape in sub', () => ({ sub: '\u001b[31ma' })],
    ['with an invisible character in sub', () => ({ sub: 'a\u200b' })],
    ['with half a character in sub', () => ({ sub: 'a\ud800' })],
    ['of another issuer', () => ({ iss: 'https://login.example.com' })],
    ['without an issuer', () => ({ iss: undefined })],
    ['with the issuer in a list', (iss) => ({ iss: [iss] })],
    ['with several issuers', (iss) => ({ iss: [iss, 'https://login.example.com'] })],
    ['with a slash more in iss', (iss) => ({ iss: `${iss}/` })],
    ['with iss in capitals', (iss) => ({ iss: iss.toUpperCase() })],
    ['with a space after iss', (iss) => ({ iss: `${iss} ` })],
    ['with another name of the same host in iss', (iss) => ({ iss: iss.replace('127.0.0.1', 'localhost') })],
    ['for another audience', () => ({ aud: 'idpatch-there' })],
    ['for a part of our audience', () => ({ aud: 'idpatch' })],
    ['for our audience and more', () => ({ aud: `${audience} idpatch-there` })],
    ['for our audience in capitals', () => ({ aud: audience.toUpperCase() })],
    ['for nobody', () => ({ aud: undefined })],
    ['for null', () => ({ aud: null })],
    ['for an empty text', () => ({ aud: '' })],
    ['for an empty list', () => ({ aud: [] })],
    ['for a list of others', () => ({ aud: ['other', 'another'] })],
    ['for a list within a list', () => ({ aud: [[audience]] })],
    ['for an object', () => ({ aud: { [audience]: true } })],
    ['for a number', () => ({ aud: 7 })],
    ['with aud under another name', () => ({ aud: undefined, audience, client_id: audience })],
  ])('%s', async (_, changes) => {
    await refusesToken(door, await signer.sign(claimsFor(door, changes(door.sandbox.issuer.url))));
  });

  it.each<[string, object, object?]>([
    ['of typ id+jwt', { typ: 'id+jwt' }],
    ['of typ dpop+jwt', { typ: 'dpop+jwt' }],
    ['of typ logout+jwt', { typ: 'logout+jwt' }],
    ['of a typ in another tree', { typ: 'text/at+jwt' }],
    ['of typ application/application/at+jwt', { typ: 'application/application/at+jwt' }],
    ['of an empty typ', { typ: '' }],
    ['of typ application/', { typ: 'application/' }],
    ['of typ null', { typ: null }],
    ['of a typ in a list', { typ: ['at+jwt'] }],
    ['of a typ with a space', { typ: 'at+jwt ' }],
    ['without typ', { typ: undefined }],
    ['of typ JWT where only at+jwt is configured', { typ: 'JWT' }, { aud: 'one-typ' }],
    ['of typ at+jwt where only others are configured', { typ: 'at+jwt' }, { aud: 'other-typ' }],
  ])('%s', async (_, header, changes) => {
    await refusesToken(door, await signer.sign(claimsFor(door, changes), header));
  });

  it.each([
    ['exp as NaN', '"exp":NaN'],
    ['exp beyond every number', '"exp":1e400'],
    ['exp below every number', '"exp":-1e400'],
    ['exp as Infinity', '"exp":Infinity'],
    ['exp twice, the last one over', '"exp":99999999999,"exp":1'],
    ['exp only in a prototype', '"__proto__":{"exp":99999999999}'],
    ['exp in hexadecimal', '"exp":0x7fffffff'],
    ['iat below every number', '"exp":99999999999,"iat":-1e400'],
    ['nbf below every number', '"exp":99999999999,"nbf":-1e400'],
    ['sub with a second one that is empty', '"exp":99999999999,"sub":""'],
    ['a comma too many', '"exp":99999999999,'],
    ['more after its payload', '"exp":99999999999}{'],
  ])('with %s', async (_, members) => {
    await refusesToken(door, await signer.sign(asText(members)));
  });

  it.each(['', 'null', '[]', '"text"', '7', '{}', '[{}]', `[${'['.repeat(4_000)}`, '{"a":'.repeat(1_000)])(
    'with a payload of %.20s',
    async (payload) => {
      await refusesToken(door, await signer.sign(payload));
    },
  );

  it('with a payload that is not UTF-8', async () => {
    const payload = Buffer.from(JSON.stringify(claimsFor(door, { sub: 'anybody', name: 'PLACE' })));
    payload[payload.indexOf('PLACE')] = 0xff;
    await refusesToken(door, await signer.sign(payload));
  });
});

it('after all of that the process takes requests', async () => {
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
});
