import { expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import type { Page } from '../interop/playwright.ts';
import { isFocused, type ProfileFormStage, review, says } from './profile-form.ts';

/** That people can use the form by keyboard, by screen reader, on a phone, in the light and in the dark. */
export function access(stageOf: () => ProfileFormStage): void {
  it('goes from the first field to a saved change by keyboard alone', async () => {
    const stage = stageOf();
    const page = await stage.openUser('customers', 0);
    await page.goto(stage.url);
    const { keyboard } = page;
    await page.getByLabel('Directory').waitFor();
    await keyboard.press('Tab');
    await keyboard.type('cu');
    await keyboard.press('Tab');
    await keyboard.type(someUser(stage.door, 'customers', 1));
    await keyboard.press('Enter');
    await page.getByRole('form', { name: 'Profile' }).waitFor();
    // The focus is on the user's name, just before the form.
    await keyboard.press('Tab');
    expect(await isFocused(page, 'Display name')).toBe(true);
    await keyboard.press('Control+A');
    await keyboard.type('By keyboard');
    await keyboard.press('Enter');
    await says(page, 'Save these changes?');
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await isFocused(page, 'Display name')).toBe(true);
    await keyboard.press('Enter');
    await says(page, 'Save these changes?');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    expect(await page.getByRole('dialog').locator('pre').isVisible()).toBe(true);
    await keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Save');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await keyboard.press('Enter');
    await says(page, 'Saved.');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Saved.');
    expect(stage.writtenSince()).toHaveLength(1);
  });

  it('gives every control a name, in the form and in its dialogs', async () => {
    const page = await stageOf().openUser('customers', 0);
    const inForm = await namesOf(page);
    expect(inForm).toEqual(
      expect.arrayContaining(['Display name', 'Email is verified', 'Tenant id', 'Status']),
    );
    expect(inForm.length).toBeGreaterThan(30);
    expect(inForm).not.toContain('');
    await page.getByLabel('Display name').fill('Named');
    await review(page);
    await says(page, 'Save these changes?');
    expect(await namesOf(page)).toEqual(['Save', 'Back to the form']);
  });

  it.each(['light', 'dark'] as const)('has the contrast of WCAG AA in %s', async (colorScheme) => {
    const page = await stageOf().openUser('customers', 2, { colorScheme, reducedMotion: 'reduce' });
    expect(await tooPale(page)).toEqual([]);
    await page.getByLabel('Email', { exact: true }).fill('x');
    await review(page);
    await says(page, 'Nothing was saved.');
    expect(await tooPale(page)).toEqual([]);
    await page.getByLabel('Email', { exact: true }).fill('zoe@example.org');
    await review(page);
    await says(page, 'Save these changes?');
    await page.getByText('The request to the directory').click();
    expect(await tooPale(page)).toEqual([]);
  });

  it('fits a screen of 360 pixels', async () => {
    const page = await stageOf().openUser('customers', 0, { viewport: { width: 360, height: 640 } });
    const width = () => page.evaluate('document.documentElement.scrollWidth');
    expect(await width()).toBe(360);
    await page.getByLabel('Email', { exact: true }).fill(`${'long'.repeat(12)}@example.org`);
    await review(page);
    await says(page, 'Save these changes?');
    await page.getByText('The request to the directory').click();
    expect(await width()).toBe(360);
    const dialog = await page.getByRole('dialog').evaluate((one) => [one.scrollWidth, one.clientWidth]);
    expect(dialog[0]).toBe(dialog[1]);
  });
}

const controls = new Set([
  'textbox',
  'combobox',
  'checkbox',
  'radio',
  'spinbutton',
  'button',
  'Date',
  'DateTime',
]);

/** The accessible names of every control that can be reached, as the browser computes them for a screen reader. */
async function namesOf(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return nodes
    .filter(({ ignored, role }) => !ignored && controls.has(String(role?.value)))
    .map(({ name }) => String(name?.value ?? ''));
}

/** The texts whose colours are too close: https://www.w3.org/TR/WCAG22/#contrast-minimum leaves out what is disabled. */
function tooPale(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const rgb = (colour) => colour.match(/[\\d.]+/g).map((part) => part * (colour.startsWith('rgb') ? 1 : 255));
    const light = ([red, green, blue]) => [red, green, blue]
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
      const colour = rgb(getComputedStyle(element).backgroundColor);
      return colour[3] === 0 ? (element.parentElement ? behind(element.parentElement) : [255, 255, 255]) : colour;
    };
    const shown = [...document.querySelectorAll('*')].filter((element) =>
      element.checkVisibility() && !element.closest(':disabled, option') &&
      (element.matches('input:not([type=checkbox],[type=radio]), select, textarea') ||
        [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')));
    const pale = shown.map((element) => {
      const [one, other] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
      return { contrast: (one + 0.05) / (other + 0.05), text: element.outerHTML.slice(0, 120) };
    }).filter(({ contrast }) => contrast < 4.5);
    if (shown.length < 40) throw new Error('The page has hardly any text.');
    return pale.map(({ contrast, text }) => contrast.toFixed(2) + ' ' + text);
  })()`);
}
