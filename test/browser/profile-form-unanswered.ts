import { expect, it } from 'vitest';
import type { Route } from '../interop/playwright.ts';
import { onPatch, type ProfileFormStage, review, save, says, sentBy } from './profile-form.ts';

/** What a person sees where no payload came, and what keeps them from losing anything. */
export function unanswered(stageOf: () => ProfileFormStage): void {
  it('the answer is lost on its way: asks again by the same key, and nothing is written twice', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    const { keys } = sentBy(page);
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
    expect(stage.writtenSince()).toHaveLength(1);
  });

  it.each([
    ['FORBIDDEN', 'ForbiddenError'],
    ['JOURNAL_UNAVAILABLE', 'JournalUnavailableError'],
  ])('asking again is answered %s: that says nothing of the first call', async (code, __typename) => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    await page.getByLabel('Nickname').fill(code);
    await review(page);
    const error = { __typename, code, message: 'Said by idpatch.', path: [], retryable: false };
    await onPatch(page, (route, count) =>
      count === 1 ? route.abort() : route.fulfill({ json: told('NOT_APPLIED', error) }),
    );
    await save(page);
    await page.getByRole('button', { name: 'Ask again' }).click();
    await says(page, 'Said by idpatch.');
    await page.getByRole('dialog', { name: 'It cannot be told whether this was saved' }).waitFor();
  });

  it('under way: asks again by the same key', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    const { keys } = sentBy(page);
    await page.getByLabel('Nickname').fill('zoe');
    await review(page);
    await onPatch(page, (route, count) =>
      count === 1 ? route.fulfill({ json: told('UNKNOWN', underWay) }) : route.continue(),
    );
    await save(page);
    await says(page, 'It is still under way.');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await says(page, 'Saved.');
    expect(new Set(keys).size).toBe(1);
    expect(stage.writtenSince()).toHaveLength(1);
  });

  it.each([
    [401, 'UNAUTHENTICATED', 'You are not signed in, or no longer: sign in, and try again.'],
    [403, 'FORBIDDEN_ORIGIN', 'This page may not call idpatch: its origin is not on the list.'],
    [429, 'RATE_LIMITED', 'Said by idpatch.'],
    [503, 'ISSUER_UNAVAILABLE', 'Said by idpatch.'],
  ])('refused whole with %i %s: says why, and that nothing was saved', async (status, code, text) => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    await page.getByLabel('Nickname').fill(code);
    await review(page);
    await onPatch(page, (route) => refuse(route, status, code));
    await save(page);
    await says(page, 'Nothing was saved.');
    expect(await page.getByRole('alert').innerText()).toContain(text);
    expect(await page.getByRole('button', { name: /^Try again/ }).isVisible()).toBe(true);
    expect(stage.writtenSince()).toEqual([]);
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
      const stage = stageOf();
      const page = await stage.openUser('customers', 2);
      await page.getByLabel('Nickname').fill('doubt');
      await review(page);
      await onPatch(page, (route) => route.fulfill({ status, contentType, body }));
      await save(page);
      await page.getByRole('dialog', { name: 'It cannot be told whether this was saved' }).waitFor();
    },
  );

  it('lets nobody open another user over changes that are not saved', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    await page.getByLabel('Nickname').fill('unsaved');
    expect(await page.getByRole('button', { name: 'Open' }).isDisabled()).toBe(true);
    await says(page, 'Save or discard your changes first.');
    await page.getByRole('button', { name: 'Discard' }).click();
    await says(page, 'Your changes were discarded.');
    expect(await page.getByRole('button', { name: 'Open' }).isDisabled()).toBe(false);
  });

  it('says that there is no such user, and what it may not do', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 2);
    await page.getByLabel('User', { exact: true }).fill('nobody@example.com');
    await page.getByRole('button', { name: 'Open' }).click();
    await says(page, 'There is no such user.');
  });
}

function refuse(route: Route, status: number, code: string): Promise<void> {
  const json = { errors: [{ message: 'Said by idpatch.', extensions: { code } }] };
  return route.fulfill({ status, headers: { 'retry-after': '2' }, json });
}

const underWay = {
  __typename: 'IdempotencyError',
  code: 'IDEMPOTENCY_IN_PROGRESS',
  message: 'A call with this key is under way.',
  path: ['idempotencyKey'],
  retryable: false,
};

function told(outcome: string, error: object): object {
  const payload = { __typename: 'PatchUserPayload', operationId: 'one', outcome, errors: [error] };
  return { data: { patchUser: { ...payload, confirmedBy: null, user: null } } };
}
