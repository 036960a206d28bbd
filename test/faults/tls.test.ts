import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { beforeAll, expect } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { patchMarked } from './marked-patch.ts';
import { authority, expectOutcome, runRows, shortLimits, tlsOf } from './run-rows.ts';

// With the authority trusted, each certificate fails for its own reason only.
beforeAll(() => setDefaultCACertificates([...getCACertificates('default'), authority]));

runRows('TLS', {
  async 'speaks plain HTTP at its https port'(test, directory, expected) {
    const proxy = await startFaultProxy();
    const baseUrl = proxy.url.replace('http:', 'https:');
    const changes = { limits: shortLimits, directories: { [directory]: { baseUrl } } };
    const door = await openBehindProxies(test, changes, { [directory]: proxy });
    expectOutcome(await patchMarked(door, directory), expected);
    expect(proxy.connections).toBe(1);
  },

  async 'offers HTTP/2, over which undici would send again by itself: HTTP/1.1 is spoken'(
    test,
    directory,
    expected,
  ) {
    const proxy = await startFaultProxy({ ...tlsOf('good'), ALPNProtocols: ['h2', 'http/1.1'] });
    const door = await openBehindProxies(test, {}, { [directory]: proxy });
    expectOutcome(await patchMarked(door, directory), expected);
    expect(proxy.protocols).toEqual(new Set(['http/1.1']));
  },
});
