import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PatchUserInput } from '../generated/graphql.ts';
import { type DirectoryName, directoryNames, someUser, versionOf } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor, payload } from '../harness/front-door.ts';
import { type OneOfMany, outcomesOf, patchMany } from '../harness/many.ts';

/** What one of many asks for, before it is known which door it goes through. */
interface Asked {
  readonly directory: DirectoryName;
  /** Which of the seeded users; 3: nobody. */
  readonly which: number;
  readonly byLogin: boolean;
  readonly patch: object;
  readonly version: 'any' | 'seeded' | 'another';
  readonly key: number;
}

const seeded = await openFrontDoor();
const versions = new Map<string, string>();
for (const directory of directoryNames)
  for (const which of [0, 1, 2]) {
    const id = someUser(seeded, directory, which);
    versions.set(id, await versionOf(seeded, id));
  }
await seeded.close();

const logins: Readonly<Record<DirectoryName, readonly string[]>> = {
  employees: [],
  contractors: [],
  customers: ['ada.okafor@example.com', 'zhang.wei@example.com', 'zoe+shop@example.com'],
};

/** Patches of every kind, most of them right; `email` stands for an address of one's own or for one that is taken. */
const patches: readonly object[] = [
  ...['Ada', 'Grace', 'Lin', 'Zoë 😀', '', null].map((displayName) => ({ displayName })),
  ...[
    { displayName: 'Ada', givenName: 'A' },
    { givenName: null },
    { status: 'DISABLED' },
    { status: 'INVITED' },
  ],
  ...[{ roleNames: ['member'] }, { roleNames: ['nobody'] }, { roleNames: null }],
  ...['own', 'taken', 'none'].map((address) => ({ email: { address, verified: true } })),
  ...[
    { add: { field: 'tags', value: { texts: ['vip', 'press'] } } },
    { add: { field: 'tags', value: { texts: ['nonsense'] } } },
    { remove: { field: 'tags', values: ['vip', 'beta'] } },
    { replace: { field: 'age', value: { number: 41 } } },
  ].map((operation) => ({ customFields: [operation] })),
];
const asked: fc.Arbitrary<Asked> = fc.record({
  directory: fc.constantFrom(...directoryNames, 'customers', 'customers', 'customers'),
  which: fc.constantFrom(0, 0, 1, 1, 2, 3),
  byLogin: fc.boolean(),
  patch: fc.constantFrom(...patches),
  version: fc.constantFrom('any', 'any', 'any', 'any', 'seeded', 'another'),
  key: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
});

function inputOf(door: FrontDoor, { directory, which, byLogin, patch, version, key }: Asked): PatchUserInput {
  const id = which === 3 ? `${directory}:nobody` : someUser(door, directory, which);
  const login = logins[directory][which];
  const own = `own.${directory}.${which}@example.com`;
  // Of somebody whom no patch is about: who gets what two ask for is not said, for users go side by side.
  const taken = directory === 'customers' ? 'sinead.oconnor@example.com' : own;
  const addressed = JSON.stringify(patch).replace('"own"', `"${own}"`).replace('"taken"', `"${taken}"`);
  const ifVersion = version === 'seeded' ? (versions.get(id) ?? 'none') : version;
  return {
    user: byLogin && login !== undefined ? { login: { directory, login } } : { id },
    patch: JSON.parse(addressed),
    ...(version === 'any' ? {} : { ifVersion }),
    ...(key === 0 ? {} : { idempotencyKey: `key-of-the-property-${key}` }),
  };
}

/** The answers through a new door, and what then is written; operations by when they were first named. */
async function through(
  inputs: readonly Asked[],
  journal: boolean,
  call: (door: FrontDoor, inputs: readonly PatchUserInput[]) => Promise<readonly OneOfMany[]>,
) {
  const file = join(tmpdir(), `idpatch-many-${randomUUID()}.db`);
  const door = await openFrontDoor({
    customers: { codeInFailure: true },
    ...(journal ? { journal: { sqlite: file } } : {}),
  });
  try {
    const told = await call(
      door,
      inputs.map((one) => inputOf(door, one)),
    );
    const operations = told.map(({ operationId }) => operationId);
    const answers = told.map((one) => ({ ...one, operationId: operations.indexOf(one.operationId) }));
    const written = directoryNames.map((name) =>
      Object.fromEntries(Map.groupBy(door.emulators[name].writes, ({ userId }) => userId)),
    );
    return { answers, written, customers: [...door.emulators.customers.users()], told };
  } finally {
    await door.close();
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  }
}

async function oneByOne(door: FrontDoor, inputs: readonly PatchUserInput[]): Promise<readonly OneOfMany[]> {
  const query = `mutation ($input: PatchUserInput!) { patchUser(input: $input) { operationId ${payload} } }`;
  const told: OneOfMany[] = [];
  for (const input of inputs) {
    const { data } = await door.graphql(query, { input });
    told.push((data as { patchUser: OneOfMany }).patchUser);
  }
  return told;
}

it('patchUsers answers and leaves behind what its patches do when they are called one after the other', async () => {
  const outcomes: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(asked, { minLength: 1, maxLength: 10 }),
      fc.boolean(),
      async (inputs, journal) => {
        const [many, single] = await Promise.all([
          through(inputs, journal, patchMany),
          through(inputs, journal, oneByOne),
        ]);
        outcomes.push(...outcomesOf(many.told));
        expect(many.answers).toEqual(single.answers);
        expect(many.written).toEqual(single.written);
        expect(many.customers).toEqual(single.customers);
      },
    ),
    { numRuns: 25 },
  );
  const refusals = ['INVALID_INPUT', 'STALE_VERSION', 'USER_NOT_FOUND'].map((code) => `NOT_APPLIED ${code}`);
  expect(outcomes).toEqual(expect.arrayContaining(['APPLIED RESPONSE', 'APPLIED READ_BACK', ...refusals]));
}, 120_000);
