/** Something that there is not enough of for everybody, such as memory for bodies. */
export interface Budget {
  /** False, and nothing is taken, if too little is left for this owner. */
  take(owner: unknown, amount: number): boolean;
  give(owner: unknown, amount: number): void;
}

/**
 * Creates a budget of which an owner gets at most as much as is left for others: one alone half, two a third each. So
 * no number of owners that take all they can leaves nothing for the next ("dynamic thresholds", Choudhury and Hahne
 * 1998: https://doi.org/10.1109/90.664262). Calls `onRefusal` for each refusal.
 */
export function createBudget(total: number, onRefusal: () => void = () => {}): Budget {
  const taken = new Map<unknown, number>();
  let left = total;
  return {
    take(owner, amount) {
      const own = (taken.get(owner) ?? 0) + amount;
      if (own > left) {
        onRefusal();
        return false;
      }
      taken.set(owner, own);
      left -= amount;
      return true;
    },
    give(owner, amount) {
      const own = (taken.get(owner) ?? 0) - amount;
      if (own > 0) taken.set(owner, own);
      else taken.delete(owner);
      left += amount;
    },
  };
}
