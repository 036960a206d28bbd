import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { EmulatorHooks } from '../../src/sandbox/emulator.ts';
import { type DirectoryName, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import type { Page } from '../interop/playwright.ts';
import { describeInBrowser } from './browser.ts';
import { startDevServer } from './dev-server.ts';
import { outcomes } from './profile-form-outcomes.ts';

interface Input {
  readonly idempotencyKey: string;
  readonly patch: object;
}

// One file: two dev servers of one folder would prepare the same packages in the same place.
describeInBrowser('the profile form', (openPage) => {
  const journals = mkdtempSync(join(tmpdir(), 'idpatch-form-'));
  let faults: EmulatorHooks = {};
  let door: FrontDoor;
  let form: Awaited<ReturnType<typeof startDevServer>>;
  beforeAll(async () => {
    door = await openFrontDoor({
      journal: { sqlite: join(journals, 'journal.db') },
      customers: {
        intercept: (one) => faults.intercept?.(one),
        distort: (entry) => (faults.distort ? faults.distort(entry) : entry.change),
      },
    });
    form = await startDevServer(door.url);
  });
  afterAll(async () => {
    form.stop();
    await door.close();
    rmSync(journals, { recursive: true });
  });

  /** Opens a user of the sandbox. What is sent and written from then on is counted. */
  async function openUser(directory: DirectoryName, which: number, width = 1200) {
    const { page } = await openPage(form.url, { viewport: { width, height: 800 } });
    const inputs: Input[] = [];
    page.on('request', (one) => {
      const body = one.postDataJSON() as { operationName: string; variables: { input: Input } } | null;
      if (body?.operationName === 'Patch') inputs.push(body.variables.input);
    });
    await openBy(page, someUser(door, directory, which));
    await page.getByRole('form', { name: 'Profile' }).waitFor();
    const before = written(door).length;
    return { page, inputs, writes: () => written(door).slice(before) };
  }

  it('offers the users of the sandbox, and the select follows the user who is opened', async () => {
    const { page } = await openPage(form.url);
    const users = page.getByRole('group').filter({ hasText: 'Users of the sandbox' });
    await users.getByRole('button').first().waitFor();
    const directories = new Set<string>();
    const names = await users.getByRole('button').allInnerTexts();
    for (const [index, name] of names.entries()) {
      // They are folded up when the first was opened.
      if (index === 1) await users.locator('summary').click();
      await users.getByRole('button', { name, exact: true }).click();
      await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
      const directory = await control(page, 'Directory').inputValue();
      expect(await page.locator('header code').innerText()).toMatch(new RegExp(`^${directory}:`));
      directories.add(directory);
    }
    expect([...directories]).toEqual(['employees', 'contractors', 'customers']);
  });

  it.each(Object.entries(outcomes))('%s', async (_, { user, typed, fault, answers, says, presses, end }) => {
    const { page, inputs, writes } = await openUser(...(user ?? ['customers', 2]));
    const left = [...(answers ?? [])];
    await page.route('**/graphql', (route) => {
      const isPatch = route.request().postDataJSON()?.operationName === 'Patch';
      return (isPatch && left.shift()?.(route)) || route.continue();
    });
    await typeAll(page, typed);
    faults = fault ?? {};
    onTestFinished(() => {
      faults = {};
    });
    await press(page, 'Review changes');
    if (end.keys > 0) await press(page, 'Save');
    for (const text of says) await sees(page, text);
    // Whatever became of it, what was typed is still there.
    for (const [label, value] of Object.entries(typed))
      expect(await control(page, label).inputValue()).toBe(value);
    for (const [name, text] of presses ?? []) {
      await press(page, name);
      await sees(page, text);
    }
    await sees(page, end.left === 0 ? 'No changes' : end.left === 1 ? '1 change' : `${end.left} changes`);
    expect(new Set(inputs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(end.keys);
    expect(writes()).toHaveLength(end.writes);
  });

  it('STALE_VERSION: shows mine and theirs, and saves what is chosen', async () => {
    const { page, writes } = await openUser('contractors', 0);
    const id = someUser(door, 'contractors', 0);
    const theirAge = { replace: { field: 'age', value: { number: 50 } } };
    await typeAll(page, { 'Display name': 'Mine', age: '40' });
    await press(page, 'Review changes');
    await sees(page, 'Save these changes?');
    await door.patch({ id }, { displayName: 'Theirs', username: 'liu.yang.2', customFields: [theirAge] });
    await press(page, 'Save');
    const dialog = page.getByRole('dialog', { name: 'Somebody else changed this user' });
    await dialog.getByLabel('Theirs: 50').check();
    expect((await dialog.innerText()).split(/\n+/).slice(2, -2)).toEqual([
      ...['Display name', 'was 刘洋', 'Mine: Mine', 'Theirs: Theirs'],
      ...['Username', 'was liu.yang, is now liu.yang.2', 'age', 'was 36', 'Mine: 40', 'Theirs: 50'],
    ]);
    await press(page, 'Review my changes');
    await sees(page, 'Save these changes?');
    // Another change of theirs is found as soon as the changes are reviewed.
    await press(page, 'Back to the form');
    await door.patch({ id }, { displayName: 'Theirs again' });
    await press(page, 'Review changes');
    await dialog.getByLabel('Theirs: Theirs again').check();
    await press(page, 'Continue without saving');
    await sees(page, 'None of your changes is left to save.');
    expect(await control(page, 'age').inputValue()).toBe('50');
    expect(writes()).toHaveLength(2);
  });

  it('shows what would change, and sends that alone, in what fits each type of field', async () => {
    const { page, inputs, writes } = await openUser('customers', 0);
    await typeAll(page, { Phone: '+15555550199', Roles: 'support\n', Applications: '', Nickname: '' });
    await typeAll(page, { Newsletter: 'false', Plan: 'pro', Age: '42', Birthday: '1984-03-01T10:30' });
    await press(page, 'Remove acme');
    await press(page, 'Add a tenant');
    await typeAll(page, { 'Tenant id': 'globex', 'Roles in this tenant, one per line': 'dispatcher' });
    await control(page, 'VIP').uncheck();
    await control(page, 'Partner').check();
    await press(page, 'Review changes');
    await page.getByText('The request to the directory').click();
    const dialog = await page.getByRole('dialog').innerText();
    expect(dialog).toContain('PATCH /v1/mgmt/user/patch');
    expect(dialog.replaceAll(/\s+/g, ' ')).toContain('Tags from VIP, Beta tester to Beta tester, Partner');
    expect(writes()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).dblclick();
    await sees(page, 'Saved.');
    expect(inputs.map(({ patch }) => patch)).toEqual([
      {
        phone: { number: '+15555550199', verified: false },
        ...{ roleNames: ['support'], ssoAppIds: [] },
        tenants: [{ tenantId: 'globex', roleNames: ['dispatcher'] }],
        customFields: [
          { replace: { field: 'plan', value: { text: 'pro' } } },
          { replace: { field: 'age', value: { number: 42 } } },
          { replace: { field: 'newsletter', value: { boolean: false } } },
          { remove: { field: 'nick' } },
          { replace: { field: 'tags', value: { texts: ['beta', 'partner'] } } },
          { replace: { field: 'birthday', value: { date: '1984-03-01T10:30:00.000Z' } } },
        ],
      },
    ]);
  });

  it('locks what a directory cannot do, and the choice of a user while there are changes', async () => {
    const { page } = await openUser('employees', 0);
    expect(await control(page, 'Given name').isDisabled()).toBe(true);
    await sees(page, 'This directory does not have this field.');
    await typeAll(page, { Username: '' });
    expect(await page.getByRole('button', { name: 'Open' }).isDisabled()).toBe(true);
    await sees(page, 'Save or discard your changes first.');
    await press(page, 'Discard');
    await openBy(page, 'nobody@example.com');
    await sees(page, 'There is no such user.');
  });

  it('lets a custom field be named where the directory does not list them', async () => {
    const { page } = await openPage(form.url);
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      if (json.data.user) json.data.user.directory.customFields = null;
      return route.fulfill({ response, json });
    });
    await openBy(page, someUser(door, 'employees', 2));
    await typeAll(page, { 'Another custom field': 'nick_name' });
    await press(page, 'Add');
    await typeAll(page, { nick_name: 'Fang' });
    await press(page, 'Review changes');
    await press(page, 'Save');
    await sees(page, 'Saved.');
    expect(door.emulators.employees.writes.at(-1)).toMatchObject({
      change: { customFields: { nick_name: 'Fang' } },
    });
  });

  it('works by keyboard, on a narrow screen, and names every control', async () => {
    const { page, writes } = await openUser('customers', 1, 360);
    const { keyboard } = page;
    const focused = () =>
      page.evaluate('(document.activeElement.labels?.[0] ?? document.activeElement).textContent');
    // The focus is on the user's name, just before the form.
    await keyboard.press('Tab');
    expect(await focused()).toBe('Display name');
    await keyboard.type('long'.repeat(12));
    const controls = await page.getByRole('form', { name: 'Profile' }).ariaSnapshot();
    expect(controls).toMatch(/^ *- textbox "Display name"/m);
    expect(controls).not.toMatch(/^ *- (textbox|combobox|checkbox|button)(:|$)/m);
    await keyboard.press('Enter');
    await sees(page, 'Save these changes?');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Display name');
    await keyboard.press('Enter');
    await sees(page, 'Save these changes?');
    for (const key of ['Tab', 'Tab', 'Enter']) await keyboard.press(key);
    await sees(page, 'Saved.');
    expect(await focused()).toContain('Saved.');
    expect(writes()).toHaveLength(1);
  });

  it('has a dev server that lets its own page alone call idpatch', async () => {
    const statusOf = (headers: Readonly<Record<string, string>>) =>
      new Promise((resolve) => {
        const json = { 'content-type': 'application/json', ...headers };
        request(`${form.url}/graphql`, { method: 'POST', headers: json }, ({ statusCode }) =>
          resolve(statusCode),
        ).end('{"query":"{__typename}"}');
      });
    expect(await statusOf({ origin: form.url })).toBe(200);
    for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null'])
      expect(await statusOf({ origin })).toBe(403);
    // A name of somebody else's that points to this machine.
    expect(await statusOf({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
  });
});

const control = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const sees = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();

async function openBy(page: Page, idOrLogin: string): Promise<void> {
  await typeAll(page, { User: idOrLogin });
  await press(page, 'Open');
}

async function typeAll(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    const isSelect = await control(page, label).evaluate(({ tagName }) => tagName === 'SELECT');
    await (isSelect ? control(page, label).selectOption(value) : control(page, label).fill(value));
  }
}
