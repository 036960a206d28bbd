import { inBatches } from '../providers/batches.ts';
import type { Context } from './context.ts';
import { pointsPerTurn } from './turns.ts';

/** Holds back the items of a list, so that graphql-js completes some of them in each turn of the caller. */
export function inTurns<T>(
  items: readonly Promise<T>[],
  { points, nextTurn }: Context,
): readonly Promise<T>[] {
  const perTurn = Math.max(1, Math.floor((pointsPerTurn * items.length) / points));
  if (items.length <= perTurn) return items;
  let turn: Promise<unknown> = Promise.resolve();
  return inBatches(items, perTurn).flatMap((slice) => {
    turn = Promise.allSettled([turn, ...slice]).then(nextTurn);
    return slice.map((item) => turn.then(() => item));
  });
}
