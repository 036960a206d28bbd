import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Milliseconds between two readings of a secret's file, and for one of them. Our own choices. */
const readingIntervalMs = 1_000;
const readingTimeoutMs = 1_000;

/** Milliseconds after a value's first refusal in which its file is awaited: it may come a moment later. Our own choice. */
const graceMs = 1_000;

/** Readings that have not ended, by path. */
const readings = new Map<string, Promise<string | undefined>>();

/**
 * Joins a reading of the same file that has not ended: that of a file system that hangs cannot be ended, and holds one of
 * the four threads that also make the journal durable.
 */
function readOnce(path: string): Promise<string | undefined> {
  const reading =
    readings.get(path) ??
    readFile(path, 'utf8')
      .then(secretIn, () => undefined)
      .finally(() => readings.delete(path));
  readings.set(path, reading);
  return reading;
}

/** The file that contains a secret. */
export interface SecretFile {
  readonly path: string;
  /** Called when the file has given another value; with a problem when it has none that can be used. */
  readonly report: (problem?: string) => void;
}

/** A secret that does not print itself: interpolation, JSON and util.inspect give `[secret]`. */
export class Secret {
  #value: string;
  #file: SecretFile | undefined;
  #problem: string | undefined;
  #refusedAt: number | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #nextReading: Promise<void> | undefined;
  /** Makes zod refuse a secret in place of a section: an object without own keys would pass as `{}`. */
  readonly 'a secret' = true;
  constructor(value: string, file?: SecretFile) {
    this.#value = value;
    this.#file = file;
  }
  /** The value, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }
  /**
   * Whether the value is another than `refused`, which was sent and not accepted. Reads the file again where it is not,
   * after the refusal and at most once a second: callers wait for the next reading and share it; for one more where the
   * value was not refused before. Never rejects.
   */
  async renew(refused: string): Promise<boolean> {
    // It may have begun before the refusal, so it counts only where it brings another value.
    await this.#reading;
    if (this.#value === refused) this.#refusedAt ??= performance.now();
    const graceEndsAt = (this.#refusedAt ?? 0) + graceMs;
    while (this.#file && this.#value === refused) {
      this.#nextReading ??= this.#readNext(this.#file);
      await this.#nextReading;
      if (performance.now() >= graceEndsAt) break;
    }
    return this.#value !== refused;
  }
  /** Whether both have the same value, from the same file if any. */
  isSameAs(other: Secret): boolean {
    return this.#value === other.#value && this.#file?.path === other.#file?.path;
  }
  /** Takes over the value and the file of another secret. */
  replaceBy(other: Secret): void {
    this.#value = other.#value;
    this.#file = other.#file;
    this.#problem = undefined;
    this.#refusedAt = undefined;
  }
  async #readNext(file: SecretFile): Promise<void> {
    await delay(Math.max(0, this.#readAt + readingIntervalMs - performance.now()));
    this.#nextReading = undefined;
    this.#readAt = performance.now();
    this.#reading = this.#read(file);
    await this.#reading;
  }
  async #read(file: SecretFile): Promise<void> {
    const text = await Promise.race([
      readOnce(file.path),
      delay(readingTimeoutMs, undefined, { ref: false }),
    ]);
    // Replaced meanwhile.
    if (this.#file !== file) return;
    const problem = text === undefined ? 'cannot be read' : secretProblem(text);
    if (problem === undefined && text !== undefined && text !== this.#value) {
      this.#value = text;
      this.#refusedAt = undefined;
      file.report();
    }
    if (problem !== undefined && this.#problem === undefined) file.report(problem);
    this.#problem = problem;
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

/** The secret in the text of a file: editors end it with a line break that is not part of the secret. */
export function secretIn(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** What is wrong with the value of a secret; undefined where nothing is. */
export function secretProblem(value: string | undefined): string | undefined {
  if (value === undefined) return 'does not exist';
  if (value === '') return 'is empty';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'has a space, a line break or a character outside ASCII';
  return undefined;
}
