import { expect, it } from 'vitest';
import type { Service } from '../../../src/service.ts';
import { tokenOf } from '../../harness/sandbox-tokens.ts';
import { openReplicas, serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

/** The statuses of so many requests of one caller, one after the other. */
async function ask({ url }: Pick<Service, 'url'>, times: number, token: string) {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = '{"query":"{ directories { name } }"}';
    statuses.push((await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status);
  }
  return statuses;
}

describeWithServer('replicas', () => {
  const limits = { requestsPerCallerPerMinute: 4 };

  it('count together', async () => {
    const { door, other } = await openReplicas(server, 'limited', { limits });
    const token = await tokenOf(door, 'users:read');
    expect(await ask(door, 2, token)).toEqual([200, 200]);
    expect(await ask(other, 3, token)).toEqual([200, 200, 429]);
    expect(await ask(door, 2, token)).toEqual([429, 429]);
    const keys = await server.execute('SELECT key FROM limited.idpatch_rate_limit');
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain('gateway');
  });

  it('count for themselves while they cannot count together', async () => {
    const { door, other } = await openReplicas(server, 'apart', { limits });
    await server.execute('DROP TABLE apart.idpatch_rate_limit');
    const token = await tokenOf(door, 'users:read');
    for (const one of [door, other]) expect(await ask(one, 5, token)).toEqual([200, 200, 200, 200, 429]);
  });
});
