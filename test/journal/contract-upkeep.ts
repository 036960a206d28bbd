import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { expectUnavailable, hour, intent, result } from './sample.ts';

/** Where journals keep what they know, new and empty for each test. */
export interface Place {
  /** A journal there. Where processes cannot share it, the one before must be closed. */
  open(): Journal;
  /** Runs a statement there beside the journals; where processes cannot share it, when they are closed. */
  execute(statement: string): Promise<readonly unknown[]>;
}

/** What a test of the contract works with. */
export interface Current {
  readonly journal: Journal;
  readonly place: Place;
  /** Another journal on the place. */
  open(): Journal;
  /** As many calls as asked at once, spread over two journals where a place can be shared. */
  atOnce<T>(calls: number, call: (journal: Journal, index: number) => Promise<T>): Promise<T[]>;
}

/** What every journal must do with leases. */
export function leaseContract(current: () => Current): void {
  describe('leases', () => {
    it('are held by one, for each user, until given back by that one', async () => {
      const { journal } = current();
      expect(await journal.lease('user', 'a', hour)).toBe(true);
      expect(await journal.lease('user', 'b', hour)).toBe(false);
      expect(await journal.lease('another', 'b', hour)).toBe(true);
      await journal.release('user', 'b');
      expect(await journal.lease('user', 'b', hour)).toBe(false);
      await journal.release('user', 'a');
      expect(await journal.lease('user', 'b', hour)).toBe(true);
      expect(await journal.lease('another', 'a', hour)).toBe(false);
    });

    it('may be taken by anybody when they ran out', async () => {
      const { journal } = current();
      expect(await journal.lease('user', 'a', 0)).toBe(true);
      expect(await journal.lease('user', 'b', hour)).toBe(true);
      expect(await journal.lease('user', 'a', hour)).toBe(false);
      await journal.release('user', 'a');
      expect(await journal.lease('user', 'c', hour)).toBe(false);
    });

    it('may be taken anew by their holder, with a new time', async () => {
      const { journal } = current();
      expect(await journal.lease('user', 'a', 0)).toBe(true);
      expect(await journal.lease('user', 'a', hour)).toBe(true);
      expect(await journal.lease('user', 'b', hour)).toBe(false);
      expect(await journal.lease('user', 'a', 0)).toBe(true);
      expect(await journal.lease('user', 'b', hour)).toBe(true);
    });

    it('go to one of fifty, also when one ran out', async () => {
      const { journal, atOnce } = current();
      await journal.lease('left', 'gone', 0);
      for (const user of ['new', 'left']) {
        const taken = await atOnce(50, (one, index) => one.lease(user, `holder-${index}`, hour));
        expect(taken.filter(Boolean)).toEqual([true]);
        expect(await journal.lease(user, `holder-${taken.indexOf(true)}`, hour)).toBe(true);
      }
    });

    it('that ran out are forgotten, and no others', async () => {
      const { journal, place } = current();
      await journal.lease('over', 'a', 0);
      await journal.lease('held', 'a', hour);
      await journal.prune(new Date(0));
      await journal.close();
      expect(await place.execute('SELECT user_id FROM idpatch_lease')).toEqual([{ user_id: 'held' }]);
    });

    it('last no longer than their length where the clock is set back', async () => {
      const { journal, place } = current();
      await journal.lease('user', 'a', hour);
      await place.execute(`UPDATE idpatch_lease SET expires_at = expires_at + ${hour}`);
      expect(await journal.lease('user', 'b', hour)).toBe(true);
    });
  });
}

/** What every journal must do to last. */
export function upkeepContract(current: () => Current): void {
  describe('upkeep', () => {
    it('forgets the finished and those whose time is over, from before', async () => {
      const { journal } = current();
      const [finished, over, running] = [intent(), intent({ key: null, ttlMs: 0 }), intent({ key: null })];
      for (const one of [finished, over, running]) await journal.begin(one);
      await journal.finish(finished.operationId, result);
      const startedAt = Number((await journal.find(finished.operationId))?.startedAt);
      expect(await journal.prune(new Date(startedAt))).toBe(0);
      expect(await journal.prune(new Date(startedAt + hour))).toBe(2);
      expect(await journal.find(finished.operationId)).toBeUndefined();
      expect(await journal.find(over.operationId)).toBeUndefined();
      expect(await journal.find(running.operationId)).toMatchObject({ mayBeRunning: true });
      expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
    });

    it('forgets any number', async () => {
      const { journal } = current();
      const many = Array.from({ length: 1001 }, () => intent({ key: null, ttlMs: 0 }));
      await Promise.all(many.map((one) => journal.begin(one)));
      expect(await journal.prune(new Date(Date.now() + hour))).toBe(many.length);
    });

    it('checks by writing', async () => {
      const { journal, place } = current();
      await journal.check();
      await journal.check();
      await journal.close();
      expect(await place.execute('SELECT id FROM idpatch_health WHERE checked_at > 0')).toHaveLength(1);
    });

    it('opens nothing once closed', async () => {
      const { journal, open } = current();
      await open().close();
      await journal.check();
      await journal.close();
      await journal.close();
      await expectUnavailable(journal);
    });

    it('refuses tables that a newer idpatch made', async () => {
      const { journal, place, open } = current();
      await journal.check();
      await journal.close();
      await place.execute('INSERT INTO idpatch_schema (version) VALUES (1000)');
      const newer = open();
      await expectUnavailable(newer);
      await newer.close();
      await place.execute('DELETE FROM idpatch_schema WHERE version = 1000');
      await open().check();
    });
  });
}
