import DataLoader from 'dataloader';
import type { Directories } from '../directories.ts';
import type { ReadFailure } from '../domain/errors.ts';
import { globalId, parseGlobalId, type User, type UserWithCustomFields } from '../domain/user.ts';
import type { CallOptions } from '../upstream/client.ts';

/** Reads users for one GraphQL request, batched, each of them once. */
export interface Loaders {
  /** The user of a global id whose directory exists; undefined if there is no such user. */
  user(id: string): Promise<User | undefined>;
  /** The same with custom fields. */
  userWithCustomFields(id: string): Promise<UserWithCustomFields | undefined>;
  /** Replaces the user after a write. */
  replace(id: string, user: UserWithCustomFields | undefined): void;
}

/** `startCall` gives each read its deadline. */
export function createLoaders(directories: Directories, startCall: () => CallOptions): Loaders {
  const withCustomFields = new DataLoader<string, UserWithCustomFields | undefined>(
    async (ids) => (await readAll(ids, true)) as readonly (UserWithCustomFields | undefined | ReadFailure)[],
  );
  const withoutCustomFields = new DataLoader<string, User | undefined>((ids) => readAll(ids, false));

  async function readAll(
    ids: readonly string[],
    customFields: boolean,
  ): Promise<readonly (User | undefined | ReadFailure)[]> {
    const byDirectory = Map.groupBy(
      ids.flatMap((id) => parseGlobalId(id) ?? []),
      ({ directory }) => directory,
    );
    const found = new Map<string, User | ReadFailure>();
    await Promise.all(
      [...byDirectory].map(async ([name, references]) => {
        const userIds = references.map(({ userId }) => userId);
        const users =
          (await directories.get(name)?.provider.readUsers(userIds, { customFields }, startCall())) ?? [];
        for (const [index, reference] of references.entries()) {
          const user = users[index];
          if (user) found.set(globalId(reference), user);
        }
      }),
    );
    return ids.map((id) => found.get(id));
  }

  return {
    user: (id) => withoutCustomFields.load(id),
    userWithCustomFields(id) {
      const user = withCustomFields.load(id);
      withoutCustomFields.clear(id).prime(id, user);
      return user;
    },
    replace(id, user) {
      for (const loader of [withCustomFields, withoutCustomFields]) {
        loader.clear(id);
        if (user) loader.prime(id, user);
      }
    },
  };
}
