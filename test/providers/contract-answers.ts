import { expect, it } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import type { ProviderFixture } from './contract.ts';
import {
  answered,
  applied,
  calls,
  error,
  logged,
  notApplied,
  onWrite,
  openHooked,
  uncertain,
  writesSent,
} from './contract-door.ts';

const patch = { displayName: 'New Name' };

/** So little time that a second is too long to wait for. */
const quick = { deadlineMs: 1_600, readBackMs: 600 };
const path = ['patch', 'displayName'];

/** Answers that no provider documents for a write. */
export const undocumentedAnswers: Readonly<Record<string, EmulatorResponse>> = {
  'a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Signed in</html>' },
  'a list': { status: 200, body: [] },
  'JSON null': { status: 200, body: 'null' },
  'half an object': { status: 200, body: '{"user": {' },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  'not modified': { status: 304 },
  'a proxy’s refusal': { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' },
  'a server error': { status: 500, body: 'Internal Server Error' },
  unavailable: { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Busy</h1>' },
};

/** What the provider answers to a write, and how far it is believed. */
export function describeAnswers(fixture: ProviderFixture): void {
  const { user, directory, everything } = fixture;
  const { id } = user;

  it.for(Object.entries(fixture.refusals))('refused: %s', async ([, refusal], test) => {
    const intercept = onWrite(fixture, refusal.answer);
    const isWaitedFor = refusal.error.code === 'RATE_LIMITED';
    const door = await openHooked(test, fixture, { intercept }, isWaitedFor ? { limits: quick } : {});
    const answer = await door.patch({ id }, refusal.patch ?? patch);
    expect(answer).toEqual(notApplied(refusal.error));
    // What the provider says may repeat the request, personal data included.
    expect(JSON.stringify(answer) + door.log.join('')).not.toContain('Vendor');
    expect(door.emulators[directory].writes).toEqual([]);
    // The one write and what comes before it: after a no there is nothing to look at.
    expect(writesSent(door, fixture)).toHaveLength(refusal.sent ?? 1);
    expect(calls(door, fixture).at(-1)).toMatch(fixture.writes);
  });

  const noAnswers = Object.entries({ ...undocumentedAnswers, ...fixture.noAnswers });
  const unbelieved = [
    ...noAnswers.map((one) => ['no answer at all', ...one, 'OUTCOME_UNKNOWN'] as const),
    ...Object.entries(fixture.yesAnswers).map(
      (one) => ['a yes of which nothing shows', ...one, 'NOT_CONFIRMED'] as const,
    ),
  ];
  it.for(unbelieved)('%s: %s', async ([, , answer, code], test) => {
    const door = await openHooked(test, fixture, { intercept: onWrite(fixture, answer) });
    expect(await door.patch({ id }, patch)).toEqual(uncertain('UNKNOWN', user, error(code, path)));
    expect(door.emulators[directory].writes).toEqual([]);
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it.for(noAnswers)('no answer at all, though it is written: %s', async ([, answer], test) => {
    const door = await openBehindProxies(test);
    door.proxies[directory].fail('write', { delivered: true, answer: answered(answer) });
    expect(await door.patch({ id }, patch)).toEqual(applied({ ...user, ...patch }, 'READ_BACK'));
    expect(door.emulators[directory].writes).toHaveLength(1);
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it('a patch is sent once, however its answer is lost, and in part is not in full', async (test) => {
    const door = await openBehindProxies(test);
    const answer = { status: 502, body: 'Bad Gateway' };
    door.proxies[directory].fail('write', { delivered: true, answer });
    const after = { ...user, ...everything.shows };
    expect(await door.patch({ id }, everything.patch)).toEqual(applied(after, 'READ_BACK'));
    expect(door.emulators[directory].writes).toEqual(logged(fixture, ...everything.stores));
    expect(writesSent(door, fixture)).toEqual(everything.sends);
  });
}
