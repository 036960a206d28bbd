import type { SeedUser } from '../../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { PatchUserInput } from '../../generated/graphql.ts';
import { ask as askAt } from '../../graphql/served.ts';
import { type DirectoryName, directoryNames } from '../../harness/expected.ts';

/** Users of whom nothing but themselves needs to be asked. */
export const seeds = (directory: DirectoryName, count: number): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${directory === 'customers' ? 'U2' : 'user_'}${String(index).padStart(25, '0')}`,
    ...{ username: `user.${index}`, status: 'enabled', createdAt: 0 },
  }));

/** A quota for each directory, which its one caller may use up at once, and as many users in one of them. */
export const short = (perMinute: number, directory: DirectoryName, count = 8): SandboxChanges => ({
  directories: Object.fromEntries(directoryNames.map((name) => [name, { pace: { perMinute, burst: 1 } }])),
  [directory]: { users: seeds(directory, count) },
});

/** New names for users from one number up to another. */
export const renames = (directory: DirectoryName, from: number, to: number): readonly PatchUserInput[] =>
  seeds(directory, to)
    .slice(from)
    .map(({ userId }) => ({
      user: { id: `${directory}:${userId}` },
      patch: { displayName: `New ${userId}` },
    }));

/** Asks a service; gives the answer's only field. */
export async function ask({ url }: Served, query: string, variables: object): Promise<unknown> {
  const { data } = await askAt(`${url}/graphql`, query, variables);
  return Object.values(data as object)[0];
}
type Served = { readonly url: string };

export const read = async (service: Served, id: string) =>
  (await ask(service, 'query ($id: ID!) { user(by: { id: $id }) { id } }', { id })) !== null;
