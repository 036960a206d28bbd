import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where the processes of a run stand. */
export interface Cores {
  /** The core that the server under test has to itself; undefined where nothing can be said of it. */
  readonly server: string | undefined;
  readonly upstream: string | undefined;
  /** The load generator's; this process and PostgreSQL stand here as well. */
  readonly load: string | undefined;
  /** What was done, for people. */
  readonly says: string;
}

/**
 * Gives the server a core of its own, and the upstream and the load generator others, or where there are two cores
 * the other one. Where taskset is missing, or there is one core, nothing is pinned, and `says` says so.
 */
export function shareCores(): Cores {
  const nowhere = { server: undefined, upstream: undefined, load: undefined };
  if (spawnSync('taskset', ['--version']).status !== 0) {
    const says = 'No process is pinned to a core: taskset is missing. The figures are less steady for it.';
    return { ...nowhere, says };
  }
  const [server, upstream, load] = allowedCores();
  if (server === undefined || upstream === undefined) {
    const says =
      'No process is pinned to a core: there is one. The server, the upstream and the load share it, so that requests ' +
      'per second and latencies say little; CPU per request is the server’s own.';
    return { ...nowhere, says };
  }
  if (load === undefined) {
    const says =
      `Two cores: the server alone on core ${server}; upstream, load generator and PostgreSQL on core ${upstream}, ` +
      'which is the limit where the server is not busy.';
    return { server, upstream, load: upstream, says };
  }
  const says = `The server alone on core ${server}, the upstream on ${upstream}, load generator and PostgreSQL on ${load}.`;
  return { server, upstream, load, says };
}

/** The cores that this process may use, as Linux lists them: `0-1,4`. */
function allowedCores(): readonly string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    if (from === undefined || to === undefined) return [];
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  });
}

/** Moves this process, and all that it starts from now on without a core of its own, to a core. */
export function moveTo(core: string | undefined): void {
  if (core !== undefined) spawnSync('taskset', ['-a', '-cp', core, String(process.pid)]);
}
