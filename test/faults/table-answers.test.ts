import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { endings } from '../harness/fault-proxy.ts';
import {
  type DirectoryName,
  directories,
  expectApplied,
  expectNotApplied,
  expectUnknown,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

const html = '<html><body>Bad gateway. Take care of yourself.</body></html>';

/** The provider's own error body; its texts must not get out. */
function errorBody(name: DirectoryName, code: string): string {
  const secret = 'what the vendor says of displayName';
  return JSON.stringify(
    name === 'customers'
      ? { errorCode: code, errorDescription: secret, errorMessage: secret }
      : { Code: code, Message: secret, RequestId: 'B7C1-99', HostId: 'eiam.example', Recommend: secret },
  );
}

describe.concurrent.each(directories)('%s applied it, then answered with', (name) => {
  it.for([
    'truncated',
    'truncatedChunks',
    'truncatedByEnd',
    'brokenJson',
    'brokenJsonChunks',
    'empty',
    'emptyChunks',
    'emptyByEnd',
  ] as const)('a body that is %s: APPLIED (READ_BACK)', async (how, test) => {
    const door = await openFaultyDoor(test);
    door.proxies[name].fail('write', { applied: true, ending: endings[how] });
    const row = await patchMarked(door, name);
    expectApplied(row, 'READ_BACK');
    expect(row.wire.write).toBe(1);
  });

  it.for([500, 502, 503, 504, 520])('%i: APPLIED (READ_BACK), not sent again', async (status, test) => {
    const door = await openFaultyDoor(test);
    const ending = endings.canned(status, { 'content-type': 'text/html' }, html);
    door.proxies[name].fail('write', { applied: true, ending });
    const row = await patchMarked(door, name);
    expectApplied(row, 'READ_BACK');
    expect(row.wire.write).toBe(1);
  });

  it.for([
    'Throttling.User',
    'ServiceUnavailable',
    'InvalidTimeStamp.Expired',
    'invalid_token',
    'E130429',
    'E011001',
  ])('503 and the error body of %s: APPLIED (READ_BACK), not sent again', async (code, test) => {
    const door = await openFaultyDoor(test);
    const date = new Date(Date.now() + 1_200_000).toUTCString();
    const ending = endings.canned(503, { date, 'x-acs-retry-after': '100' }, errorBody(name, code));
    door.proxies[name].fail('write', { applied: true, ending }, 1);
    const row = await patchMarked(door, name);
    expect(row.wire.write).toBe(1);
    expectApplied(row, 'READ_BACK');
  });
});

describe.concurrent.each(directories)('%s did not apply it, and answered with', (name) => {
  it.for([500, 502, 503, 504, 520])('%i: UNKNOWN, not sent again', async (status, test) => {
    const door = await openFaultyDoor(test);
    const ending = endings.canned(status, { 'content-type': 'text/html', 'retry-after': '0' }, html);
    door.proxies[name].fail('write', { ending });
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.wire.write).toBe(1);
  });

  it.for([200, 201, 203, 400, 403, 404, 409])(
    '%i and text/html: UNKNOWN, never APPLIED',
    async (status, test) => {
      const door = await openFaultyDoor(test);
      door.proxies[name].fail('write', {
        ending: endings.canned(status, { 'content-type': 'text/html' }, html),
      });
      const row = await patchMarked(door, name);
      expectUnknown(row, 0);
      expect(row.wire.write).toBe(1);
    },
  );

  it.for(['{}', '{"RequestId":"B7C1-99"}', '', 'null', '[]', '"yes"'])(
    '200 and %s: UNKNOWN, never APPLIED',
    async (body, test) => {
      const door = await openFaultyDoor(test);
      door.proxies[name].fail('write', { ending: endings.canned(200, {}, body) });
      const row = await patchMarked(door, name);
      expect(row.answer).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null });
      expect(['OUTCOME_UNKNOWN', 'NOT_CONFIRMED']).toContain(row.codes.join());
      expect(row.writes()).toEqual([]);
      expect(row.wire.write).toBe(1);
    },
  );

  it.for([302, 303, 307, 308])('%i to another host: UNKNOWN, nothing goes there', async (status, test) => {
    let trapped = 0;
    const trap = createServer((_request, response) => {
      trapped += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    test.onTestFinished(() => void trap.close());
    const location = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/trap`;
    const door = await openFaultyDoor(test);
    door.proxies[name].fail('write', { ending: endings.canned(status, { location }) });
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.wire.write).toBe(1);
    expect(trapped).toBe(0);
  });
});

/** What each provider documents, and what it means here. */
const refusals: Record<DirectoryName, readonly (readonly [number, string, string, string])[]> = {
  employees: [
    [400, 'InvalidParameter.DisplayName', 'INVALID_INPUT', 'patch.displayName'],
    [403, 'permission_denied', 'PROVIDER_REFUSED', 'patch'],
    [403, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
    [404, 'ResourceNotFound.User', 'USER_NOT_FOUND', 'user.id'],
    [409, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
  ],
  contractors: [
    [400, 'InvalidParameter.DisplayName', 'INVALID_INPUT', 'patch.displayName'],
    [403, 'Forbidden.RAM', 'PROVIDER_REFUSED', 'patch'],
    [404, 'ResourceNotFound.User', 'USER_NOT_FOUND', 'user.id'],
    [409, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
  ],
  customers: [
    [400, 'E011001', 'INVALID_INPUT', 'patch.displayName'],
    [400, 'E112102', 'USER_NOT_FOUND', 'user.id'],
    [404, 'E112102', 'USER_NOT_FOUND', 'user.id'],
    [409, 'E062107', 'CONFLICT', 'patch.displayName'],
    [403, 'E999999', 'PROVIDER_AUTH', 'patch.displayName'],
    [400, 'E999999', 'PROVIDER_REFUSED', 'patch.displayName'],
  ],
};

describe.concurrent.each(directories)('%s says no by', (name) => {
  it.for(refusals[name])(
    '%i %s: NOT_APPLIED (%s at %s), not retried',
    async ([status, theirs, ours, path], test) => {
      const door = await openFaultyDoor(test);
      door.proxies[name].fail('write', { ending: endings.canned(status, {}, errorBody(name, theirs)) });
      const row = await patchMarked(door, name);
      expectNotApplied(row, ours);
      expect(row.answer.errors[0]).toMatchObject({ path: path.split('.'), retryable: false });
      expect(JSON.stringify(row.answer)).not.toContain('what the vendor says');
      expect(door.log.join()).not.toContain('what the vendor says');
      expect(row.wire.write).toBe(1);
    },
  );

  it('200 and a documented code: NOT_APPLIED', async (test) => {
    const door = await openFaultyDoor(test);
    const code = name === 'customers' ? 'E062107' : 'ResourceDuplicated.DisplayName';
    door.proxies[name].fail('write', { ending: endings.canned(200, {}, errorBody(name, code)) });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'CONFLICT');
    expect(row.wire.write).toBe(1);
  });

  it('200 and a code that nobody documents: UNKNOWN', async (test) => {
    const door = await openFaultyDoor(test);
    const code = name === 'customers' ? 'E999999' : 'Something.New';
    door.proxies[name].fail('write', { ending: endings.canned(200, {}, errorBody(name, code)) });
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.wire.write).toBe(1);
  });
});

describe.concurrent.each(directories)('the look at %s afterwards', (name) => {
  const failures = {
    'is refused': endings.canned(403, {}, errorBody(name, name === 'customers' ? 'E011003' : 'NoPermission')),
    'is answered 500': endings.canned(500, { 'content-type': 'text/html' }, html),
    'is answered with html': endings.canned(200, { 'content-type': 'text/html' }, html),
    'is answered with nothing': endings.canned(200),
    'is cut off': endings.truncated,
    'is reset': endings.reset,
    'finds nobody': endings.canned(
      404,
      {},
      errorBody(name, name === 'customers' ? 'E112102' : 'ResourceNotFound.User'),
    ),
  };

  it.for(Object.keys(failures) as (keyof typeof failures)[])('%s: UNKNOWN', async (how, test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, ending: endings.reset });
    door.proxies[name].fail('read', { ending: failures[how] });
    const row = await patchMarked(door, name);
    expectUnknown(row, 1);
    expect(row.answer.user).toBeNull();
    expect(row.wire.write).toBe(1);
  });

  it('fails, though the provider said yes: UNKNOWN, or APPLIED by an answer that shows it', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('read', { ending: endings.reset });
    const row = await patchMarked(door, name);
    if (name === 'customers') expectApplied(row, 'RESPONSE');
    else expectUnknown(row, 1);
    expect(row.wire.write).toBe(1);
  });

  it('shows another user: UNKNOWN', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    const others = [...door.emulators[name].users().keys()];
    door.proxies[name].fail('write', { ending: endings.reset });
    door.proxies[name].fail('read', {
      applied: true,
      ending: (socket, answer) => {
        const body = String(answer?.body).replaceAll(String(others[0]), String(others[2]));
        endings.canned(200, {}, body)(socket, answer);
      },
    });
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.answer.user).toBeNull();
  });
});
