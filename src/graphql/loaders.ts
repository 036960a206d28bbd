import DataLoader from 'dataloader';
import type { Directories } from '../directories.ts';
import type { ReadFailure } from '../domain/errors.ts';
import { globalId, parseGlobalId, type User, type UserWithCustomFields } from '../domain/user.ts';
import type { CallOptions } from '../upstream/client.ts';

/** Reads users for one GraphQL request: those asked for in the same turn go together, each is read once. */
export interface Loaders {
  /** The user of a global id whose directory exists; undefined where there is none. */
  user(id: string): Promise<User | undefined>;
  /** The same with custom fields. */
  userWithCustomFields(id: string): Promise<UserWithCustomFields | undefined>;
  /** Forgets what was read of the user, and remembers this in its place: after a write. */
  replace(id: string, user: UserWithCustomFields | undefined): void;
}

/** Makes empty loaders. `startCall` gives each read its deadline. */
export function createLoaders(directories: Directories, startCall: () => CallOptions): Loaders {
  const written = new Map<string, UserWithCustomFields>();
  // Most requests are patches, and read nothing here.
  let loaders: ReturnType<typeof makeLoaders> | undefined;

  function makeLoaders() {
    return {
      whole: new DataLoader<string, UserWithCustomFields | undefined>(
        async (ids) =>
          (await readByDirectory(ids, true)) as readonly (UserWithCustomFields | undefined | ReadFailure)[],
        { maxBatchSize: Number.POSITIVE_INFINITY },
      ),
      plain: new DataLoader<string, User | undefined>((ids) => readByDirectory(ids, false)),
    };
  }

  async function readByDirectory(
    ids: readonly string[],
    customFields: boolean,
  ): Promise<readonly (User | undefined | ReadFailure)[]> {
    const wanted = Map.groupBy(
      ids.flatMap((id) => parseGlobalId(id) ?? []),
      ({ directory }) => directory,
    );
    const found = new Map<string, User | ReadFailure>();
    await Promise.all(
      [...wanted].map(async ([name, references]) => {
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
    async user(id) {
      loaders ??= makeLoaders();
      return written.get(id) ?? loaders.plain.load(id);
    },
    async userWithCustomFields(id) {
      const known = written.get(id);
      if (known) return known;
      loaders ??= makeLoaders();
      const user = await loaders.whole.load(id);
      if (user) loaders.plain.clear(id).prime(id, user);
      return user;
    },
    replace(id, user) {
      loaders?.plain.clear(id);
      loaders?.whole.clear(id);
      if (user) written.set(id, user);
      else written.delete(id);
    },
  };
}
