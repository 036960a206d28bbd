import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftFor, type Wanted } from '../../../src/upstream/quota/permits.ts';
import { type LeaseRequest, leaseMs, settle, settleMs } from '../../../src/upstream/quota/postgres-ledger.ts';

const request: LeaseRequest = {
  perMinute: 20,
  replica: 'one',
  wanted: { first: 0, write: 0, read: 0 },
  unused: new Map(),
  late: 0,
  holdMs: 0,
};

const of = (some: Partial<Wanted>): Wanted => ({ first: 0, write: 0, read: 0, ...some });

describe('what a ledger gives', () => {
  const asked = fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 40_000 })),
    wanted: fc.record({
      first: fc.integer({ min: 0, max: 3 }),
      write: fc.integer({ min: 0, max: 12 }),
      read: fc.integer({ min: 0, max: 12 }),
    }),
    returns: fc.integer({ min: 0, max: 12 }),
  });

  it('is never more than the quota in any minute, however long each took to use it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.array(asked, { maxLength: 60 }), (perMinute, all) => {
        let now = 1_763_799_000_123;
        let text: string | null = null;
        const leases: { at: number; second: number; kept: number }[] = [];
        for (const { after, wanted, returns } of all) {
          now += after;
          const last = leases.at(-1);
          const back = last ? Math.min(returns, last.kept) : 0;
          const unused = new Map(last && back > 0 ? [[last.second, back]] : []);
          if (last) last.kept -= back;
          const settled = settle(text, now, { ...request, perMinute, wanted, unused });
          text = settled.text;
          const { given, second, waitMs } = settled.lease;
          for (const purpose of ['first', 'write', 'read'] as const) {
            expect(given[purpose]).toBeLessThanOrEqual(wanted[purpose]);
            expect(waitMs[purpose] > 0).toBe(given[purpose] < wanted[purpose]);
          }
          leases.push({ at: now, second, kept: given.first + given.write + given.read });
          // A permit of before may be used as late as this, and its request be seen a minute later.
          const counted = leases.filter(({ at }) => at + leaseMs + settleMs > now - 60_000);
          expect(counted.reduce((sum, { kept }) => sum + kept, 0)).toBeLessThanOrEqual(perMinute);
        }
        expect((text ?? '').length).toBeLessThan(3_000);
        const later = settle(text, now + 66_000, {
          ...request,
          perMinute,
          wanted: of({ first: perMinute }),
        });
        expect(later.lease.given.first).toBe(perMinute);
      }),
    );
  });

  it('leaves some to writes, and says when there is more', () => {
    const all = settle(null, 5_000, { ...request, wanted: of({ read: 30 }) });
    expect(all.lease).toMatchObject({ given: of({ read: 17 }), waitMs: { first: 0, write: 0 } });
    expect(leftFor(20, 'read')).toBe(3);
    const writes = settle(all.text, 6_000, { ...request, wanted: of({ write: 9 }) });
    expect(writes.lease.given).toEqual(of({ write: 2 }));
    const first = settle(writes.text, 6_000, { ...request, wanted: of({ first: 9 }) });
    expect(first.lease.given).toEqual(of({ first: 1 }));
    const wait = writes.lease.waitMs.write;
    const [soon, then] = [6_000 + wait - 1, 6_000 + wait].map((now) =>
      settle(first.text, now, { ...request, wanted: of({ write: 20 }) }),
    );
    expect(soon?.lease.given).toEqual(of({}));
    expect(then?.lease.given).toEqual(of({ write: 16 }));
  });

  it('counts again what was used late, holds everybody back, and says how many share', () => {
    const first = settle(null, 5_000, { ...request, late: 19, holdMs: 30_000 });
    const other = { ...request, replica: 'another', wanted: of({ first: 9 }) };
    expect(settle(first.text, 6_000, other).lease).toMatchObject({
      ...{ given: of({ first: 1 }), heldMs: 29_000, replicas: 2 },
    });
    expect(settle(first.text, 200_000, other).lease).toMatchObject({
      given: of({ first: 9 }),
      heldMs: 0,
      replicas: 1,
    });
  });

  it('is not kept back for longer than a minute by a clock that was set back', () => {
    const first = settle(null, 500_000_000, { ...request, wanted: of({ first: 20 }), holdMs: 60_000 });
    const back = settle(first.text, 400_000_000, { ...request, wanted: of({ first: 20 }) });
    expect(back.lease).toMatchObject({ given: of({}), heldMs: 60_000 });
    const later = settle(back.text, 400_066_000, { ...request, wanted: of({ first: 20 }) });
    expect(later.lease).toMatchObject({ given: of({ first: 20 }), heldMs: 0 });
  });

  it('is held back by nobody, where a clock was set back and nobody asks for it any more', () => {
    const some = { ...request, wanted: of({ first: 1 }) };
    const never = settle(null, 500_000_000, some);
    expect(settle(never.text, 499_990_000, some).lease).toMatchObject({ given: of({ first: 1 }), heldMs: 0 });
    const once = settle(null, 500_000_000, { ...some, holdMs: 1_000 });
    const over = settle(once.text, 500_002_000, some);
    expect(settle(over.text, 499_990_000, some).lease).toMatchObject({ given: of({ first: 1 }), heldMs: 0 });
  });
});
