import type { Browser, Locator, Page } from '../interop/playwright.ts';

/** What the browser saw of a page. */
export interface Watched {
  /** The address of every request, the workers' included. */
  readonly requests: readonly string[];
  /** Requests to somebody else, which were not let out. */
  readonly blocked: readonly string[];
  /** Errors and warnings of the console, among them what a Content-Security-Policy forbade, and exceptions. */
  readonly complaints: readonly string[];
}

/** Opens GraphiQL in a profile of its own and waits until it has asked for the schema. */
export async function openGraphiQL(
  browser: Browser,
  url: string,
): Promise<{ readonly page: Page; readonly watched: Watched; close(): Promise<void> }> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 750 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(20_000);
  const [requests, blocked, complaints]: [string[], string[], string[]] = [[], [], []];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  await context.route('**', (route) => {
    if (route.request().url().startsWith(url)) return route.continue();
    blocked.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  const schema = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.goto(`${url}/graphql`);
  await schema;
  // Until both are there it runs nothing.
  for (const name of ['Operation Editor', 'Result Window']) await editor(page, name).waitFor();
  return { page, watched: { requests, blocked, complaints }, close: () => context.close() };
}

/** One of GraphiQL's editors, by the name that it has for screen readers. */
export function editor(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true }).locator('.view-lines').filter({ visible: true });
}

/** Presses one of its buttons. */
export function press(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click();
}

/** Goes to a tab, by one click. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('tab').getByRole('button', { name, exact: true }).click();
  await page.getByRole('tab', { name, selected: true }).waitFor();
  await editor(page, 'Operation Editor').filter({ hasText: name }).waitFor();
  // GraphiQL reads the document a tenth of a second later; pressed before, it says "Cannot infer operation".
  await page.waitForTimeout(1_000);
}

/** Writes into an editor, over all that stands there. */
export async function write(page: Page, name: string, text: string): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** Runs what stands in the tab, and gives the answer as a person copies it from the pane of the result. */
export async function run(page: Page): Promise<{ readonly data?: unknown; readonly errors?: unknown }> {
  const result = editor(page, 'Result Window');
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await press(page, /^Execute query/);
  const { data, errors } = (await (await answered).json()) as { data?: unknown; errors?: unknown };
  // The pane is filled a moment after the answer.
  const said = JSON.stringify(data ?? errors);
  for (;;) {
    await result.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate('navigator.clipboard.readText()');
    const shown = typeof copied === 'string' && copied.startsWith('{') ? JSON.parse(copied) : {};
    if (JSON.stringify(shown.data ?? shown.errors) === said) return shown;
  }
}
