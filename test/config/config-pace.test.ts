import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';
import { createDirectories } from '../../src/directories.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { Telemetry } from '../../src/telemetry/telemetry.ts';
import { createQuotas } from '../../src/upstream/quota/quotas.ts';

const descope = { provider: 'descope', projectId: 'P2abc', managementKey: new Secret('key') };
const eiam = {
  provider: 'eiam-management',
  baseUrl: 'https://eiam.cn-hangzhou.aliyuncs.com',
  instanceId: 'idaas_a',
  accessKeyId: new Secret('id'),
  accessKeySecret: new Secret('secret'),
};
const load = (directory: object) =>
  parseConfig({ callers: { anonymous: true }, directories: { one: directory } }).directories.one;

describe('the pace of a directory', () => {
  it('is what the provider publishes, and none where it publishes nothing', () => {
    expect(load(descope)).toMatchObject({ pace: { perMinute: 500 }, project: 'P2abc' });
    expect(load(eiam)).toMatchObject({ pace: undefined, project: 'idaas_a' });
  });

  it.each([2, 60, 10_000_000])('is %s where that is said', (perMinute) => {
    for (const directory of [descope, eiam])
      expect(load({ ...directory, pace: { perMinute } })?.pace).toEqual({ perMinute });
  });

  it.each([
    ['perMinute', { perMinute: 1 }],
    ['perMinute', { perMinute: 0 }],
    ['perMinute', { perMinute: -5 }],
    ['perMinute', { perMinute: 10_000_001 }],
    ['perMinute', { perMinute: 2.5 }],
    ['perMinute', { perMinute: '500' }],
    ['perMinute', {}],
    ['', 500],
    ['', null],
    ['', { perMinute: 500, perSecond: 10 }],
  ])('is refused by its key, %s: %j', (key, pace) => {
    const at = `directories.one.pace${key && `.${key}`}: `;
    expect(() => load({ ...descope, pace })).toThrow(ConfigError);
    expect(() => load({ ...descope, pace })).toThrow(at);
  });
});

describe('the pacer of a directory', () => {
  it('is the one of all directories of its project, and nobody’s where there is no quota', async () => {
    const config = parseConfig({
      callers: { anonymous: true },
      directories: {
        one: descope,
        same: descope,
        other: { ...descope, projectId: 'P2other' },
        elsewhere: { ...descope, baseUrl: 'https://api.example.com' },
        free: eiam,
      },
    });
    const quotas = createQuotas();
    const pacers = new Map<string, { readonly waiting: number }>();
    const metrics = {
      guard() {},
      upstream: () => () => {},
      pacer(name: string, pacer: { readonly waiting: number }) {
        pacers.set(name, pacer);
        return () => {};
      },
    };
    const telemetry = { metrics, tracing: undefined } as unknown as Telemetry;
    const directories = createDirectories(config, quotas, telemetry);
    const { one, same, other, elsewhere, free } = Object.fromEntries(pacers);
    expect(same).toBe(one);
    expect(new Set([one, other, elsewhere])).toHaveLength(3);
    expect(one?.waiting).toBe(0);
    expect(free).toBeUndefined();
    await Promise.all([...directories.values()].map(({ provider }) => provider.close()));
    await quotas.close();
  });
});
