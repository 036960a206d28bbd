import { asText, isObject, isUser } from '../decode.ts';
import type { BatchAnswer, WireUser } from './wire.ts';

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
  const nameless: string[] = [];
  for (const one of answer.patchedUsers ?? []) {
    // A user that cannot be parsed is no success, but it contradicts a failure of the same user.
    if (isUser(one)) entries.push([one.userId, { kind: 'written', user: one }]);
  }
  for (const one of answer.failedUsers ?? []) {
    if (!isObject(one)) continue;
    const failure = asText(one.failure) ?? '';
    // Not documented: which member names the user. We send a user id; the service also takes it for a login id and
    // may return it as one.
    const user = isObject(one.user) ? one.user : {};
    const names = [
      user.userId,
      ...(Array.isArray(user.loginIds) ? user.loginIds : []),
      user.loginId,
      one.loginId,
    ];
    const named = new Set(names.filter((name): name is string => asked.has(name as string)));
    const [userId] = named;
    if (names.every((name) => typeof name !== 'string')) nameless.push(failure);
    else if (userId === undefined) continue;
    else if (named.size === 1) entries.push([userId, { kind: 'failed', failure }]);
  }
  for (const [userId, failure] of Object.entries(answer.additionalErrors ?? {}))
    if (asked.has(userId)) entries.push([userId, { kind: 'failed', failure: asText(failure) ?? '' }]);
  const byUser = Map.groupBy(entries, ([userId]) => userId);
  const missing = userIds.filter((userId) => !byUser.has(userId));
  // As many failures without a name as users that the answer does not name: they are these users, in any order.
  const isWhole = (answer.patchedUsers ?? []).every(isUser) && nameless.length === missing.length;
  const rest = new Set(isWhole ? missing : []);
  const [failure = '', ...others] = new Set(nameless);
  return userIds.map((userId) => {
    if (rest.has(userId)) return { kind: 'failed', failure: others.length === 0 ? failure : '' };
    const [first, ...more] = byUser.get(userId) ?? [];
    return more.length === 0 ? first?.[1] : undefined;
  });
}
