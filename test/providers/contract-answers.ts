import { expect, it } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
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
  const { user, directory } = fixture;
  const { id } = user;

  it.each(Object.entries(fixture.refusals))('refused: %s', async (_name, refusal) => {
    const door = await openHooked(
      fixture,
      { intercept: onWrite(fixture, refusal.answer) },
      { limits: quick },
    );
    const answer = await door.patch({ id }, refusal.patch ?? patch);
    expect(answer).toEqual(notApplied(refusal.error));
    // What the provider says may repeat the request, personal data included.
    expect(JSON.stringify(answer)).not.toContain('Vendor');
    expect(door.emulators[directory].writes).toEqual([]);
    // The one write and what comes before it: after a no there is nothing to look at.
    expect(writesSent(door, fixture)).toHaveLength(refusal.sent ?? 1);
    expect(calls(door, fixture).at(-1)).toMatch(fixture.writes);
    expect(door.log.join('')).not.toContain('Vendor');
  });

  it.each(Object.entries({ ...undocumentedAnswers, ...fixture.noAnswers }))(
    'no answer at all: %s',
    async (_name, answer) => {
      const lost = await openHooked(fixture, { intercept: onWrite(fixture, answer) });
      expect(await lost.patch({ id }, patch)).toEqual(
        uncertain('UNKNOWN', user, error('OUTCOME_UNKNOWN', path)),
      );
      expect(lost.emulators[directory].writes).toEqual([]);
      expect(writesSent(lost, fixture)).toHaveLength(1);

      const { door, proxy } = await openBehindProxy(directory);
      proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer: answered(answer) } : undefined);
      expect(await door.patch({ id }, patch)).toEqual(applied({ ...user, ...patch }, 'READ_BACK'));
      expect(door.emulators[directory].writes).toHaveLength(1);
      expect(writesSent(door, fixture)).toHaveLength(1);
    },
  );

  it.each(Object.entries(fixture.yesAnswers))('a yes of which nothing shows: %s', async (_name, answer) => {
    const door = await openHooked(fixture, { intercept: onWrite(fixture, answer) });
    expect(await door.patch({ id }, patch)).toEqual(uncertain('UNKNOWN', user, error('NOT_CONFIRMED', path)));
    expect(door.emulators[directory].writes).toEqual([]);
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it('no answer to the write nor to the look at it', async () => {
    const broken = { status: 500, body: 'Internal Server Error' };
    let written = false;
    const door = await openHooked(fixture, {
      intercept: (request) => {
        written ||= fixture.writes.test(fixture.read(request).call);
        return written ? broken : undefined;
      },
    });
    expect(await door.patch({ id }, patch)).toEqual(
      uncertain('UNKNOWN', null, error('OUTCOME_UNKNOWN', path)),
    );
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it('a patch is sent once, however its answer is lost, and in part is not in full', async () => {
    const { door, proxy } = await openBehindProxy(directory);
    const lost = { delivered: true, answer: { status: 502, body: 'Bad Gateway' } };
    proxy.fault = ({ isWrite }) => (isWrite ? lost : undefined);
    const { everything } = fixture;
    const answer = await door.patch({ id }, everything.patch);
    expect(answer).toEqual(applied({ ...user, ...everything.shows }, 'READ_BACK'));
    expect(door.emulators[directory].writes).toEqual(logged(fixture, ...everything.stores));
    expect(writesSent(door, fixture)).toEqual(everything.sends);
  });
}
