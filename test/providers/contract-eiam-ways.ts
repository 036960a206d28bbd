import { describe, expect, it, type TestContext } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import {
  applied,
  type CapturedRequest,
  calls,
  error,
  type Json,
  logged,
  notApplied,
  onWrite,
  open,
  openHooked,
  uncertain,
  writesSent,
} from './contract-door.ts';
import type { EiamApi } from './contract-eiam.ts';

const name = { displayName: 'New Name' };

/** Status is a request of its own, and a patch of both may stop half way; without an answer: test/faults/table. */
export function describeStatus(api: EiamApi): void {
  const { directory, user, errorBody, safeDetails, read } = api;
  const { id } = user;
  const [disable, enable, update] = [api.setStatus('disable'), api.setStatus('enable'), api.update(name)];
  const both = { ...name, username: 'new.name' };
  const taken = { status: 403, body: errorBody('ResourceDuplicated.Username') };
  const conflict = error('CONFLICT', ['patch', 'username']);
  const notSent = error('PROVIDER_REFUSED', ['patch', 'displayName']);
  const disabled = { ...user, status: 'DISABLED' };

  /** A door where one of the requests is answered so. */
  const openRefusing = (test: TestContext, { call }: CapturedRequest, answer: EmulatorResponse) =>
    openHooked(test, api, { intercept: (request) => (read(request).call === call ? answer : undefined) });

  describe.concurrent('status', () => {
    it('disabled, and the rest refused: in part', async (test) => {
      const door = await openRefusing(test, update, taken);
      const answer = await door.patch({ id }, { status: 'DISABLED', ...both });
      expect(answer).toEqual(uncertain('PARTIAL', disabled, conflict, notSent));
      expect(door.emulators[directory].writes).toEqual(logged(api, { status: 'disabled' }));
      expect(writesSent(door, api)[0]).toEqual(disable);
    });

    it('the rest written, and enabling refused: in part', async (test) => {
      const door = await openRefusing(test, enable, { status: 403, body: errorBody('SomethingNew') });
      const refused = error('PROVIDER_REFUSED', ['patch', 'status'], safeDetails('SomethingNew'));
      const answer = await door.patch({ id }, { status: 'ENABLED', ...name });
      expect(answer).toEqual(uncertain('PARTIAL', { ...user, ...name }, refused));
      expect(door.emulators[directory].writes).toEqual(logged(api, name));
    });

    it('a rate limit half way is no reason to send all of it again', async (test) => {
      const headers = { 'x-acs-retry-after': '60000' };
      const limit = { status: 429, headers, body: errorBody('Throttling.User') };
      const door = await openRefusing(test, update, limit);
      const limited = { retryable: false, retryAfterSeconds: 60 };
      expect(await door.patch({ id }, { status: 'DISABLED', ...name })).toEqual(
        uncertain('PARTIAL', disabled, error('RATE_LIMITED', ['patch', 'displayName'], limited)),
      );
    });

    it('the first refused: the second is not sent', async (test) => {
      const door = await openRefusing(test, update, taken);
      const username = 'new.name';
      expect(await door.patch({ id }, { status: 'ENABLED', username })).toEqual(notApplied(conflict));
      expect(writesSent(door, api)).toEqual([api.update({ username })]);
      expect(calls(door, api).at(-1)).toMatch(api.writes);
    });

    it('the second refused and the first not to be seen: each is said once', async (test) => {
      let isDown = false;
      const door = await openHooked(test, api, {
        intercept: (request) => {
          if (isDown) return { status: 500, body: 'Internal Server Error' };
          isDown = read(request).call === update.call;
          return isDown ? taken : undefined;
        },
      });
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'status']);
      const answer = await door.patch({ id }, { status: 'DISABLED', ...both });
      expect(answer).toEqual(uncertain('UNKNOWN', null, unknown, conflict, notSent));
    });

    it('a disabled user is enabled', async (test) => {
      const door = await open(test);
      await door.patch({ id }, { status: 'DISABLED' });
      expect(await door.patch({ id }, { status: 'ENABLED' })).toEqual(applied(user, 'READ_BACK'));
      const changes = [{ status: 'disabled' }, { status: 'enabled' }];
      expect(door.emulators[directory].writes).toEqual(logged(api, ...changes));
    });
  });
}

/** What eiam.md guesses, each the other way round; and values that an account cannot have. */
export function describeGuesses(api: EiamApi): void {
  const { directory, user } = api;
  const { id } = user;
  const clears: SandboxChanges = { directories: { [directory]: { emptyStringClears: true } } };
  const both = { displayName: null, username: 'new.name' };
  const addAge = { customFields: [{ add: { field: 'age', value: { number: 99 } } }] };
  const addPath = ['patch', 'customFields', '0', 'add'];
  const missed = error('NOT_CONFIRMED', ['patch', 'displayName']);
  const unsupported = (field: string) => notApplied(error('UNSUPPORTED_FIELD', ['patch', field]));
  const shown = { ...user, displayName: null };

  const cleared = (payload: object, patch: Json = { displayName: null }) => ({ patch, payload });
  const added = (payload: object) => ({ patch: addAge, payload });
  const invalid = (...path: readonly string[]) => notApplied(error('INVALID_INPUT', path));
  const inPart = expect.objectContaining({ outcome: 'PARTIAL', errors: [missed] });
  const guesses = [
    [{ emptyString: 'unchanged' }, cleared(uncertain('UNKNOWN', user, missed))],
    [{ emptyString: 'unchanged' }, cleared(inPart, both)],
    [{ emptyString: 'refused' }, cleared(invalid('patch', 'displayName'), both)],
    [{ emptyString: 'clears' }, cleared(unsupported('username'), { username: null })],
    [{ emptyString: 'clears' }, cleared(unsupported('status'), { status: null })],
    [{ missingMember: 'null' }, cleared(applied(shown, 'READ_BACK'))],
    [{ missingMember: 'emptyString' }, cleared(applied(shown, 'READ_BACK'))],
    [{ addWhereValueExists: 'refused' }, added(invalid(...addPath))],
    [{ addWhereValueExists: 'keeps' }, added(uncertain('UNKNOWN', user, error('NOT_CONFIRMED', addPath)))],
  ] as const;

  describe.concurrent('guesses', () => {
    it.for(guesses)('with %o', async ([settings, { patch, payload }], test) => {
      const door = await open(test, { ...clears, [directory]: settings });
      expect(await door.patch({ id }, patch)).toEqual(payload);
      const isRefused = (payload as Json).outcome === 'NOT_APPLIED';
      expect(door.emulators[directory].writes).toHaveLength(isRefused ? 0 : 1);
    });

    it('where no custom fields are configured, every value is a text', async (test) => {
      const door = await open(test, { directories: { [directory]: { customFields: undefined } } });
      const wrongType = notApplied(error('INVALID_INPUT', [...addPath, 'value']));
      expect(await door.patch({ id }, addAge)).toEqual(wrongType);
      expect(calls(door, api)).toEqual([]);
      const text = { customFields: [{ add: { field: 'age', value: { text: '99' } } }] };
      expect(await door.patch({ id }, text)).toMatchObject({ outcome: 'APPLIED', errors: [] });
      expect(door.emulators[directory].writes).toEqual(logged(api, { customFields: { age: '99' } }));
    });

    /** A door where whoever asks for a user gets the second. */
    const openWithAnother = async (test: TestContext) => {
      let another: Json = {};
      const door = await openHooked(test, api, {
        intercept: (request) =>
          api.getUser.call.test(api.read(request).call)
            ? { status: 200, body: api.getUser.body(another) }
            : undefined,
      });
      another = { ...[...door.emulators[directory].users().values()][1], ...name };
      return door;
    };

    it('another user in the answer to a look is not the one who was written', async (test) => {
      const unknown = error('OUTCOME_UNKNOWN', ['patch', 'displayName']);
      const door = await openWithAnother(test);
      expect(await door.patch({ id }, name)).toEqual(uncertain('UNKNOWN', null, unknown));
    });

    it('another user in the answer to a look-up is never written to', async (test) => {
      const door = await openWithAnother(test);
      const login = { directory, login: String(user.username) };
      expect(await door.patch({ login }, name)).toMatchObject({ outcome: 'NOT_APPLIED' });
      expect(writesSent(door, api)).toEqual([]);
    });

    it('a value that another account has', async (test) => {
      const door = await open(test);
      const [, other = {}] = [...door.emulators[directory].users().values()];
      const { username, email, phoneRegion, phoneNumber } = other as Readonly<Record<string, string>>;
      const cases: readonly (readonly [Json, readonly string[]])[] = [
        [{ username }, ['username']],
        [{ email: { address: email, verified: true } }, ['email', 'address']],
        [{ phone: { number: `+${phoneRegion}${phoneNumber}`, verified: true } }, ['phone', 'number']],
      ];
      for (const [patch, path] of cases)
        expect(await door.patch({ id }, patch)).toEqual(notApplied(error('CONFLICT', ['patch', ...path])));
      expect(door.emulators[directory].writes).toEqual([]);
    });

    it('an account’s refusal when it is cleared names no place that the input does not have', async (test) => {
      const intercept = onWrite(api, { status: 400, body: api.errorBody('MissingParameter.Email') });
      const door = await openHooked(test, api, { intercept }, clears);
      const refused = (...path: readonly string[]) => notApplied(error('INVALID_INPUT', ['patch', ...path]));
      expect(await door.patch({ id }, { email: null })).toEqual(refused('email'));
      expect(await door.patch({ id }, { username: 'a', displayName: 'b' })).toEqual(refused());
    });
  });
}
