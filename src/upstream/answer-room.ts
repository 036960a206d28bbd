import type { Budget } from './budget.ts';

/** An answer of up to so many bytes takes nothing of the budget: far more than a user has. Our own choice. */
const smallBytes = 64 * 1024;

/** The part of a budget that one answer takes. */
export class AnswerRoom {
  /** True once the answer had to be cut off. */
  isTooSmall = false;
  readonly #budget: Budget;
  readonly #owner: unknown;
  #taken = 0;

  constructor(budget: Budget, owner: unknown) {
    this.#budget = budget;
    this.#owner = owner;
  }

  has(bytes: number): boolean {
    if (bytes <= smallBytes || bytes <= this.#taken) return true;
    if (this.#budget.take(this.#owner, bytes - this.#taken)) this.#taken = bytes;
    else this.isTooSmall = true;
    return !this.isTooSmall;
  }

  leave(): void {
    if (this.#taken > 0) this.#budget.give(this.#owner, this.#taken);
  }
}
