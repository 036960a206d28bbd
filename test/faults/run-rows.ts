import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { patchErrorCodes } from '../../src/domain/errors.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type DoorBehindProxies, openBehindProxies } from '../harness/behind-proxy.ts';
import { type DirectoryName, directoryNames, unconfirmed } from '../harness/expected.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { type MarkedPatch, type Payload, patchMarked, warmUp } from './marked-patch.ts';
import { allowed, type Expected, isRetryable, type Row, vendorText, type Way } from './table/row.ts';
import { table } from './table.ts';

/** Nothing has to wait for the end of so much time; a busy machine may need it. */
export const longLimits = { deadlineMs: 12_000, readBackMs: 4_000 };
/** Where a call takes all of its time: as much for writing as for reading back. */
export const shortLimits = { deadlineMs: 4_000, readBackMs: 2_000 };

/** The test of a row that is more than one patch. */
type Procedure = (test: TestContext, directory: DirectoryName, expected: Expected) => Promise<unknown>;

/** Runs one way of a row, in place of `runWay`. */
type RunWay = (test: TestContext, directory: DirectoryName, row: Row, way: Way) => Promise<unknown>;

/** For a machine that is busy: some tests start several processes. */
const timeout = 240_000;

/** Has a test for each way of each row of a kind, for each directory that it applies to. */
export function runRows(
  kind: keyof typeof table,
  procedures: Readonly<Record<string, Procedure>> = {},
  {
    inTurn = false,
    once = false,
    run = runWay,
  }: {
    /** One test after the other. */
    readonly inTurn?: boolean;
    /** Each procedure takes all directories at once. */
    readonly once?: boolean;
    readonly run?: RunWay;
  } = {},
): void {
  const rows: readonly Row[] = table[kind].rows;
  const apply = (row: Row, directory: DirectoryName) =>
    (row.directories ?? directoryNames).includes(directory);
  const some = directoryNames.filter((directory) => rows.some((row) => apply(row, directory)));
  (inTurn ? describe : describe.concurrent).each(once ? some.slice(0, 1) : some)('%s', (directory) => {
    for (const row of rows.filter((one) => apply(one, directory))) {
      for (const [name, way] of Object.entries(row.ways))
        it([row.what, name].filter(Boolean).join(': '), { timeout }, (test) =>
          run(test, directory, row, way),
        );
      const procedure = procedures[row.what];
      if (procedure) it(row.what, { timeout }, (test) => procedure(test, directory, row.expected));
    }
  });
  it('every row of the table is tested, and no other', () => {
    const withoutWays = rows.filter(({ ways }) => Object.keys(ways).length === 0).map(({ what }) => what);
    expect(Object.keys(procedures).toSorted()).toEqual(withoutWays.toSorted());
  });
}

const pem = (name: string) => readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8');

/** Has signed every certificate but the self-signed one. */
export const authority = pem('authority');

/** A provider's TLS with one of the certificates. */
export const tlsOf = (name: string): TlsOptions => ({ cert: pem(name), key: pem(`${name}.key`) });

/** Opens a front door that has patched a user of the directory once, so that a row counts its own requests only. */
export async function openWarm(
  test: TestContext,
  directory: DirectoryName,
  changes: SandboxChanges = {},
): Promise<DoorBehindProxies> {
  const door = await openBehindProxies(test, { limits: longLimits, ...changes });
  await warmUp(door, directory);
  return door;
}

/** Opens a front door as a row has it, and lets it happen. */
export async function openAt(
  test: TestContext,
  directory: DirectoryName,
  { takesAllTime, isCold, certificate, changes }: Row,
  way: Way,
): Promise<DoorBehindProxies> {
  const given = certificate ? { [directory]: await startFaultProxy(tlsOf(certificate)) } : {};
  const limits = takesAllTime ? shortLimits : longLimits;
  const door = await openBehindProxies(test, { limits, ...changes?.(directory) }, given);
  if (!isCold) await warmUp(door, directory);
  await way({ directory, proxy: door.proxies[directory], emulators: door.emulators });
  return door;
}

async function runWay(test: TestContext, directory: DirectoryName, row: Row, way: Way): Promise<void> {
  const door = await openAt(test, directory, row, way);
  const startedAt = performance.now();
  for (let times = row.repeat ?? 1; times > 0; times -= 1) {
    const patched = await patchMarked(door, directory, row.patch ? { patch: row.patch } : {});
    expectOutcome(patched, row.expected);
  }
  if (row.expected.tokens !== 'one a second') return;
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(door.proxies[directory].count('token')).toBeLessThanOrEqual(1 + seconds);
}

const nameMember = { employees: 'displayName', contractors: 'displayName', customers: 'name' } as const;

/** The patch was answered as the table has it, what is stored is as answered, and nothing was told that may not be. */
export function expectOutcome(patched: MarkedPatch, either: Expected): void {
  const { answer, directory, marker, patch, userId } = patched;
  const expected = expectAnswer(answer, either);
  if (expected.user === null) expect(answer.user).toBeNull();
  else {
    const { displayName, email } = patched.now();
    const shown = { displayName: answer.user?.displayName, email: answer.user?.email?.address ?? null };
    expect(shown).toEqual({ displayName, email });
  }

  const stored = patched.stored();
  if (patch === 'one field')
    expect(stored).toEqual(
      Array(expected.stored).fill({ userId, change: { [nameMember[directory]]: marker } }),
    );
  else expect(stored).toHaveLength(expected.stored);
  if (expected.outcome === 'APPLIED') expect(answer.user?.displayName).toBe(marker);

  expectArrived(patched, expected);
  if (expected.minMs) expect(patched.elapsedMs).toBeGreaterThanOrEqual(expected.minMs);
  const texts = [JSON.stringify(answer), ...patched.log].join('\n');
  expect(texts).not.toContain(vendorText);
  expect(patched.log.join('\n')).not.toContain(marker);
}

/** The outcome, how it is known, and every error; gives what it is of several that are as good. */
export function expectAnswer(answer: Payload, either: Expected): Expected {
  const expected = allowed(either).find((one) => isAnsweredBy(answer, one)) ?? either;
  const { outcome, confirmedBy, errors } = expected;
  expect({ outcome: answer.outcome, errors: answer.errors }).toMatchObject({
    outcome,
    errors: errors.map(({ path, code, ...more }) => ({
      ...{ __typename: patchErrorCodes[code].type, code, path: path === '' ? [] : path.split('.') },
      retryable: isRetryable(expected, code),
      ...(code === 'OUTCOME_UNKNOWN' ? { message: unconfirmed } : {}),
      ...more,
    })),
  });
  if (outcome !== 'APPLIED') expect(answer.confirmedBy).toBeNull();
  else expect([confirmedBy ?? 'READ_BACK', confirmedBy ?? 'RESPONSE']).toContain(answer.confirmedBy);
  return expected;
}

function expectArrived({ arrived, elapsedMs }: MarkedPatch, expected: Expected): void {
  const { requests, tokens, connections, isUnreached } = expected;
  if (requests === 'one a second') expect(arrived.write).toBeLessThanOrEqual(1 + elapsedMs / 1_000);
  else expect(arrived.write).toBe(requests);
  if (isUnreached) expect(arrived).toMatchObject({ write: 0, read: 0, token: 0 });
  if (connections !== undefined) expect(arrived.connections).toBe(connections);
  if (typeof tokens !== 'object') return;
  expect(arrived.token).toBeGreaterThanOrEqual(tokens.min);
  expect(arrived.token).toBeLessThanOrEqual(tokens.max);
}

function isAnsweredBy({ outcome, errors }: Payload, expected: Expected): boolean {
  const places = errors.map(({ code, path }) => `${code} ${path.join('.')}`);
  const wanted = expected.errors.map(({ code, path }) => `${code} ${path}`);
  return outcome === expected.outcome && isDeepStrictEqual(places, wanted);
}
