import { describe, expect, it, vi } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { arrived, counted, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { openDoor } from '../harness/front-door.ts';
import { callersOf, tokenOf } from '../harness/sandbox-tokens.ts';
import { seeds } from './quota/door.ts';

const callers = callersOf('gateway');
/** For a crowd that gets as far as a provider. */
const unlimited = { requestsUnderWayPerCaller: 10_000, costUnderWay: 100_000_000 };

const ids = (count: number) => seeds('customers', count).map(({ userId }) => `customers:${userId}`);

/** The tokens of one who sends too much and of another. */
const tokensOf = (door: FrontDoor) =>
  Promise.all(['crowd', 'another'].map((sub) => tokenOf(door, 'users:read users:write', { sub }))) as Promise<
    [crowd: string, another: string]
  >;

const rename = (door: FrontDoor, id: string, displayName: string, token: string) =>
  door.patch({ id }, { displayName }, token);

describe('while one caller sends more than there is room for', () => {
  it('the quota has room for another, and the refusals of the one say whose share is used up', async () => {
    const perMinute = 120;
    const door = await openDoor({
      ...{ callers, customers: { users: seeds('customers', 200) } },
      directories: { customers: { pace: { perMinute } } },
      limits: { deadlineMs: 2_000, readBackMs: 500 },
    });
    const [crowd, another] = await tokensOf(door);
    const all = ids(200);
    const crowded = await Promise.all(all.map((id) => rename(door, id, 'Crowd', crowd)));
    const refused = crowded.filter(({ outcome }) => outcome !== 'APPLIED');
    expect(refused.length).toBeGreaterThan(perMinute / 2);
    for (const answer of refused) expect(answer).toMatchObject({ outcome: 'NOT_APPLIED' });
    expect(refused.flatMap(({ errors }) => errors)).toContainEqual(
      expect.objectContaining({
        code: 'RATE_LIMITED',
        message: expect.stringMatching(
          /^Your share of the provider’s request quota \(pace\) is used up: nothing was sent\. Call again in \d+ seconds\.$/,
        ),
      }),
    );
    const outcomes: unknown[] = [];
    for (const id of all.slice(0, 20)) outcomes.push((await rename(door, id, 'Another', another)).outcome);
    expect(counted(outcomes.map(String))).toEqual({ APPLIED: 20 });
    expect(written(door)).toHaveLength(crowded.length - refused.length + 20);
    expect(arrived(door).length).toBeLessThanOrEqual(perMinute);
  });

  it('another has its turn at a connection, and a place where all were taken', async (test) => {
    const [connections, places, more] = [16, 512, 20];
    const door = await openBehindProxies(test, {
      ...{ callers, customers: { users: seeds('customers', 600) } },
      limits: { deadlineMs: 30_000, readBackMs: 1_000, ...unlimited },
    });
    const [crowd, another] = await tokensOf(door);
    const proxy = door.proxies.customers;
    const gate = Promise.withResolvers<void>();
    // More than the provider's quota, of which it has a say of its own.
    const refusal = { status: 400, body: '{}' };
    proxy.fault = ({ body }) =>
      body.includes('Another')
        ? { delivered: true, after: gate.promise }
        : { delivered: false, answer: refusal, after: gate.promise };
    const all = ids(600);
    const count = connections + places + more;
    const refused: unknown[] = [];
    const crowded = all.slice(0, count).map(async (id) => {
      const { errors } = await rename(door, id, 'Crowd', crowd);
      if (JSON.stringify(errors).includes('Too many calls wait for this provider')) refused.push(errors);
    });
    await vi.waitFor(() => expect(refused).toHaveLength(more), { timeout: 20_000, interval: 100 });
    const one = rename(door, all.at(-1) as string, 'Another', another);
    // The newest of the crowd makes room for it.
    await vi.waitFor(() => expect(refused).toHaveLength(more + 1), { timeout: 20_000 });
    gate.resolve();
    expect(await one).toMatchObject({ outcome: 'APPLIED' });
    await Promise.all(crowded);
    const writes = proxy.requests.filter(({ isWrite }) => isWrite);
    const turn = writes.findIndex(({ body }) => body.includes('Another'));
    expect(turn).toBeGreaterThanOrEqual(connections);
    expect(turn).toBeLessThan(count / 2);
    expect(writes).toHaveLength(connections + places);
    expect(refused).toHaveLength(more + 1);
  });

  it('another has its turn at the same user', async (test) => {
    const door = await openBehindProxies(test, {
      callers,
      limits: { deadlineMs: 30_000, readBackMs: 1_000 },
    });
    const [crowd, another] = await tokensOf(door);
    const proxy = door.proxies.customers;
    const gate = Promise.withResolvers<void>();
    proxy.fault = () => ({ delivered: true, after: gate.promise });
    const id = `customers:${door.emulators.customers.users().keys().next().value}`;
    const crowded = Array.from({ length: 20 }, (_, nth) => rename(door, id, `Crowd ${nth}`, crowd));
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    // Each waits by now.
    await Promise.all(crowded.map(() => door.graphql('{ __typename }', {}, crowd)));
    const one = rename(door, id, 'Another', another);
    await door.graphql('{ __typename }', {}, another);
    gate.resolve();
    expect(await one).toMatchObject({ outcome: 'APPLIED' });
    for (const answer of await Promise.all(crowded)) expect(answer).toMatchObject({ outcome: 'APPLIED' });
    const turn = proxy.requests.findIndex(({ body }) => body.includes('Another'));
    // And not after all of the crowd.
    expect(turn).toBeGreaterThan(0);
    expect(turn).toBeLessThan(10);
  });
});
