import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { notApplied, someUser, unavailable, unreached } from '../harness/expected.ts';
import { openDoor } from '../harness/many.ts';

it('a provider that is back is tried again, also where the clock was set back while it was away', async () => {
  let isDown = true;
  const intercept = () => (isDown ? { status: 503, body: '' } : undefined);
  const door = await openDoor({ customers: { intercept } });
  const patch = () => door.patch({ id: someUser(door, 'customers') }, { displayName: 'Ada' });
  for (let count = 0; count < 10; count += 1) await patch();
  expect(await patch()).toEqual(notApplied(unavailable(unreached.broken, 'patch')));
  isDown = false;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  await delay(2_100);
  expect(await patch()).toMatchObject({ outcome: 'APPLIED' });
});
