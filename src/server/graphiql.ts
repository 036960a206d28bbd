import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { HttpResponse } from './response.ts';

/** GraphiQL's page, as a request with these headers gets it. */
export type GraphiQL = (headers: IncomingHttpHeaders) => Promise<HttpResponse>;

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

/**
 * Serves GraphiQL's page from its own package, without any outside request. The page is large, so it is rendered on
 * the first request for it and kept. `starterTabs`: documents that it opens with, a tab each.
 */
export function createGraphiQL(starterTabs: readonly string[]): GraphiQL {
  let page: Promise<Page> | undefined;
  return async (request) => {
    page ??= render(starterTabs);
    const { html, gzipped, headers } = await page;
    if (isCurrent(request['if-none-match'], headers.etag)) return { status: 304, headers, body: '' };
    return takesGzip(request['accept-encoding'])
      ? { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped }
      : { status: 200, headers, body: html };
  };
}

async function render(starterTabs: readonly string[]): Promise<Page> {
  const options: GraphiQLOptions = {
    title: 'idpatch',
    // A POST to the page's own address would make the browser drop the page that it keeps:
    // https://www.rfc-editor.org/rfc/rfc9111#section-4.4
    endpoint: '?graphiql',
    // Yoga's default has tokens in the browser's storage, where they outlive the page.
    shouldPersistHeaders: false,
    defaultTabs: starterTabs.map((query) => ({ query, headers: null })),
  };
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const text = renderGraphiQL(options).replace('</style>', `${stillTabs}</style>`);
  const html = Buffer.from(text);
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policyOf(text),
    // A browser keeps the page and asks each time whether it is still the same.
    'cache-control': 'no-cache',
    // Weak, because both encodings share it: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3
    etag: `W/"${createHash('sha256').update(html).digest('base64url')}"`,
    vary: 'Accept, Accept-Encoding, Origin',
  };
  return { html, gzipped: await promisify(gzip)(html), headers };
}

/** If-None-Match: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags?.some((tag) => tag === '*' || `W/${tag}` === etag) ?? false;
}

/** Accept-Encoding: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function takesGzip(acceptEncoding = ''): boolean {
  return acceptEncoding.split(',').some((coding) => /^\s*gzip\s*(;\s*q=(1|0\.0*[1-9]).*)?$/i.test(coding));
}

/**
 * On a first visit GraphiQL places its tabs by a wrong offset as soon as one has the focus: the first click on a tab
 * moves it from under the pointer and is lost. Its own style has this rule for tabs without the focus only.
 */
const stillTabs = '.graphiql-tab{transform:none!important}';

/**
 * What the page may do, and no more: run the one script that it has, which starts its workers from memory; and ask
 * its own server. Its editor makes styles as it goes, so styles cannot be told by their hashes.
 */
function policyOf(html: string): string {
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  const hash = createHash('sha256').update(script).digest('base64');
  return [
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
  ].join('; ');
}
