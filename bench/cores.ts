import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which process runs on which core; undefined where none is pinned. */
export interface Cores {
  /** The core that the server under test has to itself. */
  readonly server: string | undefined;
  /** Those of the upstream, PostgreSQL and this process, which makes the load. */
  readonly others: string | undefined;
  /** A sentence for the report. */
  readonly description: string;
}

/** Gives the server a core of its own, where there are two cores and taskset. */
export function shareCores(): Cores {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  // Linux lists them as `0-1,4`.
  const [server, ...rest] = list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  if (rest.length === 0 || spawnSync('taskset', ['--version']).status !== 0) {
    const description = 'No process is pinned to a core: requests a second and latencies mean little.';
    return { server: undefined, others: undefined, description };
  }
  const description = `The server alone on core ${server}; upstream, load and PostgreSQL on ${rest.join(', ')}.`;
  return { server: String(server), others: rest.join(), description };
}

/** Moves this process, with all that it starts from now on without a core of its own. */
export function moveTo(cores: string | undefined): void {
  if (cores !== undefined) spawnSync('taskset', ['-a', '-cp', cores, String(process.pid)]);
}
