import { describe, expect, it } from 'vitest';
import { arrived } from '../harness/expected.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';

/** Sends so many requests of one caller, one after the other. */
async function send(door: FrontDoor, times: number, token?: string, type = 'application/json') {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request = { method: 'POST', headers: { 'content-type': type, ...authorization } };
  const answers: Response[] = [];
  for (let time = 0; time < times; time++) {
    const body = '{"query":"{ directories { name } }"}';
    answers.push(await fetch(`${door.url}/graphql`, { ...request, body }));
  }
  return answers;
}

const statuses = async (...request: Parameters<typeof send>) =>
  (await send(...request)).map(({ status }) => status);
const gatewayOf = ({ sandbox }: FrontDoor, sub = 'gateway') =>
  sandbox.issuer.token({ aud: 'idpatch-gateway', sub, scope: 'users:read' });

describe('requests of one caller', () => {
  it('are limited, whatever their token, and those of another caller are not', async () => {
    const door = await openDoor({ limits: { requestsPerCallerPerMinute: 3 } });
    expect(await statuses(door, 2, await gatewayOf(door))).toEqual([200, 200]);
    const [last, limited] = await send(door, 2, await gatewayOf(door));
    expect([last?.status, limited?.status]).toEqual([200, 429]);
    const wait = Number(limited?.headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);
    const message = `This is more than limits.requestsPerCallerPerMinute allows: come back in ${wait} s.`;
    const extensions = { code: 'RATE_LIMITED', retryAfterSeconds: wait };
    expect(await limited?.json()).toEqual({ errors: [{ message, extensions }] });
    expect(await statuses(door, 3, await gatewayOf(door, 'another'))).toEqual([200, 200, 200]);
    expect(arrived(door)).toEqual([]);
    expect(door.log.filter((line) => line.includes('"rate-limited"'))).toHaveLength(1);
  });

  it('count if they are refused for another reason, but not with an invalid token', async () => {
    const door = await openDoor({ limits: { requestsPerCallerPerMinute: 2 } });
    const token = await gatewayOf(door);
    expect(await statuses(door, 3, `${token}x`)).toEqual([401, 401, 401]);
    expect(await statuses(door, 1, token, 'text/plain')).toEqual([415]);
    expect(await statuses(door, 2, token)).toEqual([200, 429]);
  });

  it('are not limited for anonymous callers', async () => {
    const door = await openDoor({ limits: { requestsPerCallerPerMinute: 1 } });
    expect(await statuses(door, 3)).toEqual([200, 200, 200]);
  });
});
