import { type ActName, acts } from './acts.ts';
import { type CalledOperation, callingOf, isOpen } from './called.ts';
import { callUntilFinal } from './calls.ts';
import { check, type Evidence, type OperationRecord, type Violation } from './checker.ts';
import { type Caller, type Crowd, callerKinds, letLoose, openCrowd } from './crowd.ts';
import { draw, drawInt, drawOne } from './draw.ts';
import { type HonestReport, slowest, watchProbes, work } from './honest.ts';
import type { HostileReport } from './hostile.ts';
import { stores } from './providers.ts';

/** What became of honest callers beside a hostile one. */
export interface Outcome {
  readonly violations: readonly Violation[];
  readonly honest: readonly HonestReport[];
  readonly hostile: HostileReport;
  readonly probes: Awaited<ReturnType<ReturnType<typeof watchProbes>['stop']>>;
  /** Of the process that was under load. */
  readonly exitCode: number | null;
  /** What happened, in a few words. */
  readonly summary: string;
}

/** Each honest caller's users of each directory, and the hostile one's: as many as one request may name. */
const [usersOfHonest, usersOfHostile] = [12, 1_000];

/** The quota of each directory. Its fair parts are enough for each honest caller. */
const perMinute = 600;

/** Each of the acts, and more of the one that uses up quotas. */
const sideBySide = 'patches side by side';
const drawnActs = [
  ...([sideBySide, sideBySide, sideBySide, sideBySide] as const),
  ...(Object.keys(acts) as ActName[]),
] as const;

/** Three to five honest callers do their work for so long, each at so many patches a minute, and one is hostile. */
export async function runCallers(seed: string, ms: number, patchesPerMinute: number): Promise<Outcome> {
  const kinds = [...callerKinds, 'front-end', 'gateway'] as const;
  const drawn = kinds.slice(0, drawInt(3, kinds.length, seed, 'callers'));
  const crowd = await openCrowd(seed, usersOfHonest * drawn.length + usersOfHostile);
  try {
    const honest = await Promise.all(drawn.map((kind) => crowd.caller(kind, usersOfHonest)));
    const hostile = await crowd.caller(drawOne(callerKinds, seed, 'hostile'), usersOfHostile);
    const texts: string[] = [];
    const hear = (text: string) => texts.push(text);
    // Whether the share of the requests is used up first, or that of the quotas.
    const requestsPerCallerPerMinute = drawOne([600, 6_000], seed, 'requests');
    const idpatch = await crowd.start({ perMinute, limits: { requestsPerCallerPerMinute } });
    const probes = watchProbes(idpatch.url);
    // Of some the flood is in one directory.
    const directory = drawOne(['', 'customers', ...stores] as const, seed, 'directory');
    const some = hostile.ids.filter((id) => id.startsWith(directory));
    const ids = some.length > 0 ? some : hostile.ids;
    const order = { ...hostile, ids, seed, ms, url: idpatch.url, acts: drawnActs };
    const [flood, ...done] = await Promise.all([
      letLoose(order),
      ...honest.map((one) => work(one, { url: idpatch.url, seed, ms, perMinute: patchesPerMinute, hear })),
    ]);
    const probed = await probes.stop();
    const exitCode = await idpatch.stop();
    await crowd.providers.settled();

    const callers = honest.map((caller, nth) => ({ caller, operations: done[nth]?.operations ?? [] }));
    await askAgain(crowd, [...callers, { caller: hostile, operations: flood.operations }], hear);
    const records = [
      ...callers.flatMap(({ operations }) => operations.map((one) => recordOf(one, false))),
      ...flood.operations.map((one) => recordOf(one, true)),
    ];
    const known = crowd.providers.evidence(records, [...texts, ...flood.texts, ...crowd.lines()]);
    const evidence: Evidence = {
      ...known,
      unspeakable: [...known.unspeakable, ...[...honest, hostile].map(({ token }) => token)],
      callers: honest.map(({ name }, nth) => {
        const patches = done[nth]?.patches ?? [];
        return { name, patches, withinMs: crowd.withinMs };
      }),
    };
    const health = slowest(probed.filter(({ path }) => path === '/health'));
    const summary = {
      ...{ seed, hostile: hostile.name, directory, requestsPerCallerPerMinute, did: flood.counts },
      honest: honest.map(({ name }, nth) => ({ name, ...slowest(done[nth]?.patches ?? []) })),
      health,
    };
    const violations = check(evidence);
    return {
      ...{ violations, honest: done, hostile: flood, probes: probed, exitCode },
      summary: JSON.stringify(summary),
    };
  } finally {
    await crowd.close();
  }
}

function recordOf(operation: CalledOperation, isHostile: boolean): OperationRecord {
  const { marker, store, userId, changes, replies } = operation;
  const fault = isHostile ? 'a flood of their own' : "another's flood";
  // A flood may cost whoever makes it what they ask for, but never the truth.
  const mayBe = { mayBeUnknown: isHostile, mayBePartial: false };
  return { marker, store, userId, changes, fault, ...mayBe, replies };
}

/**
 * Asks a process that is new, and has room for everybody, what came of the operations with keys of which nobody knows,
 * and of some of the others.
 */
async function askAgain(
  crowd: Crowd,
  callers: readonly { readonly caller: Caller; readonly operations: readonly CalledOperation[] }[],
  hear: (text: string) => void,
): Promise<void> {
  const limits = { requestsPerCallerPerMinute: 1_000_000 };
  const { url, stop } = await crowd.start({ perMinute: 1_000_000, limits });
  const asked = callers.flatMap(({ caller, operations }) =>
    operations
      .filter((one) => one.hasKey && (isOpen(one) || draw(one.marker, 'again') < 0.2))
      .map((one) => ({ one, calling: callingOf(one, caller.token, hear) })),
  );
  const waiting = asked.values();
  const ask = async () => {
    for (const { one, calling } of waiting) one.replies.push(...(await callUntilFinal(url, calling)));
  };
  await Promise.all(Array.from({ length: 12 }, ask));
  await stop();
}
