import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { callersOf } from '../harness/sandbox-tokens.ts';
import type { Locator, Page } from '../interop/playwright.ts';
import { describeInBrowser } from './browser.ts';

interface Answer {
  readonly data?: {
    readonly user?: { readonly displayName: string };
    readonly patchUser?: { readonly outcome: string; readonly errors: readonly object[] };
  };
  readonly errors?: unknown;
}

/** The tabs, what a person sees of each, and how often it writes. */
const tabs: readonly (readonly [name: string, result: string, writes: number])[] = [
  ['ReadUser', 'Ada Okafor', 0],
  ['PatchCustomer', 'APPLIED', 1],
  ['PatchEmployee', 'APPLIED', 1],
  ['PatchContractor', 'APPLIED', 2],
  ['Refused', 'NOT_APPLIED with 5 errors', 0],
];

describeInBrowser('GraphiQL in a browser', (openPage) => {
  let door: FrontDoor;
  beforeAll(async () => {
    door = await openFrontDoor();
  });
  afterAll(() => door.close());

  /** Opens GraphiQL as a person does, by the server's address alone. */
  async function open({ url }: FrontDoor) {
    const opened = await openPage(`${url}/`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await editor(opened.page, 'Result Window').waitFor();
    return opened;
  }

  it('opens with a tab for each thing to try, runs each, and shows its answer', async () => {
    const { page, complaints } = await open(door);
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(tabs.map(([tab]) => tab));
    for (const [name, result, writes] of tabs) {
      const before = written(door).length;
      await page.getByRole('tab').getByRole('button', { name, exact: true }).click();
      await editor(page, 'Operation Editor').filter({ hasText: name }).waitFor();
      // GraphiQL reads the document a tenth of a second later; pressed before, it says "Cannot infer operation".
      await page.waitForTimeout(1_000);
      const { user, patchUser } = (await run(page)).data ?? {};
      const wrong = patchUser?.errors.length ? ` with ${patchUser.errors.length} errors` : '';
      expect(user?.displayName ?? `${patchUser?.outcome}${wrong}`).toBe(result);
      expect(written(door)).toHaveLength(before + writes);
    }
    expect(complaints).toEqual([]);
  });

  it('comes out of the browser’s cache the second time, and completes a field from the schema', async () => {
    const { page, complaints } = await open(door);
    const session = await page.context().newCDPSession(page);
    const statuses: number[] = [];
    await session.send('Network.enable');
    session.on('Network.responseReceivedExtraInfo', ({ statusCode }) => void statuses.push(statusCode));
    await page.goto(`${door.url}/graphql`);
    expect(statuses[0]).toBe(304);
    await editor(page, 'Result Window').waitFor();
    await press(page, 'New tab');
    await write(page, 'Operation Editor', '{ direc');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget').getByRole('option').filter({ hasText: 'directories' }).click();
    await page.keyboard.insertText(' { name } }');
    const directories = [{ name: 'employees' }, { name: 'contractors' }, { name: 'customers' }];
    expect(await run(page)).toEqual({ data: { directories } });
    expect(complaints).toEqual([]);
  });

  it('takes a token in its headers where callers need one, and keeps it nowhere', async () => {
    const withTokens = await openFrontDoor({ callers: callersOf('gateway') });
    onTestFinished(() => withTokens.close());
    const { page, complaints } = await open(withTokens);
    expect(await run(page)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });

    const token = await (await fetch(withTokens.sandbox.tokenUrls.gateway)).text();
    await press(page, 'Headers');
    await write(page, 'Headers', JSON.stringify({ authorization: `Bearer ${token}` }));
    expect((await run(page)).data?.user?.displayName).toBe('Ada Okafor');
    await press(page, /^Re-fetch GraphQL schema/);
    await press(page, 'Show Documentation Explorer');
    await page.getByText('mutation: Mutation').waitFor();

    const stored = JSON.stringify(await page.evaluate('({ ...localStorage, ...sessionStorage })'));
    expect(stored).toContain('ReadUser');
    expect(stored).not.toContain(token);
    expect(complaints.filter((text) => !text.includes('401 (Unauthorized)'))).toEqual([]);
  });
});

/** One of GraphiQL's editors, by the name that it has for screen readers. */
function editor(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true }).locator('.view-lines').filter({ visible: true });
}

function press(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click();
}

/** Writes into an editor, over all that stands there. */
async function write(page: Page, name: string, text: string): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** Runs the tab, and gives the answer as a person copies it from the pane of the result. */
async function run(page: Page): Promise<Answer> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await press(page, /^Execute query/);
  const { data, errors } = (await (await answered).json()) as Answer;
  // The pane is filled a moment after the answer.
  for (;;) {
    await editor(page, 'Result Window').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate('navigator.clipboard.readText()');
    const shown = typeof copied === 'string' && copied.startsWith('{') ? JSON.parse(copied) : {};
    if (JSON.stringify(shown.data ?? shown.errors) === JSON.stringify(data ?? errors)) return shown;
  }
}
