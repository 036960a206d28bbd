import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../src/service.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

const mutation = () =>
  JSON.stringify({
    query: `mutation { patchUser(input: {
      user: { id: "${someUser(door, 'customers')}" }, patch: { displayName: "Ada" }
    }) { outcome errors { code } } }`,
  });

describe('the header idpatch-deadline-ms', () => {
  const withDeadline = (deadline: string) => {
    const headers = { 'content-type': 'application/json', 'idpatch-deadline-ms': deadline };
    return fetch(`${door.url}/graphql`, { method: 'POST', headers, body: mutation() });
  };

  it.each(['0', '-1', '1', '1.5', '1e3', 'soon', '', '100000000', '0x10', '5000, 5000'])(
    '%j is refused, and nothing is sent',
    async (deadline) => {
      door.forgetRequests();
      const answer = await withDeadline(deadline);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
      expect(arrived(door)).toEqual([]);
    },
  );

  it.each(['5000', '9999999'])('%s is taken', async (deadline) => {
    const answer = await withDeadline(deadline);
    expect(await answer.json()).toEqual({ data: { patchUser: { outcome: 'APPLIED', errors: [] } } });
  });
});

describe('/ready', () => {
  it('is 503 as soon as the process drains, while requests are still answered', async () => {
    const log = pino({ level: 'silent' });
    const { config } = door.sandbox;
    const service = await startService(config, { log });
    expect((await fetch(`${service.url}/ready`)).status).toBe(200);
    const closed = service.close(500);
    expect((await fetch(`${service.url}/ready`)).status).toBe(503);
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: mutation(),
    });
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toEqual({ data: { patchUser: { outcome: 'APPLIED', errors: [] } } });
    await closed;
    await delay(0);
    await expect(fetch(`${service.url}/health`)).rejects.toThrow();
  });
});
