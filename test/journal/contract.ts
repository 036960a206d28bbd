import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal, OperationResult } from '../../src/journal/journal.ts';
import { leaseContract, type Place, upkeepContract } from './contract-upkeep.ts';
import { hour, intent, result } from './sample.ts';

const other: OperationResult = {
  outcome: 'UNKNOWN',
  confirmedBy: null,
  errors: [],
  adjusted: [['patch', 'email']],
};

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
      const { ttlMs, changes, ...asked } = intent({
        operationId: `o${odd}`,
        caller: `c${odd}`,
        key: `k${odd}`,
        inputDigest: '00ff',
        user: `u${odd}`,
        fields: [`f${odd}`, 'patch.email', ''],
      });
      expect(await journal.begin({ ...asked, changes, ttlMs })).toEqual({ kind: 'begun' });
      const unfinished = await journal.find(asked.operationId);
      const startedAt = unfinished?.startedAt;
      expect(startedAt).toBeInstanceOf(Date);
      expect(unfinished).toStrictEqual({
        ...asked,
        startedAt,
        finishedAt: null,
        result: null,
        open: changes,
        mayBeRunning: true,
      });

      await journal.finish(asked.operationId, result);
      const finished = await journal.find(asked.operationId);
      const finishedAt = finished?.finishedAt;
      expect(finishedAt).toBeInstanceOf(Date);
      expect(Number(finishedAt)).toBeGreaterThanOrEqual(Number(startedAt));
      expect(finished).toStrictEqual({
        ...{ ...asked, startedAt, finishedAt, result, open: null, mayBeRunning: false },
      });
      expect(await journal.findByKey(asked.caller, `k${odd}`)).toStrictEqual(finished);
      expect(await journal.begin({ ...asked, operationId: 'again', changes, ttlMs })).toStrictEqual({
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
      expect(await journal.findByKey('caller', 'none')).toBeUndefined();
      await journal.finish('none', result);
      expect(await journal.find('none')).toBeUndefined();
    });

    it('keep nothing of a result but its own members', async () => {
      const asked = intent();
      await journal.begin(asked);
      const errors = result.errors.map((error) => ({ ...error, value: 'secret' }));
      const more = { ...result, errors, user: { email: 'secret@example.com' } };
      await journal.finish(asked.operationId, more);
      expect((await journal.find(asked.operationId))?.result).toStrictEqual(result);
    });

    it('have their results in the form that released versions wrote', async () => {
      const asked = intent();
      await journal.begin(asked);
      await journal.finish(asked.operationId, result);
      await journal.close();
      const rows = await place.execute('SELECT result FROM idpatch_operation');
      const [row] = rows as readonly { readonly result: string }[];
      const [rateLimited, refused] = result.errors.map(({ code, message, path }) => ({
        code,
        message,
        path,
      }));
      expect(JSON.parse(JSON.parse(`"${row?.result}"`))).toStrictEqual({
        ...{ outcome: 'PARTIAL', confirmedBy: 'READ_BACK' },
        errors: [
          { ...rateLimited, details: { retryAfterSeconds: 7 } },
          { ...refused, details: { providerCode: null, providerRequestId: 'id' } },
        ],
      });
    });

    it('have another result as long as it is open', async () => {
      const asked = intent();
      await journal.begin(asked);
      const changes = [
        { path: 'patch.phone', field: 'phone', digest: 'y' },
        { path: 'patch.é', field: 'customFields.é', digest: 'z' },
      ];
      await journal.finish(asked.operationId, other, changes);
      expect(await journal.find(asked.operationId)).toMatchObject({ result: other, open: changes });
      await journal.finish(asked.operationId, other, []);
      expect(await journal.find(asked.operationId)).toMatchObject({ result: other, open: [] });
      await journal.finish(asked.operationId, result);
      expect(await journal.find(asked.operationId)).toMatchObject({ result, open: null });
      await journal.finish(asked.operationId, other, changes);
      expect(await journal.find(asked.operationId)).toMatchObject({ result, open: null });
    });

    it('with a value that is missing are refused', async () => {
      const asked = { ...intent(), user: undefined as unknown as string };
      await expect(journal.begin(asked)).rejects.toThrow();
      expect(await journal.find(asked.operationId)).toBeUndefined();
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
      expect((await journal.findByKey('caller', 'key'))?.operationId).toBe(asked.operationId);
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
        expect((await journal.findByKey(caller, key))?.operationId).toBe(asked.operationId);
      }
    });

    it('are found by a former id of the caller too, and by the present one first', async () => {
      const former = intent({ caller: 'former' });
      await journal.begin(former);
      expect(await journal.findByKey('caller', 'key')).toBeUndefined();
      const found = async () => (await journal.findByKey('caller', 'key', 'former'))?.operationId;
      expect(await found()).toBe(former.operationId);
      expect(await journal.findByKey('caller', 'other', 'former')).toBeUndefined();
      const present = intent();
      expect(await journal.begin(present)).toEqual({ kind: 'begun' });
      expect(await found()).toBe(present.operationId);
    });

    it('may be left out', async () => {
      for (const asked of [intent({ key: null }), intent({ key: null })]) {
        expect(await journal.begin(asked)).toEqual({ kind: 'begun' });
        expect(await journal.find(asked.operationId)).toMatchObject({ key: null });
      }
      expect(await journal.findByKey('caller', 'null')).toBeUndefined();
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

  const current = () => ({ journal, place, open, atOnce });
  if (shared) leaseContract(current);
  else
    it('grants every lease: the process has it to itself', async () => {
      expect(await journal.lease('user', 'a', hour)).toBe(true);
      expect(await journal.lease('user', 'b', hour)).toBe(true);
    });
  upkeepContract(current);
}
