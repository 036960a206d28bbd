import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { endings, startFaultProxy } from '../harness/fault-proxy.ts';
import {
  directories,
  expectApplied,
  expectNotApplied,
  expectUnknown,
  openFaultyDoor,
  patchMarked,
} from './faulty-door.ts';

const pem = (name: string) => readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8');

const tls = (name: string): TlsOptions => ({ cert: pem(name), key: pem(`${name}.key`) });

// With the authority trusted, each certificate fails for its own reason only.
beforeAll(() => setDefaultCACertificates([...getCACertificates('default'), pem('authority')]));

describe.concurrent.each(directories)('TLS to %s', (name) => {
  it('with a certificate that is good: APPLIED', async (test) => {
    const proxy = await startFaultProxy(tls('good'));
    const door = await openFaultyDoor(test, {}, { [name]: proxy });
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(1);
  });

  it.for(['self-signed', 'wrong-host', 'expired'])('%s: NOT_APPLIED, not retried', async (problem, test) => {
    const proxy = await startFaultProxy(tls(problem));
    const door = await openFaultyDoor(test, {}, { [name]: proxy });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
    expect(row.wire).toEqual({ write: 0, read: 0, token: 0 });
    expect(proxy.connections).toBe(1);
  });

  it('to a port that speaks plain HTTP: NOT_APPLIED, not retried', async (test) => {
    const proxy = await startFaultProxy();
    const baseUrl = proxy.url.replace('http:', 'https:');
    const door = await openFaultyDoor(test, { directories: { [name]: { baseUrl } } }, { [name]: proxy });
    const talkative = await patchMarked(door, name);
    expectNotApplied(talkative, 'PROVIDER_UNAVAILABLE');
    expect(talkative.wire).toEqual({ write: 0, read: 0, token: 0 });
  });

  it.for([1, 100])(
    'reset on accept, %i times: NOT_APPLIED or APPLIED, never UNKNOWN',
    async (times, test) => {
      const proxy = await startFaultProxy(tls('good'));
      const door = await openFaultyDoor(test, {}, { [name]: proxy });
      proxy.resetOnAccept(times);
      const row = await patchMarked(door, name);
      if (times === 1) expectApplied(row);
      else expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
    },
  );

  it('where HTTP/2 is offered: HTTP/1.1 is spoken, for over HTTP/2 undici sends again by itself', async (test) => {
    const proxy = await startFaultProxy({ ...tls('good'), ALPNProtocols: ['h2', 'http/1.1'] });
    const door = await openFaultyDoor(test, {}, { [name]: proxy });
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(proxy.protocols).toEqual(new Set(['http/1.1']));
  });

  it.for(['reset', 'fin'] as const)('ended by %s after the request: as without TLS', async (how, test) => {
    const proxy = await startFaultProxy(tls('good'));
    const door = await openFaultyDoor(test, {}, { [name]: proxy });
    proxy.fail('write', { applied: true, ending: endings[how] }, 1);
    proxy.fail('write', { ending: endings[how] }, 1);
    expectApplied(await patchMarked(door, name), 'READ_BACK');
    expectUnknown(await patchMarked(door, name), 0);
    expect(proxy.count('write')).toBe(2);
  });
});
