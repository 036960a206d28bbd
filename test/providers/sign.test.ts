import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalQuery, canonicalRequest, sign } from '../../src/providers/eiam-management/sign.ts';
import published from './recorded/acs3-vectors.json' with { type: 'json' };
import recorded from './recorded/eiam-management.json' with { type: 'json' };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const decoded = (query: string) => Object.fromEntries(new URLSearchParams(query));
const headerNames = 'host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version';

describe('ACS3-HMAC-SHA256', () => {
  it.each(published.vectors)('vector: $name', (vector) => {
    const { method, host, action, version, nonce, accessKeyId } = vector;
    const { query, headers } = sign(
      // Reversed, so that nothing depends on the order in which parameters are given.
      {
        ...{ method, host, action, version, nonce },
        query: Object.fromEntries(Object.entries(decoded(vector.canonicalQuery)).toReversed()),
        date: new Date(vector.date),
      },
      { accessKeyId, accessKeySecret: vector.accessKeySecret },
    );
    const { authorization, ...unsigned } = headers;
    expect(query).toBe(vector.canonicalQuery);
    const { canonical, names } = canonicalRequest(method, query, unsigned);
    expect([sha256(canonical), names]).toEqual([vector.hashedCanonicalRequest, headerNames]);
    expect(authorization).toBe(
      `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${headerNames},Signature=${vector.signature}`,
    );
    expect(unsigned).toEqual({
      host,
      'x-acs-action': action,
      'x-acs-content-sha256': sha256(''),
      'x-acs-date': vector.date,
      'x-acs-signature-nonce': nonce,
      'x-acs-version': version,
    });
  });

  const signed = recorded.requests.filter(({ headers }) => 'authorization' in headers);
  it.each(signed)('recorded: $name', ({ method, url, headers }) => {
    const authorization = /^ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=(.+),Signature=(\w{64})$/;
    const [, names = '', signature] = authorization.exec(headers.authorization ?? '') ?? [];
    const all: Readonly<Record<string, string>> = headers;
    const taken = Object.fromEntries(names.split(';').map((name) => [name, all[name] ?? '']));
    const made = canonicalRequest(method, canonicalQuery(decoded(url.slice(2))), taken);
    expect(made.names).toBe(names);
    const text = `ACS3-HMAC-SHA256\n${sha256(made.canonical)}`;
    expect(createHmac('sha256', 'testsecret').update(text).digest('hex')).toBe(signature);
  });

  it('signs every recorded signature but those of other versions', () => {
    expect(signed).toHaveLength(11);
    expect(signed.filter(({ headers }) => 'x-acs-security-token' in headers)).toHaveLength(1);
  });

  it('a query is sorted by plain name and encoded once by RFC 3986', () => {
    expect(canonicalQuery({})).toBe('');
    const numbers = Object.fromEntries(['1', '2', '10'].map((at) => [`CustomFields.${at}.FieldName`, at]));
    expect(canonicalQuery(numbers)).toBe(
      'CustomFields.1.FieldName=1&CustomFields.10.FieldName=10&CustomFields.2.FieldName=2',
    );
    expect(canonicalQuery({ b: '', a: "-_.~ *'()!+&=%/?#:@" })).toBe(
      'a=-_.~%20%2A%27%28%29%21%2B%26%3D%25%2F%3F%23%3A%40&b=',
    );
    expect(canonicalQuery({ a: '张é😀' })).toBe('a=%E5%BC%A0%C3%A9%F0%9F%98%80');
    // Upper case before lower case, and a name that begins another before it.
    expect(canonicalQuery({ a: '', B: '', 'A.1': '', A: '' })).toBe('A=&A.1=&B=&a=');
  });
});
