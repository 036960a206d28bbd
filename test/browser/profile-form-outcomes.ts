import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import {
  isFocused,
  notesOf,
  type ProfileFormStage,
  readBy,
  review,
  save,
  says,
  sentBy,
} from './profile-form.ts';

/** What a person sees of each outcome that is not what they asked for. */
export function outcomes(stageOf: () => ProfileFormStage): void {
  it('NOT_APPLIED: puts each error beside its field, and the focus in the first', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 1);
    await page.getByLabel('Display name').fill('  ');
    await page.getByLabel('Email', { exact: true }).fill('not an address');
    await page.getByLabel('Roles', { exact: true }).fill('member\nmember');
    await review(page);
    await says(page, 'Nothing was saved.');
    const [name, email, twice] = [
      'The text shows nothing: it is all spaces.',
      'Expected an email address, such as name@example.com.',
      'The same name is in the list twice.',
    ];
    expect(await readBy(page.getByRole('alert'))).toEqual([
      ...['Nothing was saved.', `Display name: ${name}`, `Email: ${email}`, `Roles: ${twice}`],
    ]);
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
    await page.getByRole('alert').getByRole('button', { name: 'Age' }).waitFor();
    expect(await notesOf(page, 'Age')).toContain('At most ±9007199254740991.');
    expect(stage.writtenSince()).toEqual([]);
  });

  it('NOT_APPLIED: what is over soon may be tried again when it is time, under a new key', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 'customers:U2oaF1LlqsajAIxNKu8iS2G8NPR');
    await page.clock.install();
    const { keys, patches } = sentBy(page);
    await page.getByLabel('Nickname').fill('layla');
    await page.getByLabel('VIP').uncheck();
    await review(page);
    stage.faults = {
      intercept: ({ method }) =>
        method === 'PATCH' ? { status: 429, headers: { 'retry-after': '11' }, body: {} } : undefined,
    };
    await save(page);
    await says(page, 'Nothing was saved.');
    const again = page.getByRole('alert').getByRole('button', { name: /^Try again/ });
    expect(await again.textContent()).toBe('Try again in 11 s');
    expect(await again.isDisabled()).toBe(true);
    stage.faults = {};
    // The page's clock is the test's; the server holds everybody of the directory back by its own.
    await delay(11_000);
    for (let second = 0; second < 11; second += 1) await page.clock.runFor(1000);
    await again.click();
    await says(page, 'Saved.');
    expect(new Set(keys).size).toBe(2);
    expect(patches[1]).toEqual(patches[0]);
    expect(patches[0]).toEqual({
      customFields: [
        { add: { field: 'nick', value: { text: 'layla' } } },
        { remove: { field: 'tags', values: ['vip'] } },
      ],
    });
    expect(stage.writtenSince()).toHaveLength(1);
  });

  it('PARTIAL: says what is saved and what is not, and keeps the rest in the form', async () => {
    const stage = stageOf();
    const page = await stage.openUser('employees', 0);
    await page.getByLabel('Status').selectOption('DISABLED');
    await page.getByLabel('Email', { exact: true }).fill('zhang.wei@example.com');
    await review(page);
    await page.getByText('The 2 requests to the directory').waitFor();
    await save(page);
    await says(page, 'Only a part was saved.');
    expect(await readBy(page.getByRole('alert'))).toEqual([
      ...['Only a part was saved.', 'Saved: Status. The rest is still in the form.'],
      ...['Email: Another user of the directory has this value already.', 'Read the user again'],
    ]);
    expect(await notesOf(page, 'Email')).toContain('Another user of the directory has this value already.');
    await says(page, '1 change');
    expect(stage.writtenSince()).toHaveLength(1);
    await page.getByLabel('Email', { exact: true }).fill('li.na@example.org');
    await review(page);
    await save(page);
    await says(page, 'Saved.');
    expect(stage.writtenSince()).toHaveLength(2);
  });

  it('UNKNOWN: says so, asks again by the same key, and reads the user', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    const { keys } = sentBy(page);
    stage.faults = {
      intercept: ({ method }) => (method === 'PATCH' ? { status: 502, body: '' } : undefined),
    };
    await page.getByLabel('Given name').fill('Zoe');
    await review(page);
    await save(page);
    const dialog = page.getByRole('dialog', { name: 'It cannot be told whether this was saved' });
    expect(await readBy(dialog.getByRole('alert'))).toEqual([
      'It was sent, and the directory gave no answer that says what became of it.',
      'The directory does not show all of it now. It may yet arrive.',
    ]);
    expect(await readBy(dialog.locator('dl'))).toEqual(['Given name', 'Zoe not shown']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    // It arrives after all, as a write does that was under way when the answer was lost.
    stage.faults = {};
    await stage.door.patch({ id: someUser(stage.door, 'customers', 2) }, { givenName: 'Zoe' });
    await dialog.getByRole('button', { name: 'Ask again' }).click();
    await dialog.getByText('The directory now shows everything that you asked for.').waitFor();
    expect(await readBy(dialog.locator('dl'))).toEqual(['Given name', 'Zoe shown now']);
    await dialog.getByRole('button', { name: 'Read the user' }).click();
    await says(page, 'Everything that you asked for is shown.');
    await says(page, 'No changes');
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(keys[0]);
    expect(stage.writtenSince()).toHaveLength(1);
  });

  it('UNKNOWN: tells a change that the directory took and does not show', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    stage.faults = { distort: () => ({}) };
    await page.getByLabel('Middle name').fill('Unseen');
    await review(page);
    await save(page);
    const dialog = page.getByRole('dialog', { name: 'It cannot be told whether this was saved' });
    expect(await readBy(dialog.getByRole('alert'))).toEqual([
      'The directory took it, but does not show it.',
      'The directory does not show all of it now. It may yet arrive.',
    ]);
    await dialog.getByRole('button', { name: 'Read the user' }).click();
    await says(page, 'Not shown: Middle name. That is still in the form; the earlier save may yet arrive.');
    expect(await page.getByLabel('Middle name').inputValue()).toBe('Unseen');
    await says(page, '1 change');
  });

  it('stale: shows what changed meanwhile, mine and theirs, and saves what is chosen', async () => {
    const stage = stageOf();
    const page = await stage.openUser('contractors', 0);
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
    expect((await readBy(dialog)).slice(2, -2)).toEqual([
      ...['Display name', 'was 刘洋', 'Mine: Mine', 'Theirs: Theirs'],
      ...['Username', 'was liu.yang, is now liu.yang.2'],
      ...['age', 'was 36', 'Mine: 40', 'Theirs: 50'],
    ]);
    await dialog.getByLabel('Theirs: 50').check();
    await dialog.getByRole('button', { name: 'Go on from here' }).click();
    await says(page, 'Save these changes?');
    expect(await readBy(page.getByRole('dialog').locator('dl'))).toEqual([
      'Display name',
      'from',
      'Theirs',
      'to',
      'Mine',
    ]);
    await save(page);
    await says(page, 'Saved.');
    expect(await page.getByLabel('age').inputValue()).toBe('50');
    expect(stage.writtenSince().map(({ change }) => Object.keys(change))).toHaveLength(2);
  });

  it('stale already when the changes are reviewed: reads the user and shows it', async () => {
    const stage = stageOf();
    const page = await stage.openUser('contractors', 1);
    await page.getByLabel('Display name').fill('Mine');
    await stage.door.patch({ id: someUser(stage.door, 'contractors', 1) }, { displayName: 'Theirs' });
    await review(page);
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this user meanwhile' });
    await dialog.getByLabel('Theirs: Theirs').check();
    await dialog.getByRole('button', { name: 'Go on from here' }).click();
    await says(page, 'Nothing of yours is left to save.');
    expect(await page.getByLabel('Display name').inputValue()).toBe('Theirs');
    expect(stage.writtenSince()).toHaveLength(1);
  });
}
