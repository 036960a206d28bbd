import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { endings } from '../harness/fault-proxy.ts';
import { expectApplied, expectNotApplied, openFaultyDoor, patchMarked, warmUp } from './faulty-door.ts';

const token = (body: object) => endings.canned(200, {}, JSON.stringify(body));

const refusals = {
  '401 with its error body': endings.canned(
    401,
    {},
    '{"Code":"invalid_token","Message":"x","RequestId":"A-1"}',
  ),
  '401 with nothing': endings.canned(401, { 'content-type': 'text/html' }),
  '400 invalid_token': endings.canned(400, {}, '{"Code":"invalid_token","Message":"x","RequestId":"A-1"}'),
  '400 invalid_token in OAuth’s form': endings.canned(400, {}, '{"error":"invalid_token"}'),
};
type Refusal = keyof typeof refusals;

describe.concurrent('the token of employees', () => {
  it('expired in mid-flight: APPLIED, one refresh and one more request', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, 'employees');
    door.emulators.employees.revokeTokens();
    const row = await patchMarked(door, 'employees');
    expectApplied(row);
    expect(row.wire).toMatchObject({ write: 2, token: 1 });
  });

  it.for(Object.keys(refusals) as Refusal[])(
    'refused once by %s: APPLIED, one refresh',
    async (how, test) => {
      const door = await openFaultyDoor(test);
      await warmUp(door, 'employees');
      door.proxies.employees.fail('write', { ending: refusals[how] }, 1);
      const row = await patchMarked(door, 'employees');
      expectApplied(row);
      expect(row.wire).toMatchObject({ write: 2, token: 1 });
    },
  );

  it.for(Object.keys(refusals) as Refusal[])(
    'refused for ever by %s: NOT_APPLIED (PROVIDER_AUTH), two requests at most',
    async (how, test) => {
      const door = await openFaultyDoor(test);
      door.proxies.employees.fail('write', { ending: refusals[how] });
      for (const tokens of [2, 1, 1]) {
        const row = await patchMarked(door, 'employees');
        expectNotApplied(row, 'PROVIDER_AUTH');
        expect(row.wire.write).toBe(2);
        expect(row.wire.token).toBeLessThanOrEqual(Math.max(tokens, 2));
      }
    },
  );

  it('the secret was rotated: NOT_APPLIED (PROVIDER_AUTH)', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, 'employees');
    door.emulators.employees.revokeTokens();
    door.proxies.employees.fail('token', {
      ending: endings.canned(400, {}, '{"Code":"invalid_grant","Message":"x","RequestId":"A-1"}'),
    });
    const row = await patchMarked(door, 'employees');
    expectNotApplied(row, 'PROVIDER_AUTH');
    expect(row.answer.errors[0]).toMatchObject({ retryable: false, providerCode: 'invalid_grant' });
    expect(row.wire.write).toBe(1);
    expect(row.wire.token).toBeLessThanOrEqual(2);
  });

  it('200 operations cold, the token slow: all APPLIED by one token', async (test) => {
    const door = await openFaultyDoor(test, { limits: { deadlineMs: 20_000 } });
    door.proxies.employees.fail('token', { applied: true, after: () => delay(400) });
    const users = door.emulators.employees.users().size;
    const markers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const name = `op-${index}-${Math.random()}`;
        const row = await patchMarked(door, 'employees', {
          user: index % users,
          patch: { displayName: name },
        });
        expect(row.answer).toMatchObject({ outcome: 'APPLIED', user: { displayName: name } });
        return name;
      }),
    );
    expect(door.proxies.employees.count('token')).toBe(1);
    expect(door.proxies.employees.count('write')).toBe(200);
    const written = door.emulators.employees.writes.map(({ change }) => change.displayName);
    expect(written.toSorted()).toEqual(markers.toSorted());
  });

  it.for([
    ['500', endings.canned(500, { 'content-type': 'text/html' }, '<h1>No</h1>')],
    ['garbage', endings.canned(200, {}, '%PDF-1.7')],
    ['an empty object', token({})],
    ['expires_in 0', token({ access_token: 'AT1', token_type: 'Bearer', expires_in: 0 })],
    ['expires_in negative', token({ access_token: 'AT1', token_type: 'Bearer', expires_in: -1200 })],
    ['expires_in a text', token({ access_token: 'AT1', token_type: 'Bearer', expires_in: 'soon' })],
    ['expires_in null', token({ access_token: 'AT1', token_type: 'Bearer', expires_in: null })],
    ['no expires_in', token({ access_token: 'AT1', token_type: 'Bearer' })],
    ['a token that is no header', token({ access_token: 'AT1\r\nx: y', expires_in: 1200 })],
    ['a redirect', endings.canned(302, { location: 'http://127.0.0.1:9/' })],
  ] as const)(
    'answered with %s: NOT_APPLIED (PROVIDER_AUTH), asked for once a second',
    async ([, ending], test) => {
      const door = await openFaultyDoor(test);
      door.proxies.employees.fail('token', { ending });
      const startedAt = performance.now();
      for (const user of [0, 1, 2, 3]) {
        const row = await patchMarked(door, 'employees', { user });
        expectNotApplied(row, 'PROVIDER_AUTH');
        expect(row.wire.write).toBe(0);
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      expect(door.proxies.employees.count('token')).toBeLessThanOrEqual(1 + seconds);
      expect(door.emulators.employees.requests).toEqual([]);
    },
  );

  it.for(['truncated', 'reset'] as const)('%s once on its way, then well: APPLIED', async (how, test) => {
    const door = await openFaultyDoor(test);
    door.proxies.employees.fail('token', { applied: true, ending: endings[how] }, 1);
    const row = await patchMarked(door, 'employees');
    expectApplied(row);
    expect(row.wire).toMatchObject({ write: 1, token: 2 });
  });

  it('lives for a second only: every operation APPLIED', async (test) => {
    const door = await openFaultyDoor(test, { employees: { tokenLifetimeSeconds: 1 } });
    for (let times = 0; times < 4; times += 1) {
      expectApplied(await patchMarked(door, 'employees'));
      await delay(300);
    }
    expect(door.proxies.employees.count('token')).toBeGreaterThan(1);
  });
});

describe.concurrent('our clock against that of contractors', () => {
  const minutes = 60_000;

  it.for([20, -20, 60 * 24 * 400])(
    '%i minutes off: APPLIED after one more signature by its Date',
    async (off, test) => {
      const door = await openFaultyDoor(test, { contractors: { now: () => Date.now() + off * minutes } });
      const theirs = () => ({ date: new Date(Date.now() + off * minutes).toUTCString() });
      door.proxies.contractors.fail('any', {
        applied: true,
        ending: (socket, answer) => endings.own(theirs())(socket, answer),
      });
      const row = await patchMarked(door, 'contractors');
      expectApplied(row);
      expect(row.wire.write).toBe(2);
      const nonces = door.proxies.contractors.requests.map(({ headers }) => headers['x-acs-signature-nonce']);
      expect(new Set(nonces).size).toBe(nonces.length);
      // From then on its clock is known.
      const next = await patchMarked(door, 'contractors');
      expectApplied(next);
      expect(next.wire.write).toBe(1);
    },
  );

  it('off, and its Date is no help: NOT_APPLIED (PROVIDER_AUTH), two requests at most', async (test) => {
    const door = await openFaultyDoor(test, { contractors: { now: () => Date.now() + 20 * minutes } });
    const row = await patchMarked(door, 'contractors');
    expectNotApplied(row, 'PROVIDER_AUTH');
    expect(row.wire.write).toBe(2);
  });

  it('off, and it sends no Date that can be read: NOT_APPLIED (PROVIDER_AUTH), one request', async (test) => {
    const door = await openFaultyDoor(test, { contractors: { now: () => Date.now() + 20 * minutes } });
    door.proxies.contractors.fail('any', { applied: true, ending: endings.own({ date: 'yesterday' }) });
    const row = await patchMarked(door, 'contractors');
    expectNotApplied(row, 'PROVIDER_AUTH');
    expect(row.wire.write).toBe(1);
  });
});

describe.concurrent.each(['contractors', 'customers'] as const)('the key of %s was rotated', (name) => {
  it('NOT_APPLIED (PROVIDER_AUTH), one request', async (test) => {
    const changed =
      name === 'customers'
        ? { customers: { managementKey: 'other' } }
        : { contractors: { accessKeySecret: 'other' } };
    const door = await openFaultyDoor(test, changed);
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'PROVIDER_AUTH');
    expect(row.answer.errors[0]).toMatchObject({ retryable: false });
    expect(row.wire.write).toBe(1);
  });
});
