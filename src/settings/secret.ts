import { inspect } from 'node:util';

/** A secret that does not print itself: interpolation, JSON and util.inspect give `[secret]`. */
export class Secret {
  readonly #value: string;
  /** Makes zod refuse a secret in place of a section: an object without own keys would pass as `{}`. */
  readonly 'a secret' = true;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}
