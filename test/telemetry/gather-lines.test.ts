import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';

interface Line {
  readonly time: string;
  readonly event: string;
  readonly caller?: string;
  readonly count?: number;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function openLog() {
  const lines: (Line & { readonly writtenAt: number })[] = [];
  const write = (line: string) => void lines.push({ ...JSON.parse(line), writtenAt: Date.now() });
  return { log: createLog({ write }), lines };
}

const total = (lines: readonly Line[]) => lines.reduce((sum, { count = 0 }) => sum + count, 0);

/** What callers can cause at will. */
const refusals = [
  { event: 'unauthenticated', reason: 'no token' },
  { event: 'unauthenticated', reason: 'ERR_JWT_EXPIRED' },
  { event: 'rate-limited', caller: 'https://issuer.example.com ada' },
  { event: 'rate-limited', caller: 'https://issuer.example.com "event":"patchUser"' },
  { event: 'keys-unavailable' },
];

test('whatever comes when: a line a second of what is the same, all of it counted, and nothing else held back', () => {
  const moment = fc.tuple(fc.nat(refusals.length), fc.nat(1_500));
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
      vi.clearAllTimers();
      const { log, lines } = openLog();
      let patches = 0;
      for (const [which, ms] of moments) {
        const refusal = refusals[which];
        log.info(refusal ?? { event: 'patchUser', patch: patches++ });
        vi.advanceTimersByTime(ms);
      }
      const patchLines = lines.filter(({ event }) => event === 'patchUser');
      expect(patchLines).toMatchObject(Array.from({ length: patches }, (_, patch) => ({ patch })));
      expect(patchLines.every((line) => !('count' in line))).toBe(true);
      const inTime = lines.length;
      log.flush();
      for (const [which, refusal] of refusals.entries()) {
        const same = (some: typeof lines) =>
          some.filter((line) => JSON.stringify({ ...line, ...refusal }) === JSON.stringify(line));
        expect(total(same(lines))).toBe(moments.filter(([one]) => one === which).length);
        for (const [at, { writtenAt, count }] of same(lines.slice(0, inTime)).entries()) {
          expect(count).toBeGreaterThan(0);
          const before = same(lines)[at - 1];
          if (before) expect(writtenAt - before.writtenAt).toBeGreaterThanOrEqual(1_000);
          else expect(count).toBe(1);
        }
      }
    }),
  );
});

test('a thousand callers over their limits are told apart up to a hundred, and the others counted in one line', () => {
  const { log, lines } = openLog();
  for (let round = 0; round < 3; round += 1)
    for (let caller = 0; caller < 1_000; caller += 1)
      log.info({ event: 'rate-limited', caller: `${caller}` });
  expect(lines).toHaveLength(101);
  vi.advanceTimersByTime(1_000);
  expect(lines).toHaveLength(202);
  expect(total(lines)).toBe(3_000);
  expect(total(lines.filter(({ caller }) => caller === undefined))).toBe(3 * 900);
  expect(new Set(lines.map(({ caller }) => caller)).size).toBe(101);
});

test('of one bug there is a line a second, of two bugs two, and of those in patches one each', () => {
  const { log, lines } = openLog();
  const bug = new Error('of ada@example.com');
  const another = new TypeError('of ada@example.com');
  for (let count = 0; count < 50; count += 1) {
    for (const err of [bug, another]) log.error({ event: 'bug', err });
    log.error({ event: 'bug', operationId: `${count}`, err: bug });
  }
  expect(lines).toHaveLength(52);
  log.flush();
  expect(lines).toHaveLength(54);
  expect(lines.slice(52)).toMatchObject([
    { event: 'bug', err: { type: 'Error' }, count: 49 },
    { event: 'bug', err: { type: 'TypeError' }, count: 49 },
  ]);
  expect(JSON.stringify(lines)).not.toContain('ada');
});
