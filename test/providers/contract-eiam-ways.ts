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
  const notSent = error('PROVIDER_REFUSED', ['patch', 'displayName']);
  const conflict = error('CONFLICT', ['patch', 'username']);
  const [disable, enable, update] = [api.setStatus('disable'), api.setStatus('enable'), api.update(name)];
  const both = { ...name, username: 'new.name' };
  const taken = { status: 403, body: errorBody('ResourceDuplicated.Username') };

  interface Stop {
    readonly is: string;
    readonly patch: Json;
    readonly refusing: CapturedRequest;
    readonly by: EmulatorResponse;
    readonly payload: Json;
    readonly sends: readonly CapturedRequest[];
    readonly stores: readonly Json[];
  }
  const stops: readonly Stop[] = [
    {
      is: 'disabled, and the rest refused: in part',
      ...{ patch: { status: 'DISABLED', ...both }, refusing: update, by: taken },
      payload: uncertain('PARTIAL', { ...user, status: 'DISABLED' }, conflict, notSent),
      ...{ sends: [disable, api.update(both)], stores: [{ status: 'disabled' }] },
    },
    {
      is: 'the rest written, and enabling refused: in part',
      ...{ patch: { status: 'ENABLED', ...name }, refusing: enable },
      by: { status: 403, body: errorBody('SomethingNew') },
      payload: uncertain(
        'PARTIAL',
        { ...user, ...name },
        error('PROVIDER_REFUSED', ['patch', 'status'], safeDetails('SomethingNew')),
      ),
      ...{ sends: [update, enable], stores: [name] },
    },
    {
      is: 'a rate limit half way is no reason to send all of it again',
      ...{ patch: { status: 'DISABLED', ...name }, refusing: update },
      by: { status: 429, headers: { 'x-acs-retry-after': '60000' }, body: errorBody('Throttling.User') },
      payload: uncertain(
        'PARTIAL',
        { ...user, status: 'DISABLED' },
        error('RATE_LIMITED', ['patch', 'displayName'], { retryable: false, retryAfterSeconds: 60 }),
      ),
      ...{ sends: [disable, update], stores: [{ status: 'disabled' }] },
    },
    {
      is: 'the first refused: the second is not sent',
      ...{ patch: { status: 'ENABLED', username: 'new.name' }, refusing: update, by: taken },
      payload: notApplied(conflict),
      ...{ sends: [api.update({ username: 'new.name' })], stores: [] },
    },
  ];

  describe.concurrent('status', () => {
    it.for(stops)('$is', async ({ patch, refusing, by, payload, sends, stores }, test) => {
      const door = await openHooked(test, api, {
        intercept: (request) => (read(request).call === refusing.call ? by : undefined),
      });
      expect(await door.patch({ id }, patch)).toEqual(payload);
      expect(writesSent(door, api)).toEqual(sends);
      expect(door.emulators[directory].writes).toEqual(logged(api, ...stores));
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
  const cleared = { displayName: null, username: 'new.name' };
  const addAge = { customFields: [{ add: { field: 'age', value: { number: 99 } } }] };
  const addPath = ['patch', 'customFields', '0', 'add'];
  const missed = error('NOT_CONFIRMED', ['patch', 'displayName']);
  const unsupported = (field: string) => notApplied(error('UNSUPPORTED_FIELD', ['patch', field]));
  const shown = { ...user, displayName: null };

  type Guess = readonly [is: string, settings: object, changes: SandboxChanges, patch: Json, payload: object];
  const guesses: readonly Guess[] = [
    [
      'an empty string that does not clear',
      { emptyString: 'unchanged' },
      clears,
      { displayName: null },
      uncertain('UNKNOWN', user, missed),
    ],
    [
      'one that does not clear, beside another change',
      { emptyString: 'unchanged' },
      clears,
      cleared,
      expect.objectContaining({ outcome: 'PARTIAL', errors: [missed] }),
    ],
    [
      'an empty string that is refused',
      { emptyString: 'refused' },
      clears,
      cleared,
      notApplied(error('INVALID_INPUT', ['patch', 'displayName'])),
    ],
    ['a username that cannot be cleared even so', {}, clears, { username: null }, unsupported('username')],
    ['a status that cannot be cleared even so', {}, clears, { status: null }, unsupported('status')],
    [
      'add refused where there is a value',
      { addWhereValueExists: 'refused' },
      {},
      addAge,
      notApplied(error('INVALID_INPUT', addPath)),
    ],
    [
      'add passed over where there is a value',
      { addWhereValueExists: 'keeps' },
      {},
      addAge,
      uncertain('UNKNOWN', user, error('NOT_CONFIRMED', addPath)),
    ],
    [
      'members without a value as null',
      { missingMember: 'null' },
      clears,
      { displayName: null },
      applied(shown, 'READ_BACK'),
    ],
    [
      'members without a value as an empty string',
      { missingMember: 'emptyString' },
      clears,
      { displayName: null },
      applied(shown, 'READ_BACK'),
    ],
  ];

  describe.concurrent('guesses', () => {
    it.for(guesses)('%s', async ([, settings, changes, patch, payload], test) => {
      const door = await open(test, { ...changes, [directory]: settings });
      expect(await door.patch({ id }, patch)).toEqual(payload);
      // What was not written is not in the log either.
      const isWritten = (payload as Json).outcome !== 'NOT_APPLIED';
      expect(door.emulators[directory].writes).toHaveLength(isWritten ? 1 : 0);
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
