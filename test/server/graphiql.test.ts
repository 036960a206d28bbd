import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startAnother } from '../harness/another-service.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { mutation, securityHeaders } from '../harness/requests.ts';
import { callersOf } from '../harness/sandbox-tokens.ts';

const door = await openFrontDoor();
const withTokens = await openFrontDoor({ callers: callersOf('gateway') });
const without = await startAnother(door, { graphiql: false });
afterAll(async () => {
  await without.close();
  await withTokens.close();
  await door.close();
});

const gzipped = promisify(gzip);

/** What a browser sends that is led to an address from anywhere. */
const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** Asks for the page with these headers. */
const ask = (url = door.url, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}/graphql`, { headers: { ...navigation, ...headers } });

describe('the page of GraphiQL', () => {
  it.each(['none', 'cross-site'])(
    'is given to a browser that comes from a site that is %s, also where all callers need a token',
    async (site) => {
      for (const url of [door.url, withTokens.url]) {
        const answer = await ask(url, { 'sec-fetch-site': site });
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(await answer.text()).toContain('<title>idpatch</title>');
      }
    },
  );

  it('may run its one script, ask its own server, and nothing else', async () => {
    const answer = await ask();
    const html = await answer.text();
    // A browser ends a script at the first of these, and begins one wherever it is in the markup.
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script/gi)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(1);
    expect(html.slice(0, html.indexOf('<script>'))).not.toMatch(
      /<(link|script|img|iframe)[^>]+(src|href)="http/,
    );
    const hash = createHash('sha256').update(scripts.join()).digest('base64');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...securityHeaders,
      'cache-control': 'no-cache',
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'sha256-${hash}'`,
        "style-src 'unsafe-inline'",
        'font-src data:',
        'img-src data:',
        'worker-src blob:',
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    });
  });

  it('is the same each time, and runs nothing that its address asks for', async () => {
    const pages = [];
    for (const query of [
      '',
      '?query={__typename}',
      `?query=${encodeURIComponent(mutation(someUser(door, 'customers')))}`,
    ]) {
      pages.push(await (await fetch(`${door.url}/graphql${query}`, { headers: navigation })).text());
    }
    expect(new Set(pages).size).toBe(1);
    expect(arrived(door)).toEqual([]);
  });

  it.each([
    ['gzip, deflate, br, zstd', 'gzip'],
    ['br, GZIP;q=0.001', 'gzip'],
    ['identity', null],
    ['br, gzip;q=0', null],
    ['x-gzip', null],
  ])('comes to those who accept %s as %s', async (acceptEncoding, encoding) => {
    const answer = await ask(door.url, { 'accept-encoding': acceptEncoding });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    const length = Number(answer.headers.get('content-length'));
    const page = await answer.text();
    expect(page).toContain('<title>idpatch</title>');
    expect(length).toBe(encoding === null ? Buffer.byteLength(page) : (await gzipped(page)).length);
    expect(length < page.length / 3).toBe(encoding !== null);
  });

  it('is sent once to a browser that keeps it, and again when it has changed', async () => {
    const askIf = (url: string, tags: string) => ask(url, { 'if-none-match': tags });
    const first = await ask();
    const tag = first.headers.get('etag') ?? '';
    const kept = Object.fromEntries(first.headers);
    for (const tags of [tag, tag.slice('W/'.length), `"another", ${tag}`, '*']) {
      const again = await askIf(door.url, tags);
      expect([again.status, await again.text()]).toEqual([304, '']);
      // A browser takes these headers for those of the page that it has.
      const said = Object.fromEntries(again.headers);
      expect(said).not.toHaveProperty('content-length');
      expect({ ...kept, ...said, date: kept.date }).toEqual(kept);
      expect(said['content-security-policy']).toBe(kept['content-security-policy']);
    }
    expect((await askIf(door.url, '"another"')).status).toBe(200);
    // It has a tab of its own.
    const another = await startAnother(door);
    onTestFinished(() => another.close());
    expect((await askIf(another.url, tag)).status).toBe(200);
  });

  it('is where a browser is led that opens the server itself', async () => {
    const open = (url: string, accept: string) =>
      fetch(`${url}/`, { headers: { accept }, redirect: 'manual' });
    const led = await open(door.url, navigation.accept);
    expect([led.status, led.headers.get('location')]).toEqual([302, 'graphql']);
    expect((await open(door.url, '*/*')).status).toBe(404);
    expect((await open(without.url, navigation.accept)).status).toBe(404);
  });

  it('is not for those who want JSON, nor for a POST', async () => {
    const headers = { accept: 'application/json' };
    expect((await fetch(`${door.url}/graphql`, { headers })).status).toBe(405);
    const posted = await fetch(`${door.url}/graphql`, {
      method: 'POST',
      headers: { ...navigation, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(posted.headers.get('content-type')).not.toContain('html');
  });

  it('is not there where configuration has it off', async () => {
    const answer = await ask(without.url);
    expect(answer.status).toBe(405);
    expect(await answer.text()).not.toMatch(/graphiql/i);
    expect((await ask(without.url, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});
