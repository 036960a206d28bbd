import type { Times } from '../measure.ts';
import type { Bench } from '../world.ts';

/** What one part of a run found. */
export interface Section {
  readonly title: string;
  /** A table and what is to be said of it, as Markdown. */
  readonly text: string;
  /** What was not as it must be: any fails the run. */
  readonly failures: readonly string[];
}

/** What a part of a run is told. */
export interface PartOptions {
  readonly times: Times;
  /** Whether something is to be measured, by its name. */
  wants(name: string): boolean;
  /** Takes a line about what is being done. */
  tell(line: string): void;
}

/** A part of a run. */
export interface Part {
  /** The names by which it, or something in it, can be asked for alone. */
  readonly names: readonly string[];
  run(bench: Bench, options: PartOptions): Promise<Section>;
}

/** What went wrong, in one text. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
