import { describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { Service } from '../../src/service.ts';
import { arrived } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

async function open(changes: SandboxChanges): Promise<FrontDoor> {
  const door = await openFrontDoor(changes);
  onTestFinished(() => door.close());
  return door;
}

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

describe('requests of one caller', () => {
  it('are limited, whatever token of theirs they bring, and nobody else’s are', async () => {
    const door = await open({ limits: { requestsPerCallerPerMinute: 3 } });
    expect(statuses(await ask(door, 2, await gatewayOf(door)))).toEqual([200, 200]);
    const answers = await ask(door, 3, await gatewayOf(door));
    expect(statuses(answers)).toEqual([200, 429, 429]);
    const [, limited] = answers;
    const wait = Number(limited?.headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);
    expect(await limited?.json()).toEqual({
      errors: [
        {
          message: 'Too many requests: wait.',
          extensions: { code: 'RATE_LIMITED' },
        },
      ],
    });
    expect(statuses(await ask(door, 3, await gatewayOf(door, 'another')))).toEqual([200, 200, 200]);
    expect(arrived(door)).toEqual([]);
    expect(door.log.filter((line) => line.includes('"rate-limited"'))).toHaveLength(2);
  });

  it('are counted also where they are refused otherwise, but not where the token is', async () => {
    const door = await open({ limits: { requestsPerCallerPerMinute: 2 } });
    const token = await gatewayOf(door);
    expect(statuses(await ask(door, 3, `${token}x`))).toEqual([401, 401, 401]);
    const text = await fetch(`${door.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(text.status).toBe(415);
    expect(statuses(await ask(door, 2, token))).toEqual([200, 429]);
  });

  it('are not limited where nobody says who they are', async () => {
    const door = await open({ limits: { requestsPerCallerPerMinute: 1 } });
    expect(statuses(await ask(door, 3))).toEqual([200, 200, 200]);
  });
});
