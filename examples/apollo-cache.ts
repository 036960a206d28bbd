import type { FieldPolicy, InMemoryCacheConfig, Reference, StoreObject } from '@apollo/client';

/** What a cache knows of a user's custom fields: by name, null where the user has no value; `all` where no name is unknown. */
interface KnownFields {
  readonly all: boolean;
  readonly byName: Readonly<Record<string, StoreObject | null>>;
}

/**
 * `User.customFields(names:)` as one list, whatever names were asked for: a patch that gives back `plan` is seen by
 * a screen that shows every field, and a field that is gone is gone everywhere.
 */
const customFields: FieldPolicy<KnownFields, readonly StoreObject[], readonly StoreObject[]> = {
  keyArgs: false,
  merge(existing, incoming, { args, readField }) {
    const names: readonly string[] | undefined = args?.names ?? undefined;
    const asked = (names ?? []).map((name) => [name, null] as const);
    const given = incoming.map((one) => [String(readField('field', one)), one] as const);
    return {
      all: names === undefined || existing?.all === true,
      byName: Object.fromEntries([
        ...(names ? Object.entries(existing?.byName ?? {}) : []),
        ...asked,
        ...given,
      ]),
    };
  },
  read(existing, { args }) {
    const names: readonly string[] | undefined = args?.names ?? undefined;
    if (!existing) return undefined;
    const { all, byName } = existing;
    const known = (name: string) => Object.hasOwn(byName, name);
    if (!all && !names?.every(known)) return undefined;
    const asked = names?.filter(known) ?? Object.keys(byName);
    return asked.map((name) => byName[name]).filter((one) => one !== null && one !== undefined);
  },
};

/** A user who came in another answer is known by id, and not asked for again. */
const user: FieldPolicy<Reference | null> = {
  read(existing, { args, toReference }) {
    const id: unknown = args?.by?.id;
    if (existing !== undefined || id === undefined) return existing;
    return toReference({ __typename: 'User', id: String(id) });
  },
};

/** For `new InMemoryCache(cacheOptions)` of Apollo Client 4, so that every screen shows what a patch gave back. */
export const cacheOptions: InMemoryCacheConfig = {
  possibleTypes: {
    PatchUserError: [
      'ConflictError',
      'ForbiddenError',
      'IdempotencyError',
      'InvalidInputError',
      'JournalUnavailableError',
      'OutcomeUnknownError',
      'ProviderRefusedError',
      'ProviderUnavailableError',
      'RateLimitedError',
      'StaleVersionError',
      'UnsupportedFieldError',
      'UserNotFoundError',
    ],
  },
  typePolicies: {
    Query: { fields: { user } },
    User: { fields: { customFields } },
    Directory: { keyFields: ['name'] },
    // Whole or not at all: with `merge: true` a new address could stand beside the old one's `verified`.
    Email: { merge: false },
    Phone: { merge: false },
  },
};
