import { describe, expect, it, type TestContext } from 'vitest';
import type { UserWrite, WriteResult } from '../../src/providers/provider.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';
import { createHttpClient } from '../../src/upstream/undici-client.ts';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { someUser } from '../harness/expected.ts';
import type { Answer } from '../harness/fault-answers.ts';
import type { Fault } from '../harness/fault-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { patchMany } from '../harness/many.ts';
import { seeds } from '../upstream/quota/door.ts';
import type { BatchWireFormat, Case, ProviderFixture } from './contract.ts';
import { undocumentedAnswers } from './contract-answers.ts';
import { answered, applied, type CapturedRequest, open, writesSent } from './contract-door.ts';

const path = ['patch', 'displayName'];

/** Patches of many users: each as if it were alone, whether or not the provider has a request for many. */
export function describeMany(fixture: ProviderFixture): void {
  const { user, directory, many } = fixture;
  const rename = fixture.cases.find(({ patch }) => 'displayName' in patch && patch.displayName !== null);

  it.for([...fixture.cases, fixture.everything])(
    'beside another user: $does',
    async ({ patch, sends, shows, changes }: Case, test) => {
      const door = await open(test, changes);
      const other = someUser(door, directory, 1);
      if (!rename) throw new Error('No case sets displayName.');
      const theirs = JSON.parse(
        JSON.stringify(rename.sends).replaceAll(user.userId, other.slice(directory.length + 1)),
      ) as readonly CapturedRequest[];
      const inputs = [
        { user: { id: user.id }, patch },
        { user: { id: other }, patch: rename.patch },
      ];
      expect(await patchMany(door, inputs)).toEqual([
        { operationId: expect.any(String), ...applied({ ...user, ...shows }, fixture.confirmedBy) },
        expect.objectContaining({
          ...{ outcome: 'APPLIED', errors: [] },
          user: expect.objectContaining({ id: other, ...rename.patch }),
        }),
      ]);
      const sent = writesSent(door, fixture);
      if (many && !('customFields' in patch)) expect(sent).toEqual([many.sends([...sends, ...theirs])]);
      else if (many) {
        // Who asks for the definitions comes after; who reads first is not waited for.
        const later = [...theirs, ...sends];
        expect([[many.sends(later)], later]).toContainEqual(sent);
      } else {
        // Each in its order, and side by side in whatever order.
        const ofUser = (one: CapturedRequest) => JSON.stringify(one).includes(user.userId);
        expect(sent.filter(ofUser)).toEqual(sends);
        expect(sent.filter((one) => !ofUser(one))).toEqual(theirs);
      }
    },
  );

  if (many) describe('in one request', () => describeTogether(fixture, many));
}

function describeTogether({ directory, unknownUserId, read }: ProviderFixture, many: BatchWireFormat): void {
  /** The provider itself, behind a bad line, with so many users and a write for each. */
  async function openProvider(test: TestContext, count: number, fault?: Fault) {
    const users = seeds(directory, count);
    const door = await openBehindProxies(test, { [directory]: { users } });
    const proxy = door.proxies[directory];
    const configured = door.sandbox.config.directories[directory];
    if (!configured) throw new Error('There is no such directory.');
    const bounds = { connections: 4, connectTimeoutMs: 1_000, answerBytes: 1_000_000 };
    const http = createHttpClient(configured.origin, bounds);
    const provider = configured.create(directory, http);
    test.onTestFinished(() => provider.close());
    if (fault) proxy.fail('write', fault);
    const ids = users.map(({ userId }) => userId);
    const write = (some = ids, ms = 5_000) => {
      if (!provider.writeMany) throw new Error('The provider has no request for many.');
      const writes = some.map(
        (userId): UserWrite => ({
          ...{ userId, step: { changes: [{ field: 'displayName', value: `Name of ${userId}`, path }] } },
        }),
      );
      return provider.writeMany(writes, { deadline: createDeadline(ms) });
    };
    return { door, proxy, ids, write };
  }

  const stored = (door: FrontDoor) => door.emulators[directory].writes.map(({ userId }) => userId);
  const accepted = (userId = '') => ({
    kind: 'accepted',
    user: expect.objectContaining({ userId, displayName: `Name of ${userId}` }),
  });
  const refused = (code: string | RegExp) => ({
    kind: 'refused',
    errors: [expect.objectContaining({ code: expect.stringMatching(code) })],
  });
  const ambiguous: WriteResult = { kind: 'ambiguous' };

  it('each result is in its writer’s place', async (test) => {
    const { door, ids, write } = await openProvider(test, 4);
    const [a = '', b = '', c = '', d = ''] = ids;
    expect(await write([c, unknownUserId, a, d])).toEqual([
      accepted(c),
      refused(/PROVIDER_REFUSED|USER_NOT_FOUND/),
      ...[accepted(a), accepted(d)],
    ]);
    expect(stored(door)).toEqual([c, a, d]);
    expect(stored(door)).not.toContain(b);
  });

  type Lists = readonly [written: readonly string[], failed: readonly string[]];
  it.for<[string, (ids: readonly string[]) => Lists, 'accepted' | 'refused' | 'ambiguous']>([
    ['among those who were written', (ids) => [ids, []], 'accepted'],
    ['written, in another order', (ids) => [ids.toReversed(), []], 'accepted'],
    ['among those who failed', ([a = '', ...more]) => [more, [a]], 'refused'],
    ['in both lists', ([a = '', ...more]) => [[a, ...more], [a]], 'ambiguous'],
    ['in neither list', ([, ...more]) => [more, []], 'ambiguous'],
    ['written twice', ([a = '', ...more]) => [[a, ...more, a], []], 'ambiguous'],
    ['failed twice', ([a = '', ...more]) => [more, [a, a]], 'ambiguous'],
    ['somebody else in their place', ([, ...more]) => [[unknownUserId, ...more], []], 'ambiguous'],
  ])('a user who is %s', async ([, lists, kind], test) => {
    const { door, proxy, ids, write } = await openProvider(test, 3);
    const [written, failed] = lists(ids);
    const users = door.emulators[directory].users();
    const shown = written.map((userId) => ({ ...users.get(userId), userId, name: `Name of ${userId}` }));
    proxy.fault = () => ({ delivered: false, answer: answered(many.answer(shown, failed)) });
    const [first, ...others] = await write();
    expect(others).toEqual(ids.slice(1).map(accepted));
    expect(first).toEqual(
      kind === 'accepted' ? accepted(ids[0]) : kind === 'refused' ? refused('PROVIDER_REFUSED') : ambiguous,
    );
    expect(proxy.writes).toHaveLength(1);
  });

  it.for<[string, Answer]>([
    ...(['reset', 'half', 'nothing'] as const).map((one): [string, Answer] => [one, one]),
    ...Object.entries({ ...undocumentedAnswers, ...many.noAnswers }).map(
      ([name, answer]): [string, Answer] => [name, answered(answer)],
    ),
    ...[201, 202, 206, 500].map((status): [string, Answer] => {
      const shown = seeds(directory, 3).map(({ userId }) => ({ userId, name: `Name of ${userId}` }));
      return [
        `a ${status} that names all of them as written`,
        answered({ ...many.answer(shown, []), status }),
      ];
    }),
  ])('no answer that can be understood: %s', async ([, answer], test) => {
    const { door, proxy, ids, write } = await openProvider(test, 3, { delivered: true, answer });
    expect(await write(ids, answer === 'nothing' ? 300 : 5_000)).toEqual(Array(3).fill(ambiguous));
    expect(stored(door)).toEqual(ids);
    expect(proxy.writes).toHaveLength(1);
  });

  const refusedUnlessApplied = [expect.objectContaining({ code: 'PROVIDER_REFUSED', path })];
  it.for([
    ...Object.entries(many.refusesAll).map(
      ([name, [answer, code]]) => [`and that is of all: ${name}`, answer, refused(code)] as const,
    ),
    ...Object.entries(many.refusesTogether).map(
      ([name, answer]) => [`as a whole: ${name}`, answer, { ...ambiguous, refusedUnlessApplied }] as const,
    ),
  ])('refused, %s', async ([, answer, result], test) => {
    const { proxy, write } = await openProvider(test, 3, { delivered: false, answer: answered(answer) });
    const results = await write();
    expect(results).toEqual(Array(3).fill(result));
    expect(JSON.stringify(results)).not.toContain('Vendor');
    expect(proxy.writes).toHaveLength(1);
  });

  it('what did not leave is refused', async (test) => {
    const { proxy, ids, write } = await openProvider(test, 3);
    expect(await write(ids, 0)).toEqual(Array(3).fill(refused('DEADLINE_EXCEEDED')));
    expect(proxy.writes).toEqual([]);
    await proxy.close();
    expect(await write(ids, 300)).toEqual(Array(3).fill(refused('PROVIDER_UNAVAILABLE')));
  });

  it('goes in lots of as many as a request takes, each with an outcome of its own', async (test) => {
    const { door, proxy, ids, write } = await openProvider(test, 2 * many.max + 1);
    expect(await write()).toEqual(ids.map(accepted));
    const lots = [ids.slice(0, many.max), ids.slice(many.max, 2 * many.max), ids.slice(2 * many.max)];
    const sent = door.emulators[directory].requests.map(read);
    const names = (lot: readonly string[]) =>
      many.sends(lot.map((userId) => ({ call: '', body: { userId, name: `Name of ${userId}` } })));
    expect(sent).toHaveLength(3);
    expect(sent).toEqual(expect.arrayContaining(lots.map(names)));
    proxy.fault = () => (proxy.writes.length === 4 ? { delivered: false, answer: 'reset' } : undefined);
    const kinds = (await write()).map(({ kind }) => kind);
    const uncertain = kinds.filter((kind) => kind === 'ambiguous').length;
    expect([1, many.max]).toContain(uncertain);
    // One lot whole, and no other.
    expect(kinds.lastIndexOf('ambiguous') - kinds.indexOf('ambiguous')).toBe(uncertain - 1);
    expect(kinds.indexOf('ambiguous') % many.max).toBe(0);
    expect(new Set(kinds)).toEqual(new Set(['accepted', 'ambiguous']));
  });

  it('of nobody sends nothing', async (test) => {
    const { proxy, write } = await openProvider(test, 1);
    expect(await write([])).toEqual([]);
    expect(proxy.writes).toEqual([]);
  });
}
