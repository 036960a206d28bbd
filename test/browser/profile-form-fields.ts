import { expect, it } from 'vitest';
import { notesOf, type ProfileFormStage, readBy, review, save, says, sentBy } from './profile-form.ts';

/** What a person sees of a directory and its fields, and of changes to them that are APPLIED. */
export function fields(stageOf: () => ProfileFormStage): void {
  it('greys out what a directory cannot do, with the reason, and offers its custom fields', async () => {
    const stage = stageOf();
    const page = await stage.openUser('employees', 0);
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
    const stage = stageOf();
    const page = await stage.openUser('customers', 'customers:U2hGAkWvj7FAc9QeWJKY40uvSwM');
    const { keys, patches } = sentBy(page);
    await page.getByLabel('Display name').fill('Hoa Nguyen');
    await page.getByLabel('Middle name').fill('');
    await page.getByLabel('Age').fill('42');
    await page.getByLabel('Press').check();
    await page.getByLabel('Plan').selectOption('Pro');
    await review(page);
    await says(page, 'Save these changes?');
    expect(await readBy(page.getByRole('dialog').locator('dl'))).toEqual([
      ...['Display name', 'from', 'Nguyễn Thị Hoa', 'to', 'Hoa Nguyen'],
      ...['Middle name', 'from', 'Thị', 'to', 'nothing', 'Plan', 'from', 'nothing', 'to', 'Pro'],
      ...['Age', 'from', '35', 'to', '42', 'Tags', 'from', 'nothing', 'to', 'Press'],
    ]);
    await page.getByText('The request to the directory').click();
    expect(await page.getByRole('dialog').locator('pre').innerText()).toContain('PATCH /v1/mgmt/user/patch');
    expect(stage.writtenSince()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).dblclick();
    await says(page, 'Saved.');
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('Hoa Nguyen');
    await says(page, 'No changes');
    expect(stage.writtenSince()).toMatchObject([
      {
        change: {
          name: 'Hoa Nguyen',
          middleName: null,
          customAttributes: { age: 42, plan: 'pro', tags: ['press'] },
        },
      },
    ]);
    expect(patches).toEqual([
      {
        ...{ displayName: 'Hoa Nguyen', middleName: null },
        customFields: [
          { add: { field: 'plan', value: { text: 'pro' } } },
          { replace: { field: 'age', value: { number: 42 } } },
          { add: { field: 'tags', value: { texts: ['press'] } } },
        ],
      },
    ]);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('APPLIED: gives each type of field what fits it', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 0);
    const { patches } = sentBy(page);
    await page.getByLabel('Phone', { exact: true }).fill('+15555550199');
    await page.getByLabel('Status').selectOption('DISABLED');
    await page.getByLabel('Roles', { exact: true }).fill('support\n');
    await page.getByLabel('Applications').fill('');
    await page.getByRole('button', { name: 'Leave acme' }).click();
    await page.getByRole('button', { name: 'Add a tenant' }).click();
    await page.getByLabel('Tenant id').fill('globex');
    await page.getByLabel('Roles there, one a line').fill('dispatcher');
    await page.getByLabel('Newsletter').selectOption('No');
    await page.getByLabel('Nickname').fill('');
    await page.getByLabel('VIP').uncheck();
    await page.getByLabel('Partner').check();
    await page.getByLabel('Birthday').fill('1984-03-01T10:30');
    await review(page);
    await says(page, 'Save these changes?');
    expect(
      (await readBy(page.getByRole('dialog').locator('dl'))).filter((line) => !/^(from|to)$/.test(line)),
    ).toEqual([
      ...['Phone', '+15555550101 (verified)', '+15555550199 (not verified)', 'Status', 'Enabled', 'Disabled'],
      ...[
        'Roles',
        'member, editor',
        'support',
        'Tenants',
        'acme (Tenant Admin, approver)',
        'globex (dispatcher)',
      ],
      ...[
        'Applications',
        'helpdesk, storefront',
        'nothing',
        'Newsletter',
        'Yes',
        'No',
        'Nickname',
        'ada',
        'nothing',
      ],
      ...[
        'Tags',
        'VIP, Beta tester',
        'Beta tester, Partner',
        'Birthday',
        '1984-02-29 00:00:00 UTC',
        '1984-03-01 10:30:00 UTC',
      ],
    ]);
    await save(page);
    await says(page, 'Saved.');
    await says(page, 'No changes');
    expect(await page.getByLabel('Birthday').inputValue()).toBe('1984-03-01T10:30');
    expect(patches).toMatchObject([
      {
        customFields: [
          { replace: { field: 'newsletter', value: { boolean: false } } },
          { remove: { field: 'nick' } },
          { replace: { field: 'tags', value: { texts: ['beta', 'partner'] } } },
          { replace: { field: 'birthday', value: { date: '1984-03-01T10:30:00.000Z' } } },
        ],
      },
    ]);
    expect(stage.writtenSince().map(({ change }) => change)).toEqual([
      {
        ...{
          phone: '+15555550199',
          verifiedPhone: false,
          status: 'disabled',
          roleNames: ['support'],
          ssoAppIds: [],
        },
        userTenants: [{ tenantId: 'globex', tenantName: 'Globex Logistics', roleNames: ['dispatcher'] }],
        customAttributes: {
          ...{ newsletter: false, nick: null, tags: ['beta', 'partner'] },
          birthday: Date.parse('1984-03-01T10:30:00Z'),
        },
      },
    ]);
  });

  it('APPLIED: lets a custom field be named where the directory cannot say which there are', async () => {
    const stage = stageOf();
    const page = await stage.openUser('employees', 2, undefined, async (one) => {
      await one.route('**/graphql', async (route) => {
        if (route.request().postDataJSON()?.operationName !== 'User') return route.continue();
        const response = await route.fetch();
        const json = await response.json();
        json.data.user.directory.customFields = null;
        return route.fulfill({ response, json });
      });
    });
    expect(await page.getByLabel('age').inputValue()).toBe('27');
    await page.getByLabel('Another custom field').fill('nick_name');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel('nick_name').fill('Fang');
    await review(page);
    await save(page);
    await says(page, 'Saved.');
    expect(stage.writtenSince()).toMatchObject([{ change: { customFields: { nick_name: 'Fang' } } }]);
  });
}
