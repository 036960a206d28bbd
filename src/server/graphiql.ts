import { createHash } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { HttpResponse } from './response.ts';

/**
 * Makes what answers with GraphiQL's page: whole, out of its own package, without any outside request. It is large,
 * so it is loaded when it is first asked for, and kept. `starterTabs`: documents that it opens with, a tab each.
 */
export function createGraphiQL(starterTabs: readonly string[]): () => Promise<HttpResponse> {
  let page: Promise<HttpResponse> | undefined;
  return () => {
    page ??= render(starterTabs);
    return page;
  };
}

async function render(starterTabs: readonly string[]): Promise<HttpResponse> {
  const options: GraphiQLOptions = {
    title: 'idpatch',
    // The default icon and logo are fetched from elsewhere.
    favicon: 'data:,',
    // Yoga's default has tokens in the browser's storage, where they outlive the page.
    shouldPersistHeaders: false,
    defaultTabs: starterTabs.map((query) => ({ query, headers: null })),
  };
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL(options).replace('</style>', `${stillTabs}</style>`);
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policyOf(html) };
  return { status: 200, headers, body: Buffer.from(html) };
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
