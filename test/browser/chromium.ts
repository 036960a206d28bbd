import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

/** Where Debian's package puts it; `.ci/run` installs it. */
const executablePath = '/usr/bin/chromium';

/** describe, for tests that need a real browser: where there is none they are skipped, and say so by their name. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (existsSync(executablePath)) describe(name, tests);
  else describe.skip(`${name} (skipped: there is no ${executablePath}; apt-get install chromium)`, tests);
}

/** Starts the browser; whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  // A container has neither a sandbox for it nor a large /dev/shm.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
