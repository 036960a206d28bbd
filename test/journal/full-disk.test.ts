import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { holdPort } from '../harness/held-port.ts';
import { openFolder, spawnProcess } from '../harness/process.ts';

it.skipIf(!existsSync('/dev/full'))(
  'a log that cannot be written ends nothing, and keeps nothing',
  async () => {
    const folder = openFolder();
    const { port, release } = await holdPort();
    writeFileSync(
      `${folder.path}/idpatch.yaml`,
      `server: { port: ${port}, graceMs: 0 }
callers: { anonymous: true }
directories:
  customers: { provider: descope, projectId: P2abc, managementKey: { env: KEY } }
`,
    );
    const idpatch = spawnProcess(folder.path, { KEY: 'a-key' }, { after: 'exec > /dev/full' });
    onTestFinished(async () => {
      await idpatch.kill();
      release();
      folder.remove();
    });
    const status = () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        (answer) => answer.status,
        () => undefined,
      );
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
    const query = 'mutation { patchUser(input: { user: { id: "customers:" }, patch: {} }) { outcome } }';
    for (let count = 0; count < 5; count += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(await answer.json()).toEqual({ data: { patchUser: { outcome: 'NOT_APPLIED' } } });
      // Long enough for what was logged to be written, in vain.
      await delay(150);
    }
    expect(await Promise.race([idpatch.stop(), delay(15_000, 'still there')])).toBe(0);
    expect(idpatch.stderr()).toBe('');
  },
);
