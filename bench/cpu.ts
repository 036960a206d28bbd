import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Microseconds in one tick of /proc/<pid>/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
const tickMicroseconds = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/**
 * Microseconds of CPU that a process has used, in user and in system mode, with all its threads: those of garbage
 * collection, of compilation and of libuv are its cost too.
 */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before it is in brackets and may have spaces; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMicroseconds;
}

/** Mebibytes of memory that a process has in RAM. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
