import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { EmulatorHooks } from '../../src/sandbox/emulator.ts';
import { type FrontDoor, openFrontDoor } from '../front-door.ts';
import { startBrowser } from './chromium.ts';

/** What a test does to the customers' provider: a response in place of its own. */
type Fault = NonNullable<EmulatorHooks['intercept']>;

/** The profile form as a person has it: Vite's dev server in front of idpatch, in a browser. */
export interface ProfileFormStage {
  readonly url: string;
  readonly door: FrontDoor;
  readonly browser: Browser;
  /** Set by a test, and by nothing else. */
  fault: Fault | undefined;
  /** Opens the form in a page of its own with a user of the sandbox, and waits until they are there. */
  open(directory: string, who: string, options?: Parameters<Browser['newPage']>[0]): Promise<Page>;
  close(): Promise<void>;
}

const folder = fileURLToPath(new URL('../../examples/profile-form', import.meta.url));

/** Starts idpatch with a journal, the dev server and the browser. */
export async function openProfileForm(): Promise<ProfileFormStage> {
  const sqlite = join(mkdtempSync(join(tmpdir(), 'idpatch-form-')), 'journal.db');
  const door = await openFrontDoor({
    journal: { sqlite },
    customers: { intercept: (request) => stage.fault?.(request) },
  });
  const [server, browser] = await Promise.all([startDevServer(door.url), startBrowser()]);
  const stage: ProfileFormStage = {
    url: server.url,
    door,
    browser,
    fault: undefined,
    async open(directory, who, options) {
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
      page.setDefaultTimeout(20_000);
      await page.goto(server.url);
      await page.getByLabel('Directory').selectOption(directory);
      await page.getByLabel('User', { exact: true }).fill(who);
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('form', { name: 'Profile' }).waitFor();
      return page;
    },
    async close() {
      await browser.close();
      server.stop();
      await door.close();
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

/** The idempotency keys of the patches that this page sends from now on. */
export function keysSentBy(page: Page): readonly string[] {
  const keys: string[] = [];
  page.on('request', (request) => {
    const body = request.postDataJSON() as { operationName?: string; variables?: { input?: object } } | null;
    if (body?.operationName === 'Patch')
      keys.push((body.variables?.input as { idempotencyKey: string }).idempotencyKey);
  });
  return keys;
}
