import type { Answer, Violation } from './checker.ts';

/** A caller who asked for no more than their share of every limit, and each of their patches. */
export interface CallerBelowShare {
  readonly name: string;
  readonly patches: readonly TimedPatch[];
  /** Milliseconds in which each must be answered. */
  readonly withinMs: number;
}

/** A patch as its caller saw it: the first answer, and how long it took. */
export interface TimedPatch {
  readonly marker: string;
  readonly reply: Answer | 'left' | 'lost';
  readonly ms: number;
}

/** How many in a hundred of a caller's patches may be denied, whatever others do. */
const maxDeniedPercent = 10;

/** No caller's share falls below its part, where no provider fails. */
export function checkShares(callers: readonly CallerBelowShare[]): Violation[] {
  return callers.flatMap(({ name, patches, withinMs }) => {
    const found: Violation[] = [];
    const report = (operation: string | undefined, detail: string) =>
      found.push({ invariant: 'share-denied', operation, detail: `${name}: ${detail}` });
    const denied = patches.filter(({ reply }) => outcomeOf(reply) !== 'APPLIED');
    if (patches.length === 0 || denied.length * 100 > patches.length * maxDeniedPercent) {
      const told = denied.map(({ reply }) => (typeof reply === 'object' ? reply.errors.join() : reply));
      report(undefined, `${denied.length} of ${patches.length} denied: ${[...new Set(told)].join('; ')}`);
    }
    for (const { marker, reply, ms } of patches) {
      if (outcomeOf(reply) === 'UNKNOWN') report(marker, 'UNKNOWN, and no provider failed');
      if (ms > withinMs) report(marker, `answered after ${Math.round(ms)} ms, which is beyond ${withinMs}`);
    }
    return found;
  });
}

function outcomeOf(reply: TimedPatch['reply']): string {
  return typeof reply === 'object' ? reply.outcome : reply;
}
