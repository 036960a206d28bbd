import { describe, expect, it } from 'vitest';
import type { EmulatorRequest } from '../../../src/sandbox/emulator.ts';
import { arrived, counted, someUser, written } from '../../harness/expected.ts';
import { ask, definitions, open, patches, patching, reading, rename } from './door.ts';

const seconds = (answer: { readonly errors: readonly { readonly retryAfterSeconds?: number }[] }) =>
  answer.errors[0]?.retryAfterSeconds ?? 0;

function limited(wait: number) {
  return {
    outcome: 'NOT_APPLIED',
    confirmedBy: null,
    user: null,
    errors: [
      {
        __typename: 'RateLimitedError',
        code: 'RATE_LIMITED',
        message: `The provider’s request quota is used up: nothing was sent. Call again in ${wait} seconds.`,
        path: ['patch'],
        retryable: true,
        retryAfterSeconds: wait,
      },
    ],
  };
}

describe('a burst of patches', () => {
  it('at Descope reaches it up to its quota, and the others hear when to call again', async () => {
    const door = await open(7);
    const id = someUser(door, 'customers');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        ask(door, patching, rename(someUser(door, 'customers', nth % 3), `Ada ${nth}`)),
      ),
    );
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
    const told = answers.map(({ data }) => data.patchUser);
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    // Each takes room for a look along, and leaves some for what all wait for: the definitions of attributes.
    expect(applied).toHaveLength(4);
    for (const one of told.filter(({ outcome }) => outcome !== 'APPLIED')) {
      const wait = seconds(one);
      expect(one).toEqual(limited(wait));
      expect(wait).toBeGreaterThan(30);
      expect(wait).toBeLessThanOrEqual(61);
    }
    expect(written(door)).toHaveLength(4);
    expect(counted(arrived(door))).toEqual({ [patches]: 4, [definitions]: 1 });
    const read = await ask(door, reading, { id });
    expect(read).toMatchObject({
      data: { user: null },
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
    expect(arrived(door)).toHaveLength(5);
    // One line an operation, and none for being paced.
    expect(door.log).toHaveLength(20);
  });

  it.each([
    ['employees', 10, 4],
    ['contractors', 10, 4],
  ] as const)('at %s leaves no write without the look at it', async (directory, perMinute, mostApplied) => {
    const door = await open(perMinute);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, nth) =>
        ask(door, patching, rename(someUser(door, directory, nth % 3), `Ada ${nth}`)),
      ),
    );
    const told = answers.map(({ data }) => data.patchUser);
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    for (const one of told.filter(({ outcome }) => outcome !== 'APPLIED'))
      expect(one).toEqual(limited(seconds(one)));
    expect(applied.length).toBe(mostApplied);
    expect(written(door)).toHaveLength(mostApplied);
    expect(arrived(door).length).toBeLessThanOrEqual(perMinute);
  });
});

describe('patches by login, each of which needs four requests', () => {
  it.each(['employees', 'contractors'] as const)(
    'at %s do not all wait for each other',
    async (directory) => {
      const users = Array.from({ length: 30 }, (_, nth) => ({
        ...{ userId: `user_${nth}`, username: `user.${nth}`, status: 'enabled' as const, createdAt: 0 },
      }));
      const door = await open(40, { [directory]: { users } });
      const answers = await Promise.all(
        users.map(({ username }) =>
          ask(door, patching, {
            input: { user: { login: { directory, login: username } }, patch: { displayName: 'Ada' } },
          }),
        ),
      );
      const told = counted(answers.map(({ data: { patchUser } }) => patchUser.outcome));
      expect(told).toEqual({ APPLIED: written(door).length, NOT_APPLIED: 30 - written(door).length });
      expect(told.APPLIED).toBeGreaterThan(2);
      expect(arrived(door).length).toBeLessThanOrEqual(40);
    },
  );
});

describe('a provider that asks to be left alone', () => {
  const throttled = { status: 429, headers: { 'retry-after': '60' }, body: '' };

  it('is looked at all the same by who has written already', async () => {
    let isThrottling = true;
    const intercept = ({ method }: EmulatorRequest) =>
      isThrottling && method === 'PATCH' ? throttled : undefined;
    const door = await open(100, { employees: { intercept } });
    const id = someUser(door, 'employees');
    const patch = { displayName: 'Ada', status: 'DISABLED' };
    const { data } = await ask(door, patching, { input: { user: { id }, patch } });
    expect(data.patchUser).toMatchObject({
      outcome: 'PARTIAL',
      user: { status: 'DISABLED' },
      errors: [{ code: 'RATE_LIMITED', path: ['patch', 'displayName'], retryAfterSeconds: 60 }],
    });
    isThrottling = false;
    const before = arrived(door).length;
    const later = await ask(door, patching, rename(id, 'Grace'));
    expect(later.data.patchUser).toEqual(limited(seconds(later.data.patchUser)));
    expect(arrived(door)).toHaveLength(before);
  });
});

describe('reads', () => {
  it('leave some of the quota to writes, which need not wait behind them', async () => {
    const door = await open(20);
    const id = someUser(door, 'customers');
    const reads = await Promise.all(Array.from({ length: 30 }, () => ask(door, reading, { id })));
    expect(arrived(door)).toHaveLength(17);
    expect(reads.filter(({ data }) => data?.user)).toHaveLength(17);
    const patched = await ask(door, patching, rename(id, 'Ada'));
    expect(patched.data.patchUser).toMatchObject({ outcome: 'APPLIED' });
    expect((await ask(door, reading, { id })).data).toEqual({ user: null });
    expect(arrived(door).slice(17)).toEqual([patches, definitions]);
  });

  it('leave some to the token that a write needs anew', async () => {
    const door = await open(60);
    const id = someUser(door, 'employees');
    await Promise.all(Array.from({ length: 60 }, () => ask(door, reading, { id })));
    expect(arrived(door)).toHaveLength(53);
    door.emulators.employees.revokeTokens();
    const patched = await ask(door, patching, rename(id, 'Ada'));
    expect(patched.data.patchUser).toMatchObject({ outcome: 'APPLIED' });
    expect(arrived(door)).toHaveLength(53 + 4);
  });

  it('that wait are overtaken by a write', async () => {
    let throttle = true;
    const urls: string[] = [];
    const intercept = ({ method, url }: EmulatorRequest) => {
      if (!url.endsWith('/customattributes')) urls.push(method);
      if (!throttle) return undefined;
      throttle = false;
      return {
        status: 429,
        headers: { 'retry-after': '2' },
        body: { errorCode: 'E130429', errorDescription: 'x' },
      };
    };
    const door = await open(10, { customers: { intercept } });
    const id = someUser(door, 'customers');
    const first = ask(door, reading, { id }, 500);
    expect((await first).data).toEqual({ user: null });
    const reads = [ask(door, reading, { id }, 8_000), ask(door, reading, { id }, 8_000)];
    // They wait by now: nothing leaves for as long as the provider asked.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const patched = ask(door, patching, rename(id, 'Ada'), 9_000);
    expect(urls).toEqual(['GET']);
    expect((await patched).data.patchUser).toMatchObject({ outcome: 'APPLIED' });
    for (const { data } of await Promise.all(reads)) expect(data).toEqual({ user: { id } });
    expect(urls).toEqual(['GET', 'PATCH', 'GET', 'GET']);
  });
});

it('planPatchUser is a read', async () => {
  const door = await open(6);
  const id = someUser(door, 'customers');
  const planning = `query ($input: PatchUserInput!) {
    planPatchUser(input: $input) { requests { path } errors { code } } }`;
  const plan = async () => (await ask(door, planning, rename(id, 'Eve'))).data.planPatchUser;
  const planned = { requests: [{ path: '/v1/mgmt/user/patch' }], errors: [] };
  expect(await plan()).toEqual(planned);
  expect(await plan()).toEqual(planned);
  expect(arrived(door)).toHaveLength(3);
  // There is room for one more read, and for a write with its look.
  expect((await ask(door, reading, { id })).data).toEqual({ user: { id } });
  expect(await plan()).toEqual({ requests: [], errors: [{ code: 'RATE_LIMITED' }] });
  expect(arrived(door)).toHaveLength(4);
});
