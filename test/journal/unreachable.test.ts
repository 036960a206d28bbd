import { expect, it } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import { someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const word = 'w8Kd-Zq3T-nB6v-Xp1L';

it.each([
  ['a server that is not there', `postgres://idpatch:${word}@127.0.0.1:1/idpatch`],
  ['a name that does not exist', `postgres://idpatch:${word}@${word}.invalid/idpatch`],
  ['a password with a slash', `postgres://idpatch:${word}/${word}@127.0.0.1:1/idpatch`],
  ['a password with a broken escape', `postgres://idpatch:${word}%@127.0.0.1:1/idpatch`],
  ['a password without a user', `postgres://${word}@127.0.0.1:1/idpatch`],
  ['a password in a parameter', `postgres://127.0.0.1:1/idpatch?user=a&password=${word}`],
  ['words', `host=127.0.0.1,password=${word}`],
  ['another protocol', `https://idpatch:${word}@127.0.0.1:1/${word}`],
])('the address of a journal that cannot be reached does not come out: %s', async (_, address) => {
  const door = await openFrontDoor({ journal: { postgres: new Secret(address) } });
  new Secret(word).reveal();
  const payload = await door.patch({ id: someUser(door, 'employees') }, { displayName: 'Ada' });
  expect(payload).toMatchObject({ errors: [{ code: 'JOURNAL_UNAVAILABLE' }] });
  expect((await fetch(`${door.url}/ready`)).status).toBe(503);
  expect(door.log.join('')).toContain('"event":"journal"');
  await door.close();
});
