import { inspect } from 'node:util';

/** A secret that does not print itself: whoever interpolates, serialises or inspects it gets `[secret]`. */
export class Secret {
  readonly #value: string;
  /** Refused as an unknown key where a section stands: an object without keys of its own would pass for `{}`. */
  readonly 'a secret' = true;
  constructor(value: string) {
    this.#value = value;
  }
  /** The secret itself, for the one place that sends it. */
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
