import { expect, it } from 'vitest';
import type { Service } from '../../../src/service.ts';
import { ask } from '../../graphql/served.ts';
import { tokenOf } from '../../harness/sandbox-tokens.ts';
import { openReplicas, serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

/** The statuses of so many requests of one caller, one after the other. */
async function statusesOf({ url }: Pick<Service, 'url'>, times: number, token: string) {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++)
    statuses.push((await ask(`${url}/graphql`, '{ directories { name } }', {}, token)).status);
  return statuses;
}

describeWithServer('replicas', () => {
  const limits = { requestsPerCallerPerMinute: 4 };

  it('count together', async () => {
    const { door, other } = await openReplicas(server, 'limited', { limits });
    const token = await tokenOf(door, 'users:read');
    expect(await statusesOf(door, 2, token)).toEqual([200, 200]);
    expect(await statusesOf(other, 3, token)).toEqual([200, 200, 429]);
    expect(await statusesOf(door, 2, token)).toEqual([429, 429]);
    const keys = await server.execute('SELECT key FROM limited.idpatch_rate_limit');
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain('gateway');
  });

  it('count for themselves while they cannot count together', async () => {
    const { door, other } = await openReplicas(server, 'apart', { limits });
    await server.execute('DROP TABLE apart.idpatch_rate_limit');
    const token = await tokenOf(door, 'users:read');
    for (const one of [door, other])
      expect(await statusesOf(one, 5, token)).toEqual([200, 200, 200, 200, 429]);
  });
});
