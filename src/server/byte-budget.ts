/** Memory that requests take, shared between those who cause them. */
export interface ByteBudget {
  /** False, and nothing is taken, if too little is left for this owner. */
  take(owner: unknown, bytes: number): boolean;
  give(owner: unknown, bytes: number): void;
}

/**
 * Creates a budget of which an owner gets at most as much as is left for others: one alone half, two a third each. So
 * no number of owners that take all they can leaves nothing for the next ("dynamic thresholds", Choudhury and Hahne
 * 1998: https://doi.org/10.1109/90.664262). Calls `onRefusal` for each refusal.
 */
export function createByteBudget(total: number, onRefusal: () => void = () => {}): ByteBudget {
  const taken = new Map<unknown, number>();
  let left = total;
  return {
    take(owner, bytes) {
      const own = (taken.get(owner) ?? 0) + bytes;
      if (own > left) {
        onRefusal();
        return false;
      }
      taken.set(owner, own);
      left -= bytes;
      return true;
    },
    give(owner, bytes) {
      const own = (taken.get(owner) ?? 0) - bytes;
      if (own > 0) taken.set(owner, own);
      else taken.delete(owner);
      left += bytes;
    },
  };
}
