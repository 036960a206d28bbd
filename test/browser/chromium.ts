import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { type Browser, chromium } from '../interop/playwright.ts';

/** Where Debian's package puts it; `.ci/run` installs it. */
const executablePath = '/usr/bin/chromium';

/** describe, for tests that need a real browser: where there is none they are skipped, and it is said. */
export function describeInBrowser(name: string, tests: () => void): void {
  const isThere = existsSync(executablePath);
  if (!isThere) console.warn(`Skipped: ${name}. There is no ${executablePath}: apt-get install chromium.`);
  describe.skipIf(!isThere)(name, tests);
}

/** Starts the browser; whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  // A container has neither a sandbox for it nor a large /dev/shm.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
