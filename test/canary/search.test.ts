import { describe, expect, it } from 'vitest';
import { createPlants } from './plants.ts';
import { search } from './search.ts';

const plants = createPlants();
const planted = {
  word: plants.word('word'),
  email: plants.email('email'),
  phone: plants.phone('phone'),
  url: plants.url('url'),
  number: plants.number('number'),
  date: plants.date('date'),
  hanzi: plants.hanzi('hanzi'),
};
const everyCanary = [
  ...['word', 'email', 'url', 'hanzi'].map((name) => [name, String(planted[name as 'word'])] as const),
  ['phone', planted.phone.e164],
  ['number', String(planted.number)],
  ['date', planted.date.toISOString()],
] as const;

const eachCharacter = (text: string, say: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, at) => say(text.charCodeAt(at))).join('');
const hex = (unit: number, digits: number) => unit.toString(16).padStart(digits, '0');
const percent = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

const forms: Readonly<Record<string, (text: string) => string | Uint8Array>> = {
  'as it is': (text) => text,
  'in lower case': (text) => text.toLowerCase(),
  'in upper case': (text) => text.toUpperCase(),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64, one byte later': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64, two bytes later and more behind': (text) =>
    Buffer.from(`u:${text}, and so on`).toString('base64'),
  'in base64url': (text) => Buffer.from(`{"a":"${text}"}`).toString('base64url'),
  'in base64 of UTF-16': (text) => Buffer.concat([Buffer.from('a'), utf16(text)]).toString('base64'),
  'in a URL': (text) => encodeURIComponent(text),
  'in a URL, every byte of it': percent,
  'in a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a URL in a URL, every byte of it': (text) => percent(percent(text)),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'in hexadecimal, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'as JSON escapes it': (text) => eachCharacter(text, (unit) => `\\u${hex(unit, 4)}`),
  'as JSON escapes it, in JSON': (text) =>
    JSON.stringify(eachCharacter(text, (unit) => `\\u${hex(unit, 4).toUpperCase()}`)),
  'as JavaScript escapes it': (text) =>
    eachCharacter(text, (unit) => (unit < 256 ? `\\x${hex(unit, 2)}` : `\\u{${hex(unit, 4)}}`)),
  'as HTML escapes it': (text) => eachCharacter(text, (unit) => `&#x${hex(unit, 2)};`),
  'in UTF-16': utf16,
  'in UTF-16, one byte later': (text) => Buffer.concat([Buffer.from('a'), utf16(text)]),
  'in UTF-16, the other way round': (text) => utf16(text).swap16(),
};

describe.each(Object.entries(forms))('a canary is found %s:', (_, form) => {
  it.each(everyCanary)('%s', (name, text) => {
    const shown = form(text);
    const among = Buffer.concat([
      Buffer.from('{"before":"'),
      Buffer.from(shown as string),
      Buffer.from('"}'),
    ]);
    for (const found of [shown, ...(typeof shown === 'string' ? [among] : [])]) {
      const findings = search(found, plants.all);
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter((finding) => !finding.startsWith(`${name}: `))).toEqual([]);
    }
  });
});

describe('a part of a canary is found:', () => {
  const [local = '', domain = ''] = planted.email.split('@');
  const { national } = planted.phone;
  it.each([
    ['the start of a secret', planted.word.slice(0, 8), 'word'],
    ['the start of a secret, in base64', Buffer.from(planted.word.slice(0, 10)).toString('base64'), 'word'],
    ['the end of a secret', planted.word.slice(-8), 'word'],
    ['the start of a name', local, 'email'],
    ['the domain of an address', domain.toUpperCase(), 'email'],
    ['a number without its region', `{"PhoneRegion":"86","PhoneNumber":"${national}"}`, 'phone'],
    [
      'a number with separators',
      `+86 ${national.slice(0, 3)}-${national.slice(3, 7)} ${national.slice(7)}`,
      'phone',
    ],
    ['a number, last digit first', [...planted.phone.e164].toReversed().join(''), 'phone'],
    ['a moment in milliseconds', String(planted.date.getTime()), 'date'],
    ['a number in a float', `${planted.number}.0`, 'number'],
  ])('%s', (_, text, name) => {
    expect(search(`x ${text} y`, plants.all)).toContainEqual(expect.stringMatching(`^${name}: `));
  });
});

it('what was not planted is not found', () => {
  const others = createPlants();
  const text = JSON.stringify([
    ...[others.word('a'), others.email('b'), others.phone('c'), others.url('d'), others.number('e')],
    ...[others.date('f'), others.hanzi('g'), new Date().toISOString(), Date.now(), process.env],
  ]);
  expect(search(text, plants.all)).toEqual([]);
  expect(search('', plants.all)).toEqual([]);
});

it('a text that was added is found by its whole, its start and its end', () => {
  const added = createPlants();
  added.add('token', 'header12.payload-of-it.signature');
  expect(search('header12', added.all)).toEqual(['token: plain']);
  expect(search('signature', added.all)).toEqual(['token: plain']);
  expect(search('payload-of-it', added.all)).toEqual([]);
});
