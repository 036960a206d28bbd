import { expect, it } from 'vitest';
import type { PatchUserInput } from '../../generated/graphql.ts';
import { ask as askAt } from '../../graphql/served.ts';
import { arrived, written } from '../../harness/expected.ts';
import { callersOf, tokenOf } from '../../harness/sandbox-tokens.ts';
import { ask, read, renames, seeds, short } from '../../upstream/quota/door.ts';
import { openReplicas, serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

describeWithServer('replicas', () => {
  let schemas = 0;
  async function openBoth(perMinute: number) {
    const schema = `quota_${++schemas}`;
    const { door, other } = await openReplicas(server, schema, short(perMinute, 'customers', 60));
    const id = `customers:${seeds('customers', 1)[0]?.userId}`;
    const readAt = (service: { readonly url: string }) => read(service, id);
    return { door, other, schema, readAt };
  }

  it('share it, in a row of the journal’s database', async () => {
    const { door, other, schema, readAt } = await openBoth(20);
    // They know of each other before it gets busy.
    for (const one of [door, other]) expect(await readAt(one)).toBe(true);
    const patching =
      'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { code } } }';
    const outcomes = await Promise.all(
      renames('customers', 0, 60).map((input, nth) => ask(nth % 2 ? door : other, patching, { input })),
    );
    const applied = outcomes.filter((one) => (one as { readonly outcome: string }).outcome === 'APPLIED');
    const others = outcomes.filter((one) => !applied.includes(one));
    expect(others).toEqual(
      others.map(() => ({ outcome: 'NOT_APPLIED', errors: [{ code: 'RATE_LIMITED' }] })),
    );
    expect(written(door)).toHaveLength(applied.length);
    expect(applied.length).toBeGreaterThanOrEqual(8);
    expect(arrived(door).length).toBeLessThanOrEqual(20);
    const key = `${door.emulators.customers.url} ${door.sandbox.config.directories.customers?.project}`;
    expect(await server.execute(`SELECT key FROM ${schema}.idpatch_pace`)).toEqual([{ key }]);
  });

  it('have room for another caller while one uses up its share at both', async () => {
    const perMinute = 120;
    const { door, other } = await openReplicas(server, `quota_${++schemas}`, {
      ...{ callers: callersOf('gateway'), customers: { users: seeds('customers', 200) } },
      directories: { customers: { pace: { perMinute } } },
      limits: { deadlineMs: 4_000, readBackMs: 500 },
    });
    const [crowd, another] = await Promise.all(
      ['crowd', 'another'].map((sub) => tokenOf(door, 'users:write', { sub })),
    );
    const patching = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome } }';
    const patch = async (input: PatchUserInput, nth: number, token?: string) => {
      const url = `${(nth % 2 ? door : other).url}/graphql`;
      const { data } = await askAt(url, patching, { input }, token);
      return (data as { readonly patchUser: { readonly outcome: string } }).patchUser.outcome;
    };
    const inputs = renames('customers', 0, 200);
    const outcomes = await Promise.all(inputs.map((input, nth) => patch(input, nth, crowd)));
    expect(outcomes.filter((outcome) => outcome === 'NOT_APPLIED').length).toBeGreaterThan(perMinute / 2);
    for (const [nth, input] of inputs.slice(0, 20).entries())
      expect(await patch(input, nth, another)).toBe('APPLIED');
    expect(arrived(door).length).toBeLessThanOrEqual(perMinute);
  });

  it('go on with a part of it each where they cannot share it', async () => {
    const { door, other, schema, readAt } = await openBoth(20);
    for (const one of [door, other, door]) expect(await readAt(one)).toBe(true);
    await server.execute(`DROP TABLE ${schema}.idpatch_pace`);
    await Promise.all(Array.from({ length: 30 }, () => readAt(door)));
    expect(arrived(door).length).toBeGreaterThan(7);
    expect(arrived(door).length).toBeLessThanOrEqual(10);
    await Promise.all(Array.from({ length: 30 }, () => readAt(other)));
    expect(arrived(door).length).toBeGreaterThan(13);
    expect(arrived(door).length).toBeLessThanOrEqual(20);
  });

  it('answer also where the database is gone', async () => {
    const { door, readAt } = await openBoth(50);
    expect(await readAt(door)).toBe(true);
    await server.stop();
    try {
      for (let nth = 0; nth < 5; nth += 1) expect(await readAt(door)).toBe(true);
    } finally {
      await server.start();
    }
  });
});
