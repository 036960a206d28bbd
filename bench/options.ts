import { parseArgs } from 'node:util';
import type { Times } from './measure.ts';

/** What `--with` takes: contenders that are installed first. */
const onRequest = ['hive', 'tailcall'] as const;

/** What was asked for on the command line. */
export interface Options {
  readonly times: Times;
  /** Milliseconds that the upstream takes longer than it needs. */
  readonly latencyMs: number;
  /** Names of contenders and parts; none: everything. */
  readonly only: readonly string[];
  /** Whether memory is looked at after a million requests. */
  readonly million: boolean;
  /** Contenders that are not measured unless they are asked for. */
  readonly also: readonly (typeof onRequest)[number][];
  /** Whether the tables are written into README.md and bench/results.md. */
  readonly markdown: boolean;
}

/** Reads the command line. Ends the process, with what can be said, where something there is not known. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      with: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '4' },
      'warm-up': { type: 'string', default: '8' },
      rounds: { type: 'string', default: '3' },
      latency: { type: 'string', default: '0' },
      memory: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    },
  });
  if (values.markdown && values.only.length > 0) {
    throw new Error('--markdown writes the tables of a whole run: leave --only out.');
  }
  return {
    times: {
      seconds: numberOf('seconds', values.seconds),
      warmUpSeconds: numberOf('warm-up', values['warm-up'], 0),
      rounds: numberOf('rounds', values.rounds),
    },
    latencyMs: numberOf('latency', values.latency, 0),
    only: values.memory && !values.full ? [...values.only, 'memory'] : values.only,
    million: values.memory || values.full,
    also: values.with.map(known),
    markdown: values.markdown,
  };
}

function known(name: string): (typeof onRequest)[number] {
  const found = onRequest.find((one) => one === name);
  if (found) return found;
  throw new Error(`--with takes ${onRequest.join(' and ')}.`);
}

function numberOf(name: string, text: string, least = 1): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} takes a whole number of at least ${least}.`);
}
