import { describe, expect, it, onTestFinished } from 'vitest';
import type { Service } from '../../../src/service.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';
import { serverForTests } from './server-for-tests.ts';

const { server, missing } = await serverForTests();

/** The statuses of so many requests of one caller, one after the other. */
async function ask({ url }: Pick<Service, 'url'>, times: number, token?: string) {
  const answers: Response[] = [];
  for (let time = 0; time < times; time++) {
    answers.push(
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: '{"query":"{ directories { name } }"}',
      }),
    );
  }
  return answers;
}

const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status);
const gatewayOf = ({ sandbox }: FrontDoor, sub = 'gateway') =>
  sandbox.issuer.token({ aud: 'idpatch-gateway', sub, scope: 'users:read' });

describe.skipIf(missing)(`replicas${missing === undefined ? '' : ` (no PostgreSQL: ${missing})`}`, () => {
  let schemas = 0;
  async function shared(): Promise<{ door: FrontDoor; other: Service }> {
    schemas += 1;
    await server.execute(`CREATE SCHEMA limited_${schemas}`);
    const postgres = new Secret(server.url(`-c search_path=limited_${schemas}`));
    const door = await openDoor({ journal: { postgres }, limits: { requestsPerCallerPerMinute: 4 } });
    const other = await door.startAnother();
    onTestFinished(() => other.close());
    // The journal has made the tables when it is ready.
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
    return { door, other };
  }

  it('count together', async () => {
    const { door, other } = await shared();
    const token = await gatewayOf(door);
    expect(statuses(await ask(door, 2, token))).toEqual([200, 200]);
    expect(statuses(await ask(other, 3, token))).toEqual([200, 200, 429]);
    expect(statuses(await ask(door, 2, token))).toEqual([429, 429]);
    const keys = await server.execute(`SELECT key FROM limited_${schemas}.idpatch_rate_limit`);
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain('gateway');
  });

  it('count for themselves while they cannot count together', async () => {
    const { door, other } = await shared();
    await server.execute(`DROP TABLE limited_${schemas}.idpatch_rate_limit`);
    const token = await gatewayOf(door);
    expect(statuses(await ask(door, 5, token))).toEqual([200, 200, 200, 200, 429]);
    expect(statuses(await ask(other, 5, token))).toEqual([200, 200, 200, 200, 429]);
  });
});
