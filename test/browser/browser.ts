import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { type Browser, chromium, type Page } from '../interop/playwright.ts';

/** Where Debian's package puts it; `.ci/run` installs it. */
const executablePath = '/usr/bin/chromium';

/** Opens an address in a profile of its own. When the test is over, the page has made no outside request. */
export type OpenPage = (url: string, options?: Parameters<Browser['newContext']>[0]) => Promise<OpenedPage>;

interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console, among them what a Content-Security-Policy forbade, and exceptions. */
  readonly complaints: readonly string[];
}

/** describe, for tests that need a real browser: skipped, with the reason, where there is none. */
export function describeInBrowser(name: string, tests: (open: OpenPage) => void): void {
  const isInstalled = existsSync(executablePath);
  if (!isInstalled)
    console.warn(`Skipped: ${name}. There is no ${executablePath}: apt-get install chromium.`);
  describe.skipIf(!isInstalled)(name, { timeout: 90_000 }, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath,
        // A container has neither a sandbox for it nor a large /dev/shm. No name resolves, so nothing is sent elsewhere.
        args: [
          '--no-sandbox',
          '--disable-dev-shm-usage',
          '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
        ],
      });
    });
    afterAll(() => browser.close());

    tests(async (url, options) => {
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
      context.setDefaultTimeout(20_000);
      const [requests, complaints]: [string[], string[]] = [[], []];
      context.on('request', (request) => requests.push(request.url()));
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      context.on('weberror', (error) => complaints.push(error.error().message));
      onTestFinished(async () => {
        await context.close();
        const { origin } = new URL(url);
        expect(requests.filter((one) => !one.replace(/^blob:/, '').startsWith(`${origin}/`))).toEqual([]);
        expect(requests).toContain(`${origin}/graphql`);
      });
      const page = await context.newPage();
      await page.goto(url);
      return { page, complaints };
    });
  });
}
