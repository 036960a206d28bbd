import { type BatchAnswer, parseUser, type WireUser } from './wire.ts';

/** What the answer to a patch of many says of one user. */
export type Said =
  | { readonly kind: 'written'; readonly user: WireUser }
  | { readonly kind: 'failed'; readonly failure: string };

/**
 * What the answer says of each of these users; undefined where it names one in both lists, in neither, or twice:
 * then it says nothing that can be relied on.
 */
export function decodeBatch(answer: BatchAnswer, userIds: readonly string[]): readonly (Said | undefined)[] {
  const asked = new Set(userIds);
  const said: (readonly [userId: string, Said | undefined])[] = [];
  for (const one of answer.patchedUsers ?? []) {
    const user = parseUser(one);
    // One that is there and cannot be understood contradicts a failure, and says nothing else.
    const userId = user?.userId ?? (one as { readonly userId?: unknown } | null)?.userId;
    if (typeof userId === 'string') said.push([userId, user && { kind: 'written', user }]);
  }
  for (const { failure, user } of answer.failedUsers ?? []) {
    // Which member names the user that was asked for is documented nowhere: by our request it is a user id, and
    // the service takes one for a login id and may give it back as one.
    const named = user?.userId ? [user.userId] : (user?.loginIds ?? []).filter((id) => asked.has(id));
    const [userId] = named;
    if (userId !== undefined && new Set(named).size === 1)
      said.push([userId, { kind: 'failed', failure: failure ?? '' }]);
  }
  const byUser = Map.groupBy(said, ([userId]) => userId);
  return userIds.map((userId) => {
    const [first, ...more] = byUser.get(userId) ?? [];
    return more.length === 0 ? first?.[1] : undefined;
  });
}
