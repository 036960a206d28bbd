import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import type { Browser, Page } from '../interop/playwright.ts';
import { describeInBrowser, startBrowser } from './chromium.ts';
import { choose, editor, openGraphiQL, press, run, type Watched, write } from './graphiql.ts';

/** The tabs, what a person sees of each, how often it writes, and where it is wrong. */
const tabs: readonly (readonly [name: string, outcome: string, writes: number, paths: readonly string[]])[] =
  [
    ['ReadUser', 'Ada Okafor', 0, []],
    ['PatchCustomer', 'APPLIED', 1, []],
    ['PatchEmployee', 'APPLIED', 1, []],
    ['PatchContractor', 'APPLIED', 2, []],
    [
      'Refused',
      'NOT_APPLIED',
      0,
      [
        'patch.displayName',
        'patch.email.address',
        'patch.givenName',
        'patch.customFields.0.replace.value',
        'patch.customFields.1.replace.field',
      ],
    ],
  ];

describeInBrowser('GraphiQL in a browser', () => {
  let browser: Browser;
  let door: FrontDoor;
  let withTokens: FrontDoor;
  beforeAll(async () => {
    [browser, door, withTokens] = await Promise.all([
      startBrowser(),
      openFrontDoor(),
      openFrontDoor({
        callers: ({ url, jwksUrl }) => ({
          jwt: [{ ...sandboxCallers.gateway, issuer: url, jwks: jwksUrl, allowLoopback: true }],
        }),
      }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await withTokens.close();
    await door.close();
  });

  /** A page of GraphiQL; when the test is over it has asked nobody but its own server, and nothing was blocked. */
  async function open({ url }: FrontDoor): Promise<Page> {
    const { page, watched, close } = await openGraphiQL(browser, url);
    onTestFinished(async () => {
      await close();
      expectOnlyItsOwn(watched, url);
    });
    return page;
  }

  function expectOnlyItsOwn({ requests, blocked, complaints }: Watched, url: string) {
    const elsewhere = requests.filter((one) => !one.startsWith(`${url}/`) && !one.startsWith(`blob:${url}/`));
    expect({ elsewhere, blocked, complaints }).toEqual({ elsewhere: [], blocked: [], complaints: [] });
    expect(requests).toContain(`${url}/graphql`);
  }

  it('opens with a tab for each thing to try, out of its own server alone', async () => {
    const page = await open(door);
    expect(await page.title()).toBe('idpatch');
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(tabs.map(([name]) => name));
    // Its editor starts workers, and icons may be asked for late.
    await page.waitForLoadState('networkidle');
    expect(page.workers().map((worker) => new URL(worker.url()).origin)).toContain(door.url);
  });

  it.each(tabs)('runs the tab %s and shows its answer', async (name, outcome, writes, paths) => {
    const own = await openFrontDoor();
    onTestFinished(() => own.close());
    const page = await open(own);
    await choose(page, name);
    const { data, errors } = await run(page);
    expect(errors).toBeUndefined();
    const { user, patchUser } = data as Answered;
    expect(user?.displayName ?? patchUser?.outcome).toBe(outcome);
    expect(patchUser?.errors.map(({ path }) => path.join('.')) ?? []).toEqual(paths);
    expect(written(own)).toHaveLength(writes);
  });

  it('shows the types of the schema, and what is in them', async () => {
    const page = await open(door);
    await press(page, 'Show Documentation Explorer');
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByText('query: Query').waitFor();
    const types = (await docs.innerText()).split('\n');
    expect(types).toEqual(
      expect.arrayContaining(['mutation: Mutation', 'PatchUserInput', 'PatchUserPayload', 'UserPatchInput']),
    );
    await docs.getByRole('link', { name: 'PatchUserInput', exact: true }).click();
    await docs.getByText('idempotencyKey').first().waitFor();
    expect(await docs.innerText()).toContain('ifVersion');
  });

  it('completes a field, and runs what was completed', async () => {
    const page = await open(door);
    await press(page, 'New tab');
    await editor(page, 'Operation Editor').click();
    await page.keyboard.insertText('{ direc');
    await page.keyboard.press('Control+Space');
    const suggested = page.locator('.suggest-widget').getByRole('option');
    await suggested.filter({ hasText: 'directories' }).waitFor();
    expect(await suggested.first().innerText()).toMatch(/^director/);
    await suggested.filter({ hasText: 'directories' }).click();
    await page.keyboard.insertText(' { name } }');
    expect(await run(page)).toEqual({
      data: { directories: [{ name: 'employees' }, { name: 'contractors' }, { name: 'customers' }] },
    });
  });

  describe('where every caller needs a token', () => {
    it('shows that one is missing, takes it in its headers, keeps it nowhere, and works with it', async () => {
      const { page, watched, close } = await openGraphiQL(browser, withTokens.url);
      onTestFinished(close);
      expect(await run(page)).toEqual(unauthenticated);

      const token = await (await fetch(withTokens.sandbox.tokenUrls.gateway)).text();
      await press(page, 'Headers');
      await write(page, 'Headers', JSON.stringify({ authorization: `Bearer ${token}` }));
      const { data } = await run(page);
      expect((data as Answered).user?.displayName).toBe('Ada Okafor');
      expect(written(withTokens)).toEqual([]);

      await press(page, /^Re-fetch GraphQL schema/);
      await press(page, 'Show Documentation Explorer');
      await page
        .getByRole('region', { name: 'Documentation Explorer' })
        .getByText('mutation: Mutation')
        .waitFor();

      expect(JSON.stringify(await page.evaluate('({ ...localStorage, ...sessionStorage })'))).not.toContain(
        token,
      );
      const refused = watched.complaints.filter((text) => !text.includes('401 (Unauthorized)'));
      expectOnlyItsOwn({ ...watched, complaints: refused }, withTokens.url);
    });
  });
});

interface Answered {
  readonly user?: { readonly displayName: string };
  readonly patchUser?: {
    readonly outcome: string;
    readonly errors: readonly { readonly path: readonly string[] }[];
  };
}

const unauthenticated = {
  errors: [
    {
      message: 'A bearer token is needed: Authorization: Bearer <token>.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
};
