import { parseArgs } from 'node:util';
import { onRequest } from './cases.ts';

/** Reads the command line. */
export function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      // Names of groups and cases; none: everything.
      only: { type: 'string', multiple: true, default: [] },
      with: { type: 'string', multiple: true, default: [] },
      // Another commit of idpatch.
      against: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      'warm-up': { type: 'string', default: '8' },
      rounds: { type: 'string', default: '3' },
      // How many requests come before memory is read.
      requests: { type: 'string', default: '10000' },
      markdown: { type: 'boolean', default: false },
    },
  });
  const { only, with: also, against, markdown } = values;
  const known = Object.keys(onRequest);
  if (!also.every((name) => known.includes(name))) throw new Error(`--with takes ${known.join(' and ')}.`);
  if (markdown && only.length > 0)
    throw new Error('--markdown writes the tables of a whole run: leave --only out.');
  const numberOf = (name: 'seconds' | 'warm-up' | 'rounds' | 'requests', least = 1) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${name} takes a whole number of at least ${least}.`);
  };
  const times = { seconds: numberOf('seconds'), warmUpSeconds: numberOf('warm-up', 0) };
  const counts = { rounds: numberOf('rounds'), requests: numberOf('requests') };
  return { only, against, markdown, also, ...times, ...counts };
}
