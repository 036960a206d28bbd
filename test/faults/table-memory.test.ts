import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ending, endings } from '../harness/fault-proxy.ts';
import {
  directories,
  expectApplied,
  expectUnknown,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

const megabyte = 1024 * 1024;

let bomb: Buffer;
beforeAll(() => {
  bomb = gzipSync(Buffer.alloc(128 * megabyte, ' '));
});

const monsters: Record<string, () => Ending> = {
  'a body of 50 MB': () => endings.huge(50 * megabyte),
  'a body of 50 MB in chunks': () => endings.hugeChunks,
  'a gzip bomb': () => endings.canned(200, { 'content-encoding': 'gzip' }, bomb),
  '100 KB of headers': () => endings.longHeaders,
};

/** What the work adds to the process's memory at most. Tests of this file are not concurrent, for they share it. */
async function mostGrowth(work: () => Promise<void>): Promise<number> {
  const used = () => process.memoryUsage.rss();
  const before = used();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 2);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(most, used()) - before;
}

describe.each(directories)('%s applied it, then answered with', (name) => {
  it.for(Object.keys(monsters))('%s: APPLIED (READ_BACK), in little memory', async (what, test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, ending: monsters[what]?.() ?? endings.reset });
    const growth = await mostGrowth(async () => {
      const row = await patchMarked(door, name);
      expectApplied(row, 'READ_BACK');
      expect(row.wire.write).toBe(1);
    });
    expect(growth).toBeLessThan(64 * megabyte);
  });
});

describe.each(directories)('%s, looked at after a lost answer, answers with', (name) => {
  it.for(Object.keys(monsters))('%s: UNKNOWN, in little memory', async (what, test) => {
    const door = await openFaultyDoor(test, { limits: { deadlineMs: 800, readBackMs: 300 } });
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, ending: endings.reset });
    door.proxies[name].fail('read', { applied: true, ending: monsters[what]?.() ?? endings.reset });
    const growth = await mostGrowth(async () => {
      const row = await patchMarked(door, name);
      expectUnknown(row, 1);
      expect(row.wire.write).toBe(1);
    });
    expect(growth).toBeLessThan(64 * megabyte);
  });
});
