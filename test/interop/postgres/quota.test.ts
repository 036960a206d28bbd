import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startService } from '../../../src/service.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { arrived, counted, someUser, written } from '../../harness/expected.ts';
import type { FrontDoor } from '../../harness/front-door.ts';
import {
  ask,
  definitions,
  loads,
  open,
  patches,
  patching,
  reading,
  rename,
} from '../../upstream/quota/door.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, missing } = await serverForTests();

describe.skipIf(missing)(`replicas${missing === undefined ? '' : ` (no PostgreSQL: ${missing})`}`, () => {
  let schemas = 0;
  async function shared(perMinute: number) {
    schemas += 1;
    const schema = `paced_${schemas}`;
    await server.execute(`CREATE SCHEMA ${schema}`);
    const door = await open(perMinute, {
      journal: { postgres: new Secret(server.url(`-c search_path=${schema}`)) },
    });
    const other = await startService(door.sandbox.config, { log: pino({ level: 'silent' }) });
    onTestFinished(() => other.close());
    // The journal has made the tables when it is ready.
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
    return { door, other, schema };
  }

  it('share the quota of a provider', async () => {
    const { door, other, schema } = await shared(20);
    // They know of each other, and of the attributes, before it gets busy: one of them may get all that there is.
    const id = someUser(door, 'customers');
    const whole = 'query ($id: ID!) { user(by: { id: $id }) { customFields { field } } }';
    for (const service of [door, other]) await ask(service, whole, { id });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, nth) =>
        ask(
          nth % 2 ? door : other,
          patching,
          rename(someUser(door, 'customers', nth % 3), `Ada ${nth}`),
          10_000,
        ),
      ),
    );
    const told = answers.map(({ data }) => data.patchUser);
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    expect(applied.length).toBeGreaterThanOrEqual(8);
    expect(written(door)).toHaveLength(applied.length);
    expect(counted(arrived(door))).toEqual({ [patches]: applied.length, [definitions]: 2, [loads]: 2 });
    expect(arrived(door).length).toBeLessThanOrEqual(20);
    for (const one of told.filter(({ outcome }) => outcome !== 'APPLIED'))
      expect(one.errors[0]).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    const rows = await server.execute(`SELECT key FROM ${schema}.idpatch_pace`);
    expect(rows).toEqual([{ key: `${door.emulators.customers.url} ${projectId(door)}` }]);
  });

  it('each go on with their part while they cannot share', async () => {
    const { door, other, schema } = await shared(20);
    const id = someUser(door, 'customers');
    for (const service of [door, other, door])
      expect((await ask(service, reading, { id })).data).toEqual({ user: { id } });
    await server.execute(`DROP TABLE ${schema}.idpatch_pace`);
    door.forgetRequests();
    await Promise.all(Array.from({ length: 30 }, () => ask(door, reading, { id })));
    const here = arrived(door).length;
    expect(here).toBeGreaterThanOrEqual(5);
    expect(here).toBeLessThanOrEqual(10);
    await Promise.all(Array.from({ length: 30 }, () => ask(other, reading, { id })));
    expect(arrived(door).length).toBeGreaterThan(here);
    expect(arrived(door).length).toBeLessThanOrEqual(20);
  });

  it('answer also where the database is gone', async () => {
    const { door } = await shared(50);
    const id = someUser(door, 'customers');
    expect((await ask(door, reading, { id })).data).toEqual({ user: { id } });
    await server.stop();
    try {
      for (let nth = 0; nth < 5; nth += 1)
        expect((await ask(door, reading, { id }, 5_000)).data).toEqual({ user: { id } });
      expect((await ask(door, patching, rename(id, 'Ada'), 5_000)).data.patchUser).toMatchObject({
        ...{ outcome: 'NOT_APPLIED', errors: [{ code: 'JOURNAL_UNAVAILABLE' }] },
      });
    } finally {
      await server.start();
    }
  });
});

function projectId(door: FrontDoor): string {
  return door.sandbox.config.directories.customers?.project ?? '';
}
