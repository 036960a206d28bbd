import { describe, expect, it } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { openDoor } from '../harness/front-door.ts';
import {
  applied,
  calls,
  error,
  logged,
  notApplied,
  onWrite,
  openHooked,
  uncertain,
  writesSent,
} from './contract-door.ts';
import type { EiamApi } from './contract-eiam.ts';

/** Status is a request of its own, and a patch of both may stop half way. */
export function describeStatus(api: EiamApi): void {
  const { directory, user, errorBody, safeDetails, writes, read } = api;
  const id = user.id;
  const notSent = (field: string) => error('PROVIDER_REFUSED', ['patch', field]);
  const only = (call: string, answer: EmulatorResponse) =>
    openHooked(api, { intercept: (request) => (read(request).call === call ? answer : undefined) });
  const disable = api.setStatus('disable');
  const enable = api.setStatus('enable');
  const update = api.update({ displayName: 'New Name' });
  const refusal = { status: 403, body: errorBody('ResourceDuplicated.Username') };
  const both = { displayName: 'New Name', username: 'new.name' };

  describe('status', () => {
    it('disabled, and the rest refused: in part', async () => {
      const door = await only(update.call, refusal);
      const conflict = error('CONFLICT', ['patch', 'username']);
      const answer = await door.patch({ id }, { status: 'DISABLED', ...both });
      const seen = { ...user, status: 'DISABLED' };
      expect(answer).toEqual(uncertain('PARTIAL', seen, conflict, notSent('displayName')));
      expect(door.emulators[directory].writes).toEqual(logged(api, { status: 'disabled' }));
      expect(writesSent(door, api)[0]).toEqual(disable);
    });

    it('the rest written, and enabling refused: in part', async () => {
      const door = await only(enable.call, { status: 403, body: errorBody('SomethingNew') });
      const answer = await door.patch({ id }, { status: 'ENABLED', displayName: 'New Name' });
      const refused = error('PROVIDER_REFUSED', ['patch', 'status'], safeDetails('SomethingNew'));
      expect(answer).toEqual(uncertain('PARTIAL', { ...user, displayName: 'New Name' }, refused));
      expect(door.emulators[directory].writes).toEqual(logged(api, { displayName: 'New Name' }));
    });

    it('a rate limit half way is no reason to send all of it again', async () => {
      const door = await only(update.call, { status: 429, body: errorBody('Throttling.User') });
      const limited = error('RATE_LIMITED', ['patch', 'displayName'], { retryable: false });
      const answer = await door.patch({ id }, { status: 'DISABLED', displayName: 'New Name' });
      expect(answer).toEqual(uncertain('PARTIAL', { ...user, status: 'DISABLED' }, limited));
    });

    it('the first refused: the second is not sent', async () => {
      const door = await only(update.call, refusal);
      const answer = await door.patch({ id }, { status: 'ENABLED', username: 'new.name' });
      expect(answer).toEqual(notApplied(error('CONFLICT', ['patch', 'username'])));
      expect(writesSent(door, api)).toEqual([api.update({ username: 'new.name' })]);
      expect(calls(door, api).at(-1)).toMatch(writes);
    });

    it('the first without an answer: the second is not sent', async () => {
      const door = await only(disable.call, { status: 500, body: 'Internal Server Error' });
      const answer = await door.patch({ id }, { status: 'DISABLED', displayName: 'New Name' });
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'status']);
      expect(answer).toEqual(uncertain('UNKNOWN', user, unknown, notSent('displayName')));
      expect(writesSent(door, api)).toEqual([disable]);
      expect(door.emulators[directory].writes).toEqual([]);
    });

    it('the second without an answer: not known', async () => {
      const door = await only(update.call, { status: 500, body: 'Internal Server Error' });
      const answer = await door.patch({ id }, { status: 'DISABLED', displayName: 'New Name' });
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'displayName']);
      expect(answer).toEqual(uncertain('UNKNOWN', { ...user, status: 'DISABLED' }, unknown));
      expect(writesSent(door, api)).toEqual([disable, update]);
    });

    it('the second refused and the first not to be seen: each is said once', async () => {
      let isDown = false;
      const door = await openHooked(api, {
        intercept: (request) => {
          if (isDown) return { status: 500, body: 'Internal Server Error' };
          isDown = read(request).call === update.call;
          return isDown ? { status: 403, body: errorBody('ResourceDuplicated.Username') } : undefined;
        },
      });
      const answer = await door.patch({ id }, { status: 'DISABLED', ...both });
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'status']);
      const conflict = error('CONFLICT', ['patch', 'username']);
      expect(answer).toEqual(uncertain('UNKNOWN', null, unknown, conflict, notSent('displayName')));
    });

    it('a disabled user is enabled', async () => {
      const door = await openDoor();
      await door.patch({ id }, { status: 'DISABLED' });
      expect(await door.patch({ id }, { status: 'ENABLED' })).toEqual(applied(user, 'READ_BACK'));
      expect(door.emulators[directory].writes).toEqual(
        logged(api, { status: 'disabled' }, { status: 'enabled' }),
      );
    });
  });
}

/** What eiam.md guesses, each the other way round; and values that an account cannot have. */
export function describeGuesses(api: EiamApi): void {
  const { directory, user } = api;
  const id = user.id;
  const clearing = { directories: { [directory]: { emptyStringClears: true } } };
  const cleared = { displayName: null, username: 'new.name' };
  const addAge = { customFields: [{ add: { field: 'age', value: { number: 99 } } }] };

  describe('guesses', () => {
    it('an empty string that does not clear is noticed', async () => {
      const door = await openDoor({ ...clearing, [directory]: { emptyString: 'unchanged' } });
      const answer = await door.patch({ id }, { displayName: null });
      const missed = error('NOT_CONFIRMED', ['patch', 'displayName']);
      expect(answer).toEqual(uncertain('UNKNOWN', user, missed));
      expect(await door.patch({ id }, cleared)).toMatchObject({ outcome: 'PARTIAL', errors: [missed] });
    });

    it('an empty string that is refused', async () => {
      const door = await openDoor({ ...clearing, [directory]: { emptyString: 'refused' } });
      const refused = notApplied(error('INVALID_INPUT', ['patch', 'displayName']));
      expect(await door.patch({ id }, cleared)).toEqual(refused);
      expect(door.emulators[directory].writes).toEqual([]);
    });

    it.each(['username', 'status'])('%s cannot be cleared even so', async (field) => {
      const door = await openDoor(clearing);
      const refused = notApplied(error('UNSUPPORTED_FIELD', ['patch', field]));
      expect(await door.patch({ id }, { [field]: null })).toEqual(refused);
      expect(calls(door, api)).toEqual([]);
    });

    it('add where there is a value, refused or passed over', async () => {
      const path = ['patch', 'customFields', '0', 'add'];
      const refuses = await openDoor({ [directory]: { addWhereValueExists: 'refused' } });
      expect(await refuses.patch({ id }, addAge)).toEqual(notApplied(error('INVALID_INPUT', path)));
      const keeps = await openDoor({ [directory]: { addWhereValueExists: 'keeps' } });
      const missed = uncertain('UNKNOWN', user, error('NOT_CONFIRMED', path));
      expect(await keeps.patch({ id }, addAge)).toEqual(missed);
    });

    it('members without a value as null, or as an empty string', async () => {
      for (const missingMember of ['null', 'emptyString'] as const) {
        const door = await openDoor({ ...clearing, [directory]: { missingMember } });
        const answer = await door.patch({ id }, { displayName: null });
        expect(answer).toEqual(applied({ ...user, displayName: null }, 'READ_BACK'));
      }
    });

    it('where no custom fields are configured, every value is a text', async () => {
      const door = await openDoor({ directories: { [directory]: { customFields: undefined } } });
      const path = ['patch', 'customFields', '0', 'add', 'value'];
      expect(await door.patch({ id }, addAge)).toEqual(notApplied(error('INVALID_INPUT', path)));
      expect(calls(door, api)).toEqual([]);
      const text = { customFields: [{ add: { field: 'age', value: { text: '99' } } }] };
      expect(await door.patch({ id }, text)).toMatchObject({ outcome: 'APPLIED', errors: [] });
      expect(door.emulators[directory].writes).toEqual(logged(api, { customFields: { age: '99' } }));
    });

    it('another user in the answer to a look is not the one who was written', async () => {
      const other = { userId: 'user_other', username: 'other', displayName: 'New Name' };
      const answer = { status: 200, body: api.getUser.body(other) };
      const door = await openHooked(api, {
        intercept: (request) => (api.getUser.call.test(api.read(request).call) ? answer : undefined),
      });
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'displayName']);
      expect(await door.patch({ id }, { displayName: 'New Name' })).toEqual(
        uncertain('UNKNOWN', null, unknown),
      );
    });

    it('another user in the answer to a look-up is never written to', async () => {
      const before = await openDoor();
      const [, other] = [...before.emulators[directory].users().values()];
      const answer = { status: 200, body: api.getUser.body(other ?? {}) };
      const door = await openHooked(api, {
        intercept: (request) => (api.getUser.call.test(api.read(request).call) ? answer : undefined),
      });
      const login = { directory, login: String(user.username) };
      expect(await door.patch({ login }, { displayName: 'New Name' })).toMatchObject({
        outcome: 'NOT_APPLIED',
      });
      expect(writesSent(door, api)).toEqual([]);
    });

    it('a value that another account has', async () => {
      const door = await openDoor();
      const [, other] = [...door.emulators[directory].users().values()];
      const cases = [
        [{ username: String(other?.username) }, ['username']],
        [{ email: { address: String(other?.email), verified: true } }, ['email', 'address']],
        [
          { phone: { number: `+${other?.phoneRegion}${other?.phoneNumber}`, verified: true } },
          ['phone', 'number'],
        ],
      ] as const;
      for (const [patch, path] of cases) {
        const conflict = notApplied(error('CONFLICT', ['patch', ...path]));
        expect(await door.patch({ id }, patch)).toEqual(conflict);
      }
      expect(door.emulators[directory].writes).toEqual([]);
    });

    it('an account’s refusal when it is cleared names no place that the input does not have', async () => {
      const answer = { status: 400, body: api.errorBody('MissingParameter.Email') };
      const door = await openHooked(api, { intercept: onWrite(api, answer) }, clearing);
      const refused = notApplied(error('INVALID_INPUT', ['patch', 'email']));
      expect(await door.patch({ id }, { email: null })).toEqual(refused);
      const whole = notApplied(error('INVALID_INPUT', ['patch']));
      expect(await door.patch({ id }, { username: 'a', displayName: 'b' })).toEqual(whole);
    });
  });
}
