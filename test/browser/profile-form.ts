import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { EmulatorHooks, WriteLogEntry } from '../../src/sandbox/emulator.ts';
import { type DirectoryName, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import type { Browser, Locator, Page, Route } from '../interop/playwright.ts';
import { startBrowser } from './chromium.ts';

/** What a test does to the customers' provider: a response in place of its own, or a change other than was asked for. */
type Faults = Pick<EmulatorHooks, 'intercept' | 'distort'>;

/** The profile form as a person has it: Vite's dev server in front of idpatch, in a browser. */
export interface ProfileFormStage {
  readonly url: string;
  readonly door: FrontDoor;
  readonly browser: Browser;
  /** Set by a test; none when it is over. */
  faults: Faults;
  /** Opens the form in a page of its own, closed when the test is over, with a user of the sandbox: by id, or one that it prints. */
  openUser(
    directory: DirectoryName,
    which: number | string,
    options?: Parameters<Browser['newPage']>[0],
    /** Done with the page before it is at the form. */
    prepare?: (page: Page) => Promise<void>,
  ): Promise<Page>;
  /** All that was written at the providers since the last user was opened. */
  writtenSince(): readonly WriteLogEntry[];
  close(): Promise<void>;
}

const folder = fileURLToPath(new URL('../../examples/profile-form', import.meta.url));

/** Starts idpatch with a journal, the dev server and the browser. */
export async function openProfileForm(): Promise<ProfileFormStage> {
  const journals = mkdtempSync(join(tmpdir(), 'idpatch-form-'));
  const door = await openFrontDoor({
    journal: { sqlite: join(journals, 'journal.db') },
    customers: {
      intercept: (request) => stage.faults.intercept?.(request),
      distort: (entry) => (stage.faults.distort ? stage.faults.distort(entry) : entry.change),
    },
  });
  const [server, browser] = await Promise.all([startDevServer(door.url), startBrowser()]);
  let writtenBefore = new Set<WriteLogEntry>();
  const stage: ProfileFormStage = {
    url: server.url,
    door,
    browser,
    faults: {},
    async openUser(directory, which, options, prepare) {
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
      onTestFinished(async () => {
        stage.faults = {};
        await page.close();
      });
      page.setDefaultTimeout(20_000);
      await prepare?.(page);
      await page.goto(server.url);
      await page.getByLabel('Directory').selectOption(directory);
      await page
        .getByLabel('User', { exact: true })
        .fill(typeof which === 'string' ? which : someUser(door, directory, which));
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('form', { name: 'Profile' }).waitFor();
      writtenBefore = new Set(written(door));
      return page;
    },
    writtenSince: () => written(door).filter((write) => !writtenBefore.has(write)),
    async close() {
      await browser.close();
      server.stop();
      await door.close();
      rmSync(journals, { recursive: true });
    },
  };
  return stage;
}

/** Starts the example's own `vite`, as its `npm start` does, on a free port. */
export async function startDevServer(idpatchUrl: string): Promise<{ readonly url: string; stop(): void }> {
  const vite = dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json'));
  const server = spawn(process.execPath, [join(vite, 'bin/vite.js')], {
    cwd: folder,
    env: { ...process.env, PORT: '0', IDPATCH_URL: idpatchUrl, NO_COLOR: '1', NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { url: await urlOf(server), stop: () => void server.kill() };
}

function urlOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(said) ?? [];
      if (url) resolve(url);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', (code) => reject(new Error(`Vite ended with ${code}: ${said}`)));
  });
}

/** What the browser sends to idpatch. */
interface Sent {
  readonly operationName: string;
  readonly variables: { readonly input: { readonly idempotencyKey: string; readonly patch: object } };
}

/** The patches that this page sends from now on, and under which keys. */
export function sentBy(page: Page): {
  readonly keys: readonly string[];
  readonly patches: readonly object[];
} {
  const [keys, patches]: [string[], object[]] = [[], []];
  page.on('request', (request) => {
    const sent = request.postDataJSON() as Sent | null;
    if (sent?.operationName !== 'Patch') return;
    keys.push(sent.variables.input.idempotencyKey);
    patches.push(sent.variables.input.patch);
  });
  return { keys, patches };
}

/** Has each patch that the page sends answered so; `count` begins at 1. Anything else passes. */
export async function onPatch(
  page: Page,
  answer: (route: Route, count: number) => Promise<void>,
): Promise<void> {
  let count = 0;
  await page.route('**/graphql', (route) => {
    if ((route.request().postDataJSON() as Sent | null)?.operationName !== 'Patch') return route.continue();
    count += 1;
    return answer(route, count);
  });
}

export const review = (page: Page) => page.getByRole('button', { name: 'Review changes' }).click();
export const save = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
export const says = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();

/** What a person reads there, line by line. */
export async function readBy(place: Locator): Promise<readonly string[]> {
  return (await place.innerText()).split('\n').filter((line) => line.trim() !== '');
}

/** What is said of one control beside its name: what aria-describedby ties to it. */
export function notesOf(page: Page, label: string): Promise<string> {
  return page.getByLabel(label, { exact: true }).evaluate((control) =>
    (control.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => control.ownerDocument.getElementById(id)?.textContent)
      .join(' '),
  );
}

/** Whether a control has the focus. */
export function isFocused(page: Page, label: string): Promise<boolean> {
  return page
    .getByLabel(label, { exact: true })
    .evaluate((control) => control.ownerDocument.activeElement === control);
}
