import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DirectoryName } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { type Asker, openPolicyDoor, patch, tokenOf, userIdOf } from './policy-door.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-policy-operation-'));
let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor({ journal: { sqlite: join(folder, 'journal.db') } });
});
afterAll(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

const here: DirectoryName = 'customers';
const id = () => `${here}:${userIdOf(door, here)}`;
const askers = {
  reader: { rights: ['users:read'], directories: [here] },
  writer: { rights: ['users:write', 'users:write:privileged'], directories: [here] },
  owner: { own: { directory: here, list: 'others' }, directories: [here] },
  nobody: { directories: [here] },
} as const satisfies Record<string, Asker>;

describe('operation', () => {
  const document = 'query ($id: ID!) { operation(id: $id) { id caller user fields outcome } }';
  const ask = async (operationId: string, asker: Asker) =>
    (await door.graphql(document, { id: operationId }, await tokenOf(door, asker))).data;
  const none = { operation: null };
  const elsewhere = { ...askers.reader, directories: ['employees', 'contractors'] as const };

  it('is shown to its caller while they have to do with the directory, and to whoever may read the user', async () => {
    const token = await tokenOf(door, { ...askers.writer, sub: 'worker' });
    const input = { user: { id: id() }, patch: { displayName: 'On Record' } };
    const { operationId } = await patch(door, input, token);
    const shown = {
      operation: {
        ...{ id: operationId, caller: `${door.sandbox.issuer.url} worker`, user: id() },
        ...{ fields: ['patch.displayName'], outcome: 'APPLIED' },
      },
    };
    const own = (which: number) =>
      ({ own: { directory: here, list: 'some', userId: userIdOf(door, here, which) } }) as const;
    const sees: readonly Asker[] = [
      { ...askers.writer, sub: 'worker' },
      { rights: ['users:write'], directories: [here], sub: 'worker' },
      { ...own(1), sub: 'worker' },
      { ...askers.reader, sub: 'auditor' },
      { ...own(0), sub: 'the user' },
    ];
    const doesNot: readonly Asker[] = [
      { ...askers.nobody, sub: 'worker' },
      { ...elsewhere, sub: 'worker' },
      { ...elsewhere, sub: 'auditor' },
      { ...askers.writer, sub: 'another worker' },
      { ...own(1), sub: 'another user' },
      { sub: 'anonymous' },
    ];
    for (const asker of sees) expect(await ask(operationId, asker), JSON.stringify(asker)).toEqual(shown);
    for (const asker of doesNot) expect(await ask(operationId, asker), JSON.stringify(asker)).toEqual(none);
    expect(await ask('6f6e9a9e-8f53-4f0c-9d3c-1c1f9a3f2b11', askers.reader)).toEqual(none);
  });

  it('is none of a patch that was refused', async () => {
    const input = { user: { id: id() }, patch: { displayName: 'Never' } };
    const { operationId } = await patch(door, input, await tokenOf(door, askers.reader));
    for (const asker of Object.values(askers)) expect(await ask(operationId, asker)).toEqual(none);
  });
});
