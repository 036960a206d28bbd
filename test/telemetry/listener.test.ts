import { afterEach, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startService } from '../../src/service.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { ask } from '../harness/answers.ts';
import { someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { mutation } from '../harness/requests.ts';
import { scrape } from './scraped.ts';

let door: FrontDoor | undefined;
afterEach(async () => {
  await door?.close();
  door = undefined;
});

test('the metrics are on a port of their own, and nothing else is there but the probes', async () => {
  door = await openFrontDoor({ metrics: {} });
  const { origin } = new URL(door.metricsUrl ?? '');
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(origin).not.toBe(door.url);
  const request = async (method: string, path: string) => {
    const response = await fetch(`${origin}${path}`, { method });
    return `${response.status} ${(await response.text()).length > 0}`;
  };
  expect(await request('GET', '/metrics')).toBe('200 true');
  expect(await request('GET', '/metrics?name=a')).toBe('200 true');
  expect(await request('HEAD', '/metrics')).toBe('200 false');
  expect(await request('POST', '/metrics')).toBe('405 false');
  for (const path of ['/health', '/ready']) {
    expect(await request('GET', path)).toBe('200 false');
    expect(await request('POST', path)).toBe('405 true');
  }
  for (const path of ['/', '/graphql', '/metrics/', '/metricsx'])
    expect(await request('GET', path)).toBe('404 false');
  expect((await fetch(`${door.url}/metrics`)).status).toBe(404);
  const { headers } = await fetch(`${origin}/metrics`);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('without metrics in the configuration there is no such port, and the sandbox has a free one', async () => {
  door = await openFrontDoor();
  expect(door.metricsUrl).toBeUndefined();
  const sandbox = await startSandbox({ PORT: '0' }, { journal: null });
  expect(sandbox.config.metrics).toEqual({ host: '127.0.0.1', port: 0 });
  await sandbox.close();
});

test('a process that leaves tells so, and what it is still at, until it is gone', async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const sandbox = await startSandbox({}, { journal: null, server: { port: 0 } });
  const { customers } = sandbox.config.directories;
  if (!customers) throw new Error('The sandbox has no customers.');
  // A provider that takes its time, so that the process leaves in the middle of a patch.
  sandbox.config.directories.customers = {
    ...customers,
    create: (name, tools) => {
      const provider = customers.create(name, tools);
      return {
        ...provider,
        async write(...args) {
          asked.resolve();
          await held.promise;
          return provider.write(...args);
        },
      };
    },
  };
  const service = await startService(sandbox.config, { log: createLog({ write() {} }) });
  const id = sandbox.someUserIds.customers[0];
  const patching = ask(service, mutation(id ?? ''));
  await asked.promise;
  expect((await scrape(service.metricsUrl)).get('idpatch_operations_under_way')).toBe(1);
  const closing = service.close();
  const samples = await scrape(service.metricsUrl);
  expect(samples.get('idpatch_draining')).toBe(1);
  expect(samples.get('idpatch_operations_under_way')).toBe(1);
  held.resolve();
  expect((await patching).body).toBe('{"data":{"patchUser":{"outcome":"APPLIED"}}}');
  await closing;
  await expect(fetch(service.metricsUrl ?? '')).rejects.toThrow();
  await sandbox.close();
});

test('a port of metrics that is taken is said by its key', async () => {
  door = await openFrontDoor({ metrics: {} });
  const port = Number(new URL(door.metricsUrl ?? '').port);
  await expect(openFrontDoor({ metrics: { port } })).rejects.toThrow('metrics.port: the port is taken.');
  // The first one is as it was.
  expect(await door.patch({ id: someUser(door, 'customers') }, { displayName: 'Ada' })).toMatchObject({
    outcome: 'APPLIED',
  });
});
