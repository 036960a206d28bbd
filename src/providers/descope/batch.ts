import { type BatchAnswer, type WireUser, wireUser } from './wire.ts';

/** What the answer to a batch says about one user. */
export type BatchEntry =
  | { readonly kind: 'written'; readonly user: WireUser }
  | { readonly kind: 'failed'; readonly failure: string };

/**
 * What the answer says about each of these users. Undefined where it names a user in both lists, in neither, or
 * twice: then it says nothing reliable.
 */
export function decodeBatch(
  answer: BatchAnswer,
  userIds: readonly string[],
): readonly (BatchEntry | undefined)[] {
  const asked = new Set(userIds);
  const entries: (readonly [userId: string, BatchEntry | undefined])[] = [];
  for (const one of answer.patchedUsers ?? []) {
    const user = wireUser.safeParse(one).data;
    // A user that cannot be parsed is no success, but it contradicts a failure of the same user.
    const userId = user?.userId ?? (one as { readonly userId?: unknown } | null)?.userId;
    if (typeof userId === 'string') entries.push([userId, user && { kind: 'written', user }]);
  }
  for (const { failure, user } of answer.failedUsers ?? []) {
    // Not documented: which member names the user. We send a user id; the service also takes it for a login id and
    // may return it as one.
    const named = user?.userId ? [user.userId] : (user?.loginIds ?? []).filter((id) => asked.has(id));
    const [userId] = named;
    if (userId !== undefined && new Set(named).size === 1)
      entries.push([userId, { kind: 'failed', failure: failure ?? '' }]);
  }
  const byUser = Map.groupBy(entries, ([userId]) => userId);
  return userIds.map((userId) => {
    const [first, ...more] = byUser.get(userId) ?? [];
    return more.length === 0 ? first?.[1] : undefined;
  });
}
