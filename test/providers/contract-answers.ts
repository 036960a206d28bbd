import { expect, it } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { Subject } from './contract.ts';
import {
  applied,
  calls,
  doubtful,
  error,
  logged,
  notApplied,
  onWrite,
  openHooked,
  openRetold,
  writesSent,
} from './contract-door.ts';

const patch = { displayName: 'New Name' };

/** So little time that a second is too long to wait for. */
const quick = { deadlineMs: 1_600, readBackMs: 600 };
const path = ['patch', 'displayName'];

/** Answers that no provider documents for a write. */
export const strange: Readonly<Record<string, EmulatorResponse>> = {
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
export function describeAnswers(subject: Subject): void {
  const { user, directory } = subject;
  const { id } = user;

  it.each(Object.entries(subject.refusals))('refused: %s', async (_name, refusal) => {
    const door = await openHooked(
      subject,
      { intercept: onWrite(subject, refusal.answer) },
      { limits: quick },
    );
    const answer = await door.patch({ id }, refusal.patch ?? patch);
    expect(answer).toEqual(notApplied(refusal.error));
    // What the provider says may repeat the request, personal data included.
    expect(JSON.stringify(answer)).not.toContain('Vendor');
    expect(door.emulators[directory].writes).toEqual([]);
    // The one write and what comes before it: after a no there is nothing to look at.
    expect(writesSent(door, subject)).toHaveLength(refusal.sent ?? 1);
    expect(calls(door, subject).at(-1)).toMatch(subject.writes);
    expect(door.log.join('')).not.toContain('Vendor');
  });

  it.each(Object.entries({ ...strange, ...subject.noAnswers }))(
    'no answer at all: %s',
    async (_name, answer) => {
      const lost = await openHooked(subject, { intercept: onWrite(subject, answer) });
      expect(await lost.patch({ id }, patch)).toEqual(
        doubtful('UNKNOWN', user, error('OUTCOME_UNKNOWN', path)),
      );
      expect(lost.emulators[directory].writes).toEqual([]);
      expect(writesSent(lost, subject)).toHaveLength(1);

      const done = await openRetold(subject, (request, truth) =>
        subject.writes.test(subject.read(request).call) ? answer : truth,
      );
      expect(await done.patch({ id }, patch)).toEqual(applied({ ...user, ...patch }, 'READ_BACK'));
      expect(done.emulators[directory].writes).toHaveLength(1);
      expect(writesSent(done, subject)).toHaveLength(1);
    },
  );

  it.each(Object.entries(subject.yesAnswers))('a yes of which nothing shows: %s', async (_name, answer) => {
    const door = await openHooked(subject, { intercept: onWrite(subject, answer) });
    expect(await door.patch({ id }, patch)).toEqual(doubtful('UNKNOWN', user, error('NOT_CONFIRMED', path)));
    expect(door.emulators[directory].writes).toEqual([]);
    expect(writesSent(door, subject)).toHaveLength(1);
  });

  it('no answer to the write nor to the look at it', async () => {
    const broken = { status: 500, body: 'Internal Server Error' };
    let written = false;
    const door = await openHooked(subject, {
      intercept: (request) => {
        written ||= subject.writes.test(subject.read(request).call);
        return written ? broken : undefined;
      },
    });
    expect(await door.patch({ id }, patch)).toEqual(
      doubtful('UNKNOWN', null, error('OUTCOME_UNKNOWN', path)),
    );
    expect(writesSent(door, subject)).toHaveLength(1);
  });

  it('a patch is sent once, however its answer is lost, and in part is not in full', async () => {
    const door = await openRetold(subject, (request, truth) =>
      subject.writes.test(subject.read(request).call) ? { status: 502, body: 'Bad Gateway' } : truth,
    );
    const { everything } = subject;
    const answer = await door.patch({ id }, everything.patch);
    expect(answer).toEqual(applied({ ...user, ...everything.shows }, 'READ_BACK'));
    expect(door.emulators[directory].writes).toEqual(logged(subject, ...everything.stores));
    expect(writesSent(door, subject)).toEqual(everything.sends);
  });
}
