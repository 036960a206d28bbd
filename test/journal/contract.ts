import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Intent,
  type Journal,
  JournalUnavailable,
  type OperationResult,
} from '../../src/journal/journal.ts';

/** Where journals keep what they know, new and empty for each test. */
export interface Place {
  /** A journal there. Where processes cannot share it, the one before must be closed. */
  open(): Journal;
  /** Runs a statement there beside the journals; where processes cannot share it, when they are closed. */
  execute(statement: string): Promise<readonly unknown[]>;
}

const hour = 3_600_000;
let count = 0;

/** An intent with an operationId of its own. */
export function intent(changes: Partial<Intent> = {}): Intent {
  return {
    operationId: `op-${++count}`,
    caller: 'caller',
    key: 'key',
    inputDigest: 'ab12',
    user: 'user',
    fields: ['patch.email'],
    ttlMs: hour,
    ...changes,
  };
}

/** A result with one error that has details of every type. */
export const result: OperationResult = {
  outcome: 'PARTIAL',
  confirmedBy: 'READ_BACK',
  errors: [
    {
      code: 'RATE_LIMITED',
      message: 'Too many, "quoted" \\ é 🦉\n',
      path: ['patch', 'phone'],
      details: { retryAfterSeconds: 7, providerCode: null, text: 'x' },
    },
  ],
};

const other: OperationResult = { outcome: 'UNKNOWN', confirmedBy: null, errors: [] };

/** All calls of a journal but close, each with arguments that it takes. */
export function everyCall(journal: Journal): Promise<unknown>[] {
  return [
    journal.begin(intent()),
    journal.recall('caller', 'key'),
    journal.finish('op', result),
    journal.find('op'),
    journal.lease('user', 'holder', hour),
    journal.release('user', 'holder'),
    journal.prune(new Date()),
    journal.check(),
  ];
}

/** Asserts that every call rejects with JournalUnavailable that has a cause. */
export async function expectUnavailable(journal: Journal): Promise<void> {
  for (const settled of await Promise.allSettled(everyCall(journal))) {
    expect(settled).toMatchObject({ status: 'rejected', reason: { cause: expect.any(Error) } });
    expect(settled.status === 'rejected' && settled.reason).toBeInstanceOf(JournalUnavailable);
  }
}

/** What every journal must do. `shared`: several journals can be open on one place. */
export function journalContract(newPlace: () => Promise<Place>, shared: boolean): void {
  let place: Place;
  let journal: Journal;
  let opened: Journal[] = [];

  const open = () => {
    const one = place.open();
    opened.push(one);
    return one;
  };
  /** As many calls as asked at once, spread over two journals where a place can be shared. */
  const atOnce = <T>(calls: number, call: (journal: Journal, index: number) => Promise<T>) => {
    const second = shared ? open() : journal;
    return Promise.all(
      Array.from({ length: calls }, (_, index) => call(index % 2 ? second : journal, index)),
    );
  };

  beforeEach(async () => {
    place = await newPlace();
    journal = open();
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()));
    opened = [];
  });

  describe('operations', () => {
    it('are kept whole', async () => {
      const odd = 'a\u0000b "c" \\u0041 \\ é 🦉 \ud800 \u007f\n';
      const { ttlMs, ...asked } = intent({
        operationId: `o${odd}`,
        caller: `c${odd}`,
        key: `k${odd}`,
        inputDigest: '00ff',
        user: `u${odd}`,
        fields: [`f${odd}`, 'patch.email', ''],
      });
      expect(await journal.begin({ ...asked, ttlMs })).toEqual({ kind: 'begun' });
      const unfinished = await journal.find(asked.operationId);
      const startedAt = unfinished?.startedAt;
      expect(startedAt).toBeInstanceOf(Date);
      expect(unfinished).toStrictEqual({
        ...asked,
        startedAt,
        finishedAt: null,
        result: null,
        mayBeRunning: true,
      });

      await journal.finish(asked.operationId, result);
      const finished = await journal.find(asked.operationId);
      const finishedAt = finished?.finishedAt;
      expect(finishedAt).toBeInstanceOf(Date);
      expect(Number(finishedAt)).toBeGreaterThanOrEqual(Number(startedAt));
      expect(finished).toStrictEqual({ ...asked, startedAt, finishedAt, result, mayBeRunning: false });
      expect(await journal.recall(asked.caller, `k${odd}`)).toStrictEqual(finished);
      expect(await journal.begin({ ...asked, operationId: 'again', ttlMs })).toStrictEqual({
        kind: 'known',
        operation: finished,
      });

      await journal.close();
      journal = open();
      expect(await journal.find(asked.operationId)).toStrictEqual(finished);
    });

    it('are not there where none was begun', async () => {
      await journal.begin(intent({ key: null }));
      expect(await journal.find('none')).toBeUndefined();
      expect(await journal.recall('caller', 'none')).toBeUndefined();
      await journal.finish('none', result);
      expect(await journal.find('none')).toBeUndefined();
    });

    it('keep nothing of a result but its own members', async () => {
      const asked = intent();
      await journal.begin(asked);
      const error = { ...result.errors[0], value: 'secret' } as OperationResult['errors'][number];
      const more = { ...result, errors: [error], user: { email: 'secret@example.com' } };
      await journal.finish(asked.operationId, more);
      expect((await journal.find(asked.operationId))?.result).toStrictEqual(result);
    });

    it('have one result', async () => {
      const asked = intent();
      await journal.begin(asked);
      await journal.finish(asked.operationId, result);
      const first = await journal.find(asked.operationId);
      await journal.finish(asked.operationId, other);
      expect(await journal.find(asked.operationId)).toStrictEqual(first);
    });

    it('end, for others, with their time', async () => {
      const [over, still] = [intent({ key: null, ttlMs: 0 }), intent({ key: null })];
      await journal.begin(over);
      await journal.begin(still);
      expect((await journal.find(over.operationId))?.mayBeRunning).toBe(false);
      expect((await journal.find(still.operationId))?.mayBeRunning).toBe(true);
    });

    it(`${shared ? 'may go on' : 'have ended'} where another journal began them`, async () => {
      const asked = intent();
      await journal.begin(asked);
      if (!shared) await journal.close();
      const known = await open().begin(intent());
      expect(known).toMatchObject({
        kind: 'known',
        operation: { operationId: asked.operationId, result: null, mayBeRunning: shared },
      });
    });
  });

  describe('keys', () => {
    it('give what stands there, whatever the input', async () => {
      const asked = intent();
      await journal.begin(asked);
      expect(await journal.begin(intent({ inputDigest: 'ff', user: 'another' }))).toMatchObject({
        kind: 'known',
        operation: { operationId: asked.operationId, inputDigest: 'ab12', user: 'user' },
      });
      expect((await journal.recall('caller', 'key'))?.operationId).toBe(asked.operationId);
    });

    it('belong to one caller', async () => {
      for (const [caller, key] of [
        ['a', 'bc'],
        ['ab', 'c'],
        ['b', 'bc'],
        ['a', 'bC'],
        ['a', 'bc '],
      ] as const) {
        const asked = intent({ caller, key });
        expect(await journal.begin(asked)).toEqual({ kind: 'begun' });
        expect((await journal.recall(caller, key))?.operationId).toBe(asked.operationId);
      }
    });

    it('may be left out', async () => {
      for (const asked of [intent({ key: null }), intent({ key: null })]) {
        expect(await journal.begin(asked)).toEqual({ kind: 'begun' });
        expect(await journal.find(asked.operationId)).toMatchObject({ key: null });
      }
      expect(await journal.recall('caller', 'null')).toBeUndefined();
    });

    it('let one of fifty begin', async () => {
      const answers = await atOnce(50, (one, index) => one.begin(intent({ operationId: `race-${index}` })));
      const winner = answers.findIndex(({ kind }) => kind === 'begun');
      const known = answers.flatMap((answer) =>
        answer.kind === 'known' ? [answer.operation.operationId] : [],
      );
      expect(known).toEqual(Array(49).fill(`race-${winner}`));
    });
  });

  leases(() => ({ journal, place, atOnce }));
  upkeep(() => ({ journal, place, open }));
}

interface Current {
  readonly journal: Journal;
  readonly place: Place;
}

function leases(
  current: () => Current & {
    atOnce<T>(calls: number, call: (journal: Journal, index: number) => Promise<T>): Promise<T[]>;
  },
): void {
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
  });
}

function upkeep(current: () => Current & { open(): Journal }): void {
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

    it('forgets the leases that ran out and no others', async () => {
      const { journal, place } = current();
      await journal.lease('over', 'a', 0);
      await journal.lease('held', 'a', hour);
      await journal.prune(new Date(0));
      await journal.close();
      expect(await place.execute('SELECT user_id FROM idpatch_lease')).toEqual([{ user_id: 'held' }]);
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
