import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EmulatorRequest } from '../../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import { type Service, startService } from '../../../src/service.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { arrived, counted, someUser, written } from '../../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../../harness/front-door.ts';
import { serverForTests } from '../../journal/postgres-server.ts';

const { server, missing } = await serverForTests();

async function open(perMinute: number, changes: SandboxChanges = {}): Promise<FrontDoor> {
  const pace = { pace: { perMinute } };
  const door = await openFrontDoor({
    ...changes,
    directories: { employees: pace, contractors: pace, customers: pace, ...changes.directories },
  });
  onTestFinished(() => door.close());
  return door;
}

const patching = `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
  outcome confirmedBy user { displayName status }
  errors { __typename code message path retryable ... on RateLimitedError { retryAfterSeconds } } } }`;
const patches = 'customers PATCH /v1/mgmt/user/patch';
const definitions = 'customers GET /v1/mgmt/user/customattributes';
const loads = 'customers GET /v1/mgmt/user';
const reading = 'query ($id: ID!) { user(by: { id: $id }) { id } }';

/** Asks a service, with so many milliseconds to answer in; gives the answer and how long it took. */
async function ask({ url }: Pick<Service, 'url'>, query: string, variables: object, deadlineMs = 10_000) {
  const from = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idpatch-deadline-ms': String(deadlineMs) },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer as JSON gave it
  const answer = (await response.json()) as { data?: any; errors?: unknown };
  return { ...answer, ms: performance.now() - from };
}

const rename = (id: string, displayName: string) => ({ input: { user: { id }, patch: { displayName } } });

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
        message: `As many requests went to the provider as it takes: nothing was sent. Call again in ${wait} seconds.`,
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

describe.skipIf(missing)(`replicas${missing === undefined ? '' : ` (no PostgreSQL: ${missing})`}`, () => {
  let schemas = 0;
  async function shared(perMinute: number) {
    schemas += 1;
    const schema = `paced_${schemas}`;
    await server.execute(`CREATE SCHEMA ${schema}`);
    const door = await open(perMinute, {
      journal: { postgres: new Secret(server.url(`-c search_path=${schema}`)) },
    });
    const other = await startService(door.sandbox.config, { log: pino({ level: 'silent' }) });
    onTestFinished(() => other.close());
    // The journal has made the tables when it is ready.
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
    return { door, other, schema };
  }

  it('share the quota of a provider', async () => {
    const { door, other, schema } = await shared(20);
    // They know of each other, and of the attributes, before it gets busy: one of them may get all that there is.
    const id = someUser(door, 'customers');
    const whole = 'query ($id: ID!) { user(by: { id: $id }) { customFields { field } } }';
    for (const service of [door, other]) await ask(service, whole, { id });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, nth) =>
        ask(
          nth % 2 ? door : other,
          patching,
          rename(someUser(door, 'customers', nth % 3), `Ada ${nth}`),
          10_000,
        ),
      ),
    );
    const told = answers.map(({ data }) => data.patchUser);
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    expect(applied.length).toBeGreaterThanOrEqual(8);
    expect(written(door)).toHaveLength(applied.length);
    expect(counted(arrived(door))).toEqual({ [patches]: applied.length, [definitions]: 2, [loads]: 2 });
    expect(arrived(door).length).toBeLessThanOrEqual(20);
    for (const one of told.filter(({ outcome }) => outcome !== 'APPLIED'))
      expect(one.errors[0]).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    const rows = await server.execute(`SELECT key FROM ${schema}.idpatch_pace`);
    expect(rows).toEqual([{ key: `${door.emulators.customers.url} ${projectId(door)}` }]);
  });

  it('each go on with their part while they cannot share', async () => {
    const { door, other, schema } = await shared(20);
    const id = someUser(door, 'customers');
    for (const service of [door, other, door])
      expect((await ask(service, reading, { id })).data).toEqual({ user: { id } });
    await server.execute(`DROP TABLE ${schema}.idpatch_pace`);
    door.forgetRequests();
    await Promise.all(Array.from({ length: 30 }, () => ask(door, reading, { id })));
    const here = arrived(door).length;
    expect(here).toBeGreaterThanOrEqual(5);
    expect(here).toBeLessThanOrEqual(10);
    await Promise.all(Array.from({ length: 30 }, () => ask(other, reading, { id })));
    expect(arrived(door).length).toBeGreaterThan(here);
    expect(arrived(door).length).toBeLessThanOrEqual(20);
  });

  it('answer also where the database is gone', async () => {
    const { door } = await shared(50);
    const id = someUser(door, 'customers');
    expect((await ask(door, reading, { id })).data).toEqual({ user: { id } });
    await server.stop();
    try {
      for (let nth = 0; nth < 5; nth += 1)
        expect((await ask(door, reading, { id }, 5_000)).data).toEqual({ user: { id } });
      expect((await ask(door, patching, rename(id, 'Ada'), 5_000)).data.patchUser).toMatchObject({
        ...{ outcome: 'NOT_APPLIED', errors: [{ code: 'JOURNAL_UNAVAILABLE' }] },
      });
    } finally {
      await server.start();
    }
  });
});

function projectId(door: FrontDoor): string {
  return door.sandbox.config.directories.customers?.project ?? '';
}
