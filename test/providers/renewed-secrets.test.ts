import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, type TestContext } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { DirectoryName } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

const folder = mkdtempSync(`${tmpdir()}/idpatch-secrets-`);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

type Values = Readonly<Record<string, string>>;

/** The secrets of one directory, and where the provider sees which of them a request has. */
interface Kind {
  readonly directory: DirectoryName;
  readonly names: readonly string[];
  readonly changes: (values: Values) => SandboxChanges;
  /** Has the provider accept these and no others from now on. */
  accept(door: FrontDoor, values: Values): void;
  /** The requests of one patch that bring the credentials; undefined where they are for a token. */
  readonly each?: number;
  /** What each request had that brought the credentials: `old` or `new`. */
  sent(door: FrontDoor): readonly string[];
}

const version = (text: string) => (/new/.test(text) ? 'new' : 'old');

const kinds: readonly Kind[] = [
  {
    directory: 'employees',
    names: ['clientSecret'],
    changes: ({ clientSecret = '' }) => ({ employees: { clientSecret } }),
    accept({ emulators }, { clientSecret = '' }) {
      emulators.employees.accept(clientSecret);
      emulators.employees.revokeTokens();
    },
    sent: ({ emulators }) =>
      emulators.employees.requests
        .filter(({ url }) => url.endsWith('token'))
        .map(({ body }) => version(body)),
  },
  {
    directory: 'contractors',
    names: ['accessKeyId', 'accessKeySecret', 'securityToken'],
    changes: (values) => ({ contractors: values }),
    // The write, and the look at what was written.
    each: 2,
    accept({ emulators }, { accessKeyId = '', accessKeySecret = '', securityToken = '' }) {
      emulators.contractors.accept({ accessKeyId, accessKeySecret, securityToken });
    },
    sent: ({ emulators }) =>
      emulators.contractors.requests.map(({ headers }) => version(String(headers['x-acs-security-token']))),
  },
  {
    directory: 'customers',
    names: ['managementKey'],
    changes: ({ managementKey = '' }) => ({ customers: { managementKey } }),
    each: 1,
    accept({ emulators }, { managementKey = '' }) {
      emulators.customers.accept(managementKey);
    },
    sent: ({ emulators }) =>
      emulators.customers.requests.map(({ headers }) => version(headers.authorization ?? '')),
  },
];

let opened = 0;

/** A front door whose secrets of one directory are in files, with the old values. */
async function open(
  test: TestContext,
  { directory, names, changes, accept, sent }: Kind,
  more: SandboxChanges = {},
) {
  opened += 1;
  const number = opened;
  const place = `${folder}/${number}`;
  mkdirSync(place);
  const valuesOf = (which: string) =>
    Object.fromEntries(names.map((name) => [name, `${name}-${which}-${number}`]));
  const before = valuesOf('old');
  const after = valuesOf('new');
  /** As an operator does: under another name, then renamed. */
  const write = (values: Values) => {
    for (const [name, value] of Object.entries(values)) {
      writeFileSync(`${place}/.${name}`, `${value}\n`);
      renameSync(`${place}/.${name}`, `${place}/${name}`);
    }
  };
  write(before);
  const reports: string[] = [];
  const secrets = names.map((name) => {
    const report = (problem = 'replaced') => void reports.push(`${name}: ${problem}`);
    return [name, new Secret(before[name] ?? '', { path: `${place}/${name}`, report })] as const;
  });
  const own = changes(before)[directory];
  const door = await openFrontDoor({
    ...more,
    [directory]: { ...own, ...more[directory] },
    directories: { [directory]: Object.fromEntries(secrets) },
  });
  test.onTestFinished(() => door.close());
  const emulator = door.emulators[directory];
  const ids = [...emulator.users().keys()].map((id) => `${directory}:${id}`);
  let patches = 0;
  const patch = async (user = 0) => {
    patches += 1;
    const answer = await door.patch({ id: ids[user] ?? '' }, { displayName: `Name ${patches}` });
    return [answer.outcome, ...('errors' in answer ? (answer.errors as { code: string }[]) : [])].map(
      (one) => (typeof one === 'object' ? one.code : one),
    );
  };
  // The token and whatever else is kept.
  expect(await patch()).toEqual(['APPLIED']);
  door.forgetRequests();
  emulator.writes.length = 0;
  return {
    ...{ door, emulator, place, before, after, reports, write, patch, users: ids.length },
    accept: (values: Values) => accept(door, values),
    sent: () => sent(door),
    names: () => emulator.writes.map(({ change }) => change.displayName ?? change.name),
  };
}

describe.concurrent.each(kinds)('the secrets of $directory in files', (kind) => {
  const { directory, names } = kind;
  const refused = ['NOT_APPLIED', 'PROVIDER_AUTH'];
  const replaced = names.map((name) => `${name}: replaced`);

  it('are read again when the provider refuses them, and the call is sent once more', async (test) => {
    const { write, accept, patch, sent, names, reports, before, after } = await open(test, kind);
    write(after);
    expect(await patch()).toEqual(['APPLIED']);
    // What is accepted stays in use.
    expect(new Set(sent())).toEqual(new Set(directory === 'employees' ? [] : ['old']));
    accept(after);
    expect(await patch()).toEqual(['APPLIED']);
    expect(await patch()).toEqual(['APPLIED']);
    expect(sent().slice(sent().indexOf('new') - 1)).toEqual([
      'old',
      ...sent().filter((one) => one === 'new'),
    ]);
    expect(names()).toEqual(['Name 2', 'Name 3', 'Name 4']);
    expect(reports.toSorted()).toEqual(replaced.toSorted());
    // And back, when another second has passed.
    write(before);
    accept(before);
    expect(await patch()).toEqual(['APPLIED']);
  });

  it('are read again for every call that was sent with the old ones', async (test) => {
    const { door, write, accept, patch, sent, names, users, after, reports } = await open(test, kind);
    const worker = async (user: number) => {
      for (let times = 0; times < 8; times += 1) expect(await patch(user)).toEqual(['APPLIED']);
    };
    const working = Promise.all(Array.from({ length: users }, (_, user) => worker(user)));
    let inTime = 0;
    const rotating = (async () => {
      while (names().length < users * 3) await new Promise((resolve) => setTimeout(resolve, 5));
      write(after);
      inTime = sent().length;
      accept(after);
    })();
    await Promise.all([working, rotating]);
    expect(names()).toHaveLength(users * 8);
    expect(new Set(names()).size).toBe(users * 8);
    expect(reports.toSorted()).toEqual(replaced.toSorted());
    const refused = sent()
      .slice(inTime)
      .filter((one) => one === 'old').length;
    expect(refused).toBeGreaterThan(0);
    // Each that was refused was sent once more.
    if (kind.each) expect(sent()).toHaveLength(users * 8 * kind.each + refused);
    else expect(sent()).toEqual(['old', 'new']);
    expect(door.log.join('\n')).not.toContain('PROVIDER_AUTH');
  });

  it('may come a moment after the provider has refused all calls that are under way', async (test) => {
    const { write, accept, patch, sent, names, users, after } = await open(test, kind);
    accept(after);
    const patching = Promise.all(Array.from({ length: users }, (_, user) => patch(user)));
    while (sent().length < (kind.each ? users : 1)) await new Promise((resolve) => setTimeout(resolve, 5));
    // The file was read by now, and was the same.
    await new Promise((resolve) => setTimeout(resolve, 50));
    write(after);
    expect(new Set((await patching).flat())).toEqual(new Set(['APPLIED']));
    expect(names()).toHaveLength(users);
    expect(sent().filter((one) => one === 'old')).toHaveLength(kind.each ? users : 1);
  });

  it('have no call sent again as long as the files are the same, and then cost one refusal', async (test) => {
    const { write, accept, patch, sent, names, reports, after } = await open(test, kind);
    accept(after);
    expect(await patch()).toEqual(refused);
    expect([sent(), names(), reports]).toEqual([['old'], [], []]);
    // These wait for the next reading.
    const waiting = [patch(0), patch(1)];
    write(after);
    expect(await Promise.all(waiting)).toEqual([['APPLIED'], ['APPLIED']]);
    expect(names()).toHaveLength(2);
    expect(reports.toSorted()).toEqual(replaced.toSorted());
  });

  it.for<readonly [string, string, (path: string) => void]>([
    ['missing', 'cannot be read', (path) => rmSync(path)],
    ['empty', 'is empty', (path) => writeFileSync(path, '\n')],
    [
      'no secret',
      'has a space, a line break or a character outside ASCII',
      (path) => writeFileSync(path, 'a\nb'),
    ],
  ])('stay in use where a file is %s, which is said once', async ([, problem, spoil], test) => {
    const { place, write, accept, patch, names, reports, before, after } = await open(test, kind);
    const [name = ''] = kind.names;
    accept(after);
    spoil(`${place}/${name}`);
    expect(await patch()).toEqual(refused);
    expect(await patch()).toEqual(refused);
    expect(reports).toEqual([`${name}: ${problem}`]);
    accept(before);
    // Callers get a token's failure for another second.
    while ((await patch())[0] !== 'APPLIED') expect(reports).toHaveLength(1);
    accept(after);
    write(after);
    expect(await patch()).toEqual(['APPLIED']);
    expect(names()).toHaveLength(2);
    expect(reports.slice(1).toSorted()).toEqual(replaced.toSorted());
  });

  it('are read through links that are swapped, as Kubernetes does it', async (test) => {
    const { place, accept, patch, names, before, after } = await open(test, kind);
    const swap = (version: string, values: Values) => {
      mkdirSync(`${place}/${version}`);
      for (const [name, value] of Object.entries(values)) writeFileSync(`${place}/${version}/${name}`, value);
      symlinkSync(version, `${place}/..data_tmp`);
      renameSync(`${place}/..data_tmp`, `${place}/..data`);
    };
    swap('..1', before);
    for (const name of kind.names) {
      rmSync(`${place}/${name}`);
      symlinkSync(`..data/${name}`, `${place}/${name}`);
    }
    swap('..2', after);
    rmSync(`${place}/..1`, { recursive: true });
    accept(after);
    expect(await patch()).toEqual(['APPLIED']);
    expect(names()).toEqual(['Name 2']);
  });
});

describe.concurrent('a temporary key of contractors', () => {
  const [, contractors] = kinds as readonly [Kind, Kind, Kind];

  it('is read again when its security token has ended', async (test) => {
    let hasEnded = false;
    const body = { Code: 'InvalidSecurityToken.Expired', Message: 'x', RequestId: crypto.randomUUID() };
    const { write, accept, patch, sent, names, after } = await open(test, contractors, {
      contractors: {
        intercept: ({ headers }) =>
          hasEnded && version(String(headers['x-acs-security-token'])) === 'old'
            ? { status: 400, body }
            : undefined,
      },
    });
    hasEnded = true;
    expect(await patch()).toEqual(['NOT_APPLIED', 'PROVIDER_AUTH']);
    write(after);
    accept(after);
    expect(await patch()).toEqual(['APPLIED']);
    expect([sent(), names()]).toEqual([['old', 'old', 'new', 'new'].slice(0, sent().length), ['Name 3']]);
  });

  it('is taken whole where its files are replaced one after the other', async (test) => {
    const { door, write, accept, patch, names, after } = await open(test, contractors);
    const { accessKeyId = '', accessKeySecret = '', securityToken = '' } = after;
    accept(after);
    write({ accessKeyId });
    const patching = patch();
    const { requests } = door.emulators.contractors;
    while (requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    write({ accessKeySecret, securityToken });
    expect(await patching).toEqual(['APPLIED']);
    expect(names()).toEqual(['Name 2']);
  });
});

it('a secret of the environment is sent once', async (test) => {
  const door = await openFrontDoor();
  test.onTestFinished(() => door.close());
  door.emulators.customers.accept('another');
  const [id = ''] = door.emulators.customers.users().keys();
  const answer = await door.patch({ id: `customers:${id}` }, { displayName: 'Another' });
  expect(answer).toMatchObject({ outcome: 'NOT_APPLIED', errors: [{ code: 'PROVIDER_AUTH' }] });
  expect(door.emulators.customers.requests.length).toBe(1);
});
