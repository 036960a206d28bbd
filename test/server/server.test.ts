import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { startService } from '../../src/service.ts';
import { ask } from '../harness/answers.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { mutation } from '../harness/requests.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

const applied = '{"data":{"patchUser":{"outcome":"APPLIED"}}}';
const patch = mutation(someUser(door, 'customers'));

describe('the header idpatch-deadline-ms', () => {
  const withDeadline = (deadline: string) => ask(door, patch, {}, { 'idpatch-deadline-ms': deadline });

  it.each(['0', '-1', '1', '1.5', '1e3', 'soon', '', '100000000', '0x10', '5000, 5000'])(
    '%j is refused, and nothing is sent',
    async (deadline) => {
      door.forgetRequests();
      const answer = await withDeadline(deadline);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
      expect(arrived(door)).toEqual([]);
    },
  );

  it.each(['5000', '9999999'])('%s is taken', async (deadline) => {
    expect((await withDeadline(deadline)).body).toBe(applied);
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
      body: JSON.stringify({ query: patch }),
    });
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.text()).toBe(applied);
    await closed;
    await delay(0);
    await expect(fetch(`${service.url}/health`)).rejects.toThrow();
  });
});
