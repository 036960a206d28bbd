import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type DirectoryName, someUser, written } from '../expected.ts';
import { describeInBrowser } from './chromium.ts';
import { keysSentBy, openProfileForm, type ProfileFormStage } from './profile-form.ts';

describeInBrowser('the profile form', () => {
  let stage: ProfileFormStage;
  let before: number;
  beforeAll(async () => {
    stage = await openProfileForm();
  });
  afterAll(() => stage.close());

  /** A page with a user of the sandbox; what is written from here on is counted. */
  async function open(directory: DirectoryName, which: number): Promise<Page> {
    const page = await stage.open(directory, someUser(stage.door, directory, which));
    before = written(stage.door).length;
    onTestFinished(async () => {
      stage.fault = undefined;
      await page.close();
    });
    return page;
  }
  const writtenSince = () => written(stage.door).slice(before);
  const review = (page: Page) => page.getByRole('button', { name: 'Review changes' }).click();
  const save = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  const says = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
  /** What a person reads who looks at one field: what is tied to it by aria-describedby. */
  const notesOf = (page: Page, label: string) =>
    page.getByLabel(label, { exact: true }).evaluate((control) =>
      (control.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => control.ownerDocument.getElementById(id)?.textContent)
        .join(' '),
    );
  const isFocused = (page: Page, label: string) =>
    page
      .getByLabel(label, { exact: true })
      .evaluate((control) => control.ownerDocument.activeElement === control);
  /** Answers each Patch by itself; anything else passes. */
  const onPatch = (page: Page, answer: (route: Route, count: number) => Promise<void>) => {
    let count = 0;
    return page.route('**/graphql', (route) => {
      if (route.request().postDataJSON()?.operationName !== 'Patch') return route.continue();
      count += 1;
      return answer(route, count);
    });
  };

  it('greys out what a directory cannot do, with the reason, and offers its custom fields', async () => {
    const page = await open('employees', 0);
    expect(await page.getByLabel('Given name').isDisabled()).toBe(true);
    expect(await notesOf(page, 'Given name')).toBe('This directory does not hold it.');
    expect(await page.getByRole('button', { name: 'Add a tenant' }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Username').isDisabled()).toBe(false);
    expect(await notesOf(page, 'Username')).toBe('Up to 256 characters, never empty.');
    expect(await page.getByLabel('grade').getByRole('option').allTextContents()).toEqual([
      ...['No value', 'p7', 'p5', 'p6', 'p8'],
    ]);
    expect(await page.getByRole('button', { name: 'Review changes' }).isDisabled()).toBe(true);
  });

  it('APPLIED: shows the plan, sends only what was changed, once, and every view is up to date', async () => {
    const page = await open('customers', 0);
    const keys = keysSentBy(page);
    await page.getByLabel('Display name').fill('Ada Lovelace');
    await page.getByLabel('Middle name').fill('');
    await page.getByLabel('Age').fill('42');
    await page.getByLabel('Press').check();
    await page.getByLabel('Plan').selectOption('');
    await review(page);
    await says(page, 'Save these changes?');
    expect(await page.getByRole('dialog').locator('dl').innerText()).toBe(
      [
        ...['Display name', 'from', 'Ada Okafor', 'to', 'Ada Lovelace'],
        ...['Middle name', 'from', 'Chioma', 'to', 'nothing', 'Plan', 'from', 'Enterprise', 'to', 'nothing'],
        ...[
          'Age',
          'from',
          '41',
          'to',
          '42',
          'Tags',
          'from',
          'VIP, Beta tester',
          'to',
          'VIP, Beta tester, Press',
        ],
      ].join('\n'),
    );
    await page.getByText('The request to the directory').click();
    expect(await page.getByRole('dialog').locator('pre').innerText()).toContain('PATCH /v1/mgmt/user/patch');
    expect(writtenSince()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).dblclick();
    await says(page, 'Saved.');
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('Ada Lovelace');
    await says(page, 'No changes');
    expect(writtenSince()).toMatchObject([
      { change: { name: 'Ada Lovelace', middleName: null, customAttributes: { age: 42, plan: null } } },
    ]);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('NOT_APPLIED: puts each error beside its field, and the focus in the first', async () => {
    const page = await open('customers', 1);
    await page.getByLabel('Display name').fill('  ');
    await page.getByLabel('Email', { exact: true }).fill('not an address');
    await page.getByLabel('Roles', { exact: true }).fill('member\nmember');
    await review(page);
    await says(page, 'Nothing was saved.');
    const [name, email, twice] = [
      'The text shows nothing: it is all spaces.',
      'Expected an email address, such as name@example.com.',
      'The same text is in the list twice.',
    ];
    expect(await page.getByRole('alert').innerText()).toBe(
      ['Nothing was saved.', `Display name: ${name}`, `Email: ${email}`, `Roles: ${twice}`].join('\n'),
    );
    expect(await notesOf(page, 'Display name')).toContain(name);
    expect(await notesOf(page, 'Email')).toContain(email);
    expect(await notesOf(page, 'Roles')).toContain(twice);
    expect(await page.getByLabel('Email', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Given name').getAttribute('aria-invalid')).toBeNull();
    expect(await isFocused(page, 'Display name')).toBe(true);
    await page.getByRole('alert').getByRole('button', { name: 'Email' }).click();
    expect(await isFocused(page, 'Email')).toBe(true);
    await page.getByLabel('Age').fill('9007199254740993');
    await review(page);
    await says(page, 'Age');
    expect(await notesOf(page, 'Age')).toContain('At most ±9007199254740991.');
    expect(writtenSince()).toEqual([]);
  });

  it('NOT_APPLIED: what is over soon may be tried again when it is time, under a new key', async () => {
    const page = await open('customers', 1);
    await page.clock.install();
    const keys = keysSentBy(page);
    await page.getByLabel('Nickname').fill('wei');
    await review(page);
    stage.fault = ({ method }) =>
      method === 'PATCH' ? { status: 429, headers: { 'retry-after': '600' }, body: {} } : undefined;
    await save(page);
    await says(page, 'Nothing was saved.');
    const again = page.getByRole('alert').getByRole('button', { name: /^Try again/ });
    expect(await again.textContent()).toBe('Try again in 600 s');
    expect(await again.isDisabled()).toBe(true);
    stage.fault = undefined;
    for (let second = 0; second < 600; second += 1) await page.clock.runFor(1000);
    await again.click();
    await says(page, 'Saved.');
    expect(new Set(keys).size).toBe(2);
    expect(writtenSince()).toHaveLength(1);
  });

  it('PARTIAL: says what is saved and what is not, and keeps the rest in the form', async () => {
    const page = await open('employees', 0);
    await page.getByLabel('Status').selectOption('DISABLED');
    await page.getByLabel('Email', { exact: true }).fill('zhang.wei@example.com');
    await review(page);
    await page.getByText('The 2 requests to the directory').waitFor();
    await save(page);
    await says(page, 'Only a part was saved.');
    expect(await page.getByRole('alert').innerText()).toBe(
      [
        ...['Only a part was saved.', 'Saved: Status. The rest is still in the form.'],
        ...['Email: Another user of the directory has this value already.', 'Read the user again'],
      ].join('\n'),
    );
    expect(await notesOf(page, 'Email')).toContain('Another user of the directory has this value already.');
    await says(page, '1 change');
    expect(writtenSince()).toHaveLength(1);
    await page.getByLabel('Email', { exact: true }).fill('li.na@example.org');
    await review(page);
    await save(page);
    await says(page, 'Saved.');
    expect(writtenSince()).toHaveLength(2);
  });

  it('UNKNOWN: says so, asks again by the same key, and reads the user', async () => {
    const page = await open('customers', 2);
    const keys = keysSentBy(page);
    stage.fault = ({ method }) => (method === 'PATCH' ? { status: 502, body: '' } : undefined);
    await page.getByLabel('Given name').fill('Zoe');
    await review(page);
    await save(page);
    const dialog = page.getByRole('dialog', { name: 'It cannot be told whether this was saved' });
    expect(await dialog.getByRole('alert').innerText()).toBe(
      'It was sent, and the directory gave no answer that says what became of it.\n' +
        'The directory does not show all of it now. It may yet arrive.',
    );
    expect(await dialog.locator('dl').innerText()).toBe('Given name\nZoe not shown');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    // It arrives after all, as a write does that was under way when the answer was lost.
    stage.fault = undefined;
    await stage.door.patch({ id: someUser(stage.door, 'customers', 2) }, { givenName: 'Zoe' });
    await dialog.getByRole('button', { name: 'Ask again' }).click();
    await dialog.getByText('The directory now shows everything that you asked for.').waitFor();
    expect(await dialog.locator('dl').innerText()).toBe('Given name\nZoe shown now');
    await dialog.getByRole('button', { name: 'Read the user' }).click();
    await says(page, 'Everything that you asked for is shown.');
    await says(page, 'No changes');
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(keys[0]);
    expect(writtenSince()).toHaveLength(1);
  });

  it('stale: shows what changed meanwhile, mine and theirs, and saves what is chosen', async () => {
    const page = await open('contractors', 0);
    await page.getByLabel('Display name').fill('Mine');
    await page.getByLabel('age').fill('40');
    await review(page);
    await says(page, 'Save these changes?');
    await stage.door.patch(
      { id: someUser(stage.door, 'contractors', 0) },
      {
        displayName: 'Theirs',
        username: 'liu.yang.2',
        customFields: [{ replace: { field: 'age', value: { number: 50 } } }],
      },
    );
    await save(page);
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this user meanwhile' });
    await dialog.waitFor();
    expect(await dialog.locator('.meanwhile').allInnerTexts()).toEqual([
      expect.stringMatching(/^Display name\nwas .*\nMine: Mine\nTheirs: Theirs$/),
      'Username\nwas liu.yang, is now liu.yang.2',
      'age\nwas 36\nMine: 40\nTheirs: 50',
    ]);
    await dialog.getByLabel('Theirs: 50').check();
    await dialog.getByRole('button', { name: 'Go on from here' }).click();
    await says(page, 'Save these changes?');
    expect(await page.getByRole('dialog').locator('dl').innerText()).toBe(
      'Display name\nfrom\nTheirs\nto\nMine',
    );
    await save(page);
    await says(page, 'Saved.');
    expect(await page.getByLabel('age').inputValue()).toBe('50');
    expect(writtenSince().map(({ change }) => Object.keys(change))).toHaveLength(2);
  });

  it('stale already when the changes are reviewed: reads the user and shows it', async () => {
    const page = await open('contractors', 1);
    await page.getByLabel('Display name').fill('Mine');
    await stage.door.patch({ id: someUser(stage.door, 'contractors', 1) }, { displayName: 'Theirs' });
    await review(page);
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this user meanwhile' });
    await dialog.getByLabel('Theirs: Theirs').check();
    await dialog.getByRole('button', { name: 'Go on from here' }).click();
    await says(page, 'Nothing of yours is left to save.');
    expect(await page.getByLabel('Display name').inputValue()).toBe('Theirs');
    expect(writtenSince()).toHaveLength(1);
  });

  it('the answer is lost on its way: asks again by the same key, and nothing is written twice', async () => {
    const page = await open('customers', 2);
    const keys = keysSentBy(page);
    await page.getByLabel('Family name').fill('Brontë');
    await review(page);
    await onPatch(page, async (route, count) => {
      if (count === 2) return route.abort();
      if (count === 3) return refuse(route, 401, 'UNAUTHENTICATED');
      const answer = await route.fetch();
      return count === 1 ? route.abort() : route.fulfill({ response: answer });
    });
    await save(page);
    const alert = page.getByRole('dialog').getByRole('alert');
    await says(page, 'The connection broke, or there was none.');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await expect.poll(() => keys.length).toBe(2);
    await says(page, 'The connection broke, or there was none.');
    await page.getByRole('button', { name: 'Ask again' }).click();
    // That asking is refused says nothing of what was asked about.
    await says(page, 'You are not signed in, or no longer: sign in, and try again.');
    expect(await alert.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Ask again' }).click();
    await says(page, 'Saved.');
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(writtenSince()).toHaveLength(1);
  });

  it('under way: asks again by the same key', async () => {
    const page = await open('customers', 2);
    const keys = keysSentBy(page);
    await page.getByLabel('Nickname').fill('zoe');
    await review(page);
    await onPatch(page, (route, count) =>
      count === 1 ? route.fulfill({ json: underWay }) : route.continue(),
    );
    await save(page);
    await says(page, 'It is still under way.');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await says(page, 'Saved.');
    expect(new Set(keys).size).toBe(1);
    expect(writtenSince()).toHaveLength(1);
  });

  it.each([
    [401, 'UNAUTHENTICATED', 'You are not signed in, or no longer: sign in, and try again.'],
    [403, 'FORBIDDEN_ORIGIN', 'This page may not call idpatch: its origin is not on the list.'],
    [429, 'RATE_LIMITED', 'Said by idpatch.'],
    [503, 'ISSUER_UNAVAILABLE', 'Said by idpatch.'],
  ])('refused whole with %i %s: says why, and that nothing was saved', async (status, code, text) => {
    const page = await open('customers', 2);
    await page.getByLabel('Nickname').fill(code);
    await review(page);
    await onPatch(page, (route) => refuse(route, status, code));
    await save(page);
    await says(page, 'Nothing was saved.');
    expect(await page.getByRole('alert').innerText()).toContain(text);
    expect(await page.getByRole('button', { name: /^Try again/ }).isVisible()).toBe(true);
    expect(writtenSince()).toEqual([]);
  });

  it.each([
    [502, 'text/html', '<h1>Bad Gateway</h1>'],
    [
      200,
      'application/json',
      JSON.stringify({ data: { patchUser: null }, errors: [{ message: 'Unexpected error.' }] }),
    ],
  ])(
    'an answer %i %s that says nothing of the patch leaves it in doubt',
    async (status, contentType, body) => {
      const page = await open('customers', 2);
      await page.getByLabel('Nickname').fill('doubt');
      await review(page);
      await onPatch(page, (route) => route.fulfill({ status, contentType, body }));
      await save(page);
      await page.getByRole('dialog', { name: 'It cannot be told whether this was saved' }).waitFor();
    },
  );

  it('lets nobody open another user over changes that are not saved', async () => {
    const page = await open('customers', 2);
    await page.getByLabel('Nickname').fill('unsaved');
    expect(await page.getByRole('button', { name: 'Open' }).isDisabled()).toBe(true);
    await says(page, 'Save or discard your changes first.');
    await page.getByRole('button', { name: 'Discard' }).click();
    await says(page, 'Your changes were discarded.');
    expect(await page.getByRole('button', { name: 'Open' }).isDisabled()).toBe(false);
  });

  it('says that there is no such user, and what it may not do', async () => {
    const page = await open('customers', 2);
    await page.getByLabel('User', { exact: true }).fill('nobody@example.com');
    await page.getByRole('button', { name: 'Open' }).click();
    await says(page, 'There is no such user.');
  });
});

function refuse(route: Route, status: number, code: string): Promise<void> {
  const json = { errors: [{ message: 'Said by idpatch.', extensions: { code } }] };
  return route.fulfill({ status, headers: { 'retry-after': '2' }, json });
}

const underWay = {
  data: {
    patchUser: {
      __typename: 'PatchUserPayload',
      operationId: 'one',
      outcome: 'UNKNOWN',
      confirmedBy: null,
      user: null,
      errors: [
        {
          __typename: 'IdempotencyError',
          code: 'IDEMPOTENCY_IN_PROGRESS',
          message: 'A call with this key is under way.',
          path: ['idempotencyKey'],
          retryable: false,
        },
      ],
    },
  },
};
