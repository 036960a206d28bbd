import type { Calling, Reply } from './calls.ts';
import type { OperationRecord } from './checker.ts';
import { isFinal } from './checker.ts';
import { drawUuid } from './draw.ts';
import { patchOf } from './planned.ts';
import type { Store } from './providers.ts';

/** A patch of one caller among several, and everything that they were told of it. */
export interface CalledOperation extends Pick<OperationRecord, 'marker' | 'store' | 'userId' | 'changes'> {
  readonly input: object;
  readonly hasKey: boolean;
  readonly replies: Reply[];
}

/** A patch of the user with this id; `words` make its values. */
export function planCall(
  id: string,
  kind: Parameters<typeof patchOf>[2],
  hasKey: boolean,
  ...words: readonly (string | number)[]
): CalledOperation {
  const [store, userId] = id.split(':') as [Store, string];
  const marker = `op-${drawUuid(...words)}`;
  const { patch, changes } = patchOf(store, marker, kind, userId);
  const idempotencyKey = hasKey ? `key-${drawUuid(marker, 'key')}` : undefined;
  return {
    ...{ marker, store, userId, changes, hasKey },
    input: { user: { id }, patch, idempotencyKey },
    replies: [],
  };
}

/** How the bearer of a token calls it. */
export function callingOf({ input }: CalledOperation, token: string, hear?: (text: string) => void): Calling {
  return { input, headers: { authorization: `Bearer ${token}` }, ...(hear && { hear }) };
}

/** Whether nobody knows yet what came of it. */
export function isOpen({ replies }: CalledOperation): boolean {
  const isRefused = (reply: Reply) => typeof reply === 'object' && reply.isRefusal === true;
  return !replies.some((reply) => typeof reply === 'object' && isFinal(reply)) && !replies.every(isRefused);
}
