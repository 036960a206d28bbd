import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  descope,
  directoryNames,
  eiam,
  invalidInput,
  notApplied,
  postRaw,
  refuses,
  says,
  someUser,
  written,
} from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor, payload } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

const notFinite = 'Must be a finite number.';
const rounded = 'Must be within ±9007199254740991: a larger integer would be rounded.';
const otherForm = 'Must be in normal form NFKC: some characters have a plainer form.';
const invisible = 'Must not contain invisible characters.';
const mixed = 'Must not mix letters of different scripts.';
const negativeZero = 'Must not be negative zero: use 0.';

describe.each(directoryNames)('a number for %s', (directory) => {
  const mutation = (number: string, variables = '') =>
    `mutation ${variables} { patchUser(input: { user: { id: "${someUser(door, directory)}" }, patch: {
      customFields: [{ replace: { field: "age", value: { number: ${number} } } }] } }) { ${payload} } }`;

  it.each([
    ['1e400', notFinite],
    ['-1e400', notFinite],
    ['9007199254740992', rounded],
    ['9007199254740993', rounded],
    ['-9007199254740993', rounded],
    ['1e300', rounded],
    ['-0', negativeZero],
    ['-0.0', negativeZero],
  ])('%s in the document is refused', async (number, message) => {
    const answer = await door.graphql(mutation(number));
    const path = ['patch', 'customFields', '0', 'replace', 'value', 'number'];
    expect(answer).toEqual({ data: { patchUser: notApplied(invalidInput(message, ...path)) } });
    expect(written(door)).toEqual([]);
  });

  it.each([
    ['9007199254740993', rounded],
    ['-9007199254740993', rounded],
    ['-0', negativeZero],
  ])('%s in a variable is refused', async (number, message) => {
    const query = JSON.stringify(mutation('$number', '($number: Float)'));
    const answer = await postRaw(door, `{ "query": ${query}, "variables": { "number": ${number} } }`);
    const path = ['patch', 'customFields', '0', 'replace', 'value', 'number'];
    expect(answer).toEqual({ data: { patchUser: notApplied(invalidInput(message, ...path)) } });
    expect(written(door)).toEqual([]);
  });

  it('1e400 in a variable is no Float at all', async () => {
    const query = JSON.stringify(mutation('$number', '($number: Float)'));
    const answer = await postRaw(door, `{ "query": ${query}, "variables": { "number": 1e400 } }`);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
    expect(written(door)).toEqual([]);
  });
});

describe('a text in the document itself', () => {
  it.each(['\\uD800', '\\uDE00\\uD83D'])('with the lone surrogate %s is no document', async (surrogate) => {
    const id = someUser(door, 'customers');
    const answer = await door.graphql(
      `mutation { patchUser(input: { user: { id: "${id}" }, patch: { displayName: "${surrogate}" } }) { outcome } }`,
    );
    expect(answer.data).toBeUndefined();
    expect(written(door)).toEqual([]);
  });
});

describe.each(directoryNames)('a value of 64 KB for %s', (directory) => {
  it.each([
    ['name', { displayName: 'n'.repeat(65_536) }, 'At most 1024 characters.', ['patch', 'displayName']],
    [
      'custom field',
      {
        customFields: [
          {
            replace: {
              field: directory === 'customers' ? 'nick' : 'nick_name',
              value: { text: 'n'.repeat(65_536) },
            },
          },
        ],
      },
      'At most 16384 characters.',
      ['patch', 'customFields', '0', 'replace', 'value', 'text'],
    ],
  ])('as a %s is refused at its path', (_, patch, message, path) =>
    refuses(door, { id: someUser(door, directory) }, patch, [invalidInput(message, ...path)]),
  );
});

describe.each(eiam)('a username for %s', (directory) => {
  it.each([
    ['ﬁona', 'a ligature that NFKC takes apart', [otherForm]],
    ['ｆｉｏｎａ', 'full-width letters', [otherForm]],
    ['Zoe\u0308', 'an accent of its own', [otherForm]],
    ['аdmin', 'a Cyrillic letter among Latin ones', [mixed]],
    ['adminλ', 'a Greek letter among Latin ones', [mixed]],
    ['ad\u034fmin', 'a combining grapheme joiner, which is not seen', [invisible]],
    ['\ufb01\u200bа', 'all of it', [otherForm, invisible, mixed]],
  ])('%j is refused here: %s', (username, _, messages) =>
    refuses(
      door,
      { id: someUser(door, directory) },
      { username },
      messages.map((message) => invalidInput(message, 'patch', 'username')),
    ),
  );
});

describe.each(descope)('a picture for %s', (directory) => {
  it.each(['HTTPS://', 'https://canary .example', 'ftp://canary.example/a.png', 'vbscript:canary'])(
    '%s is none',
    (url) =>
      refuses(door, { id: someUser(door, directory) }, { picture: url }, [
        invalidInput(says.picture, 'patch', 'picture'),
      ]),
  );
});
