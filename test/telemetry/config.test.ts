import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/settings/secret.ts';
import { refusalOf } from '../harness/config.ts';

const secret = new Secret('canary-secret');
const directory = { provider: 'descope', projectId: 'P2abcdefghijklmnopqrstuvwxyz', managementKey: secret };
const config = (more: object) =>
  parseConfig({ callers: { anonymous: true }, directories: { customers: directory }, ...more });

const refusal = (more: object) => refusalOf(() => config(more));

test('left out, there are neither metrics nor traces', () => {
  const { metrics, traces } = config({});
  expect([metrics, traces]).toEqual([undefined, undefined]);
});

test('the defaults', () => {
  const otlp = 'https://collector.example.com/v1/traces';
  const { metrics, traces } = config({ metrics: {}, traces: { otlp } });
  expect(metrics).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(traces).toEqual({ otlp, insecure: false, headers: {}, sample: 0.1, service: 'idpatch' });
});

test('the metrics do not share the port of the callers', () => {
  expect(refusal({ server: { port: 9464 }, metrics: {} })).toBe(
    'metrics.port: Expected a port of its own: this is server.port.',
  );
  expect(config({ server: { port: 0 }, metrics: { port: 0 } }).metrics?.port).toBe(0);
});

describe('where traces go', () => {
  test.each([
    'https://collector.example.com/v1/traces',
    'https://collector:4318/v1/traces',
    'https://10.0.0.1/otlp/v1/traces',
    'http://127.0.0.1:4318/v1/traces',
    'http://localhost:4318/v1/traces',
    'http://[::1]:4318/v1/traces',
  ])('%s is taken', (otlp) => {
    expect(config({ traces: { otlp } }).traces?.otlp).toBe(otlp);
  });

  test.each(['http://collector:4318/v1/traces', 'http://10.0.0.1:4318/v1/traces'])(
    '%s only where it is said to be insecure',
    (otlp) => {
      const says =
        'traces.otlp: Expected https, or http to a loopback address; insecure: true allows http to other hosts.';
      expect(refusal({ traces: { otlp } })).toBe(says);
      expect(config({ traces: { otlp, insecure: true } }).traces?.otlp).toBe(otlp);
    },
  );

  test.each([
    'https://user:canary@collector.example.com/v1/traces',
    'https://collector.example.com/v1/traces?key=canary',
    'https://collector.example.com/v1/traces#canary',
    'https://collector.example.com',
    'ftp://collector.example.com/v1/traces',
    'grpc://collector.example.com:4317/',
    'canary',
    '',
    7,
  ])('%s is refused', (otlp) => {
    expect(refusal({ traces: { otlp, insecure: true } })).toMatch(/^traces\.otlp: /);
  });
});

describe('its headers', () => {
  const otlp = 'https://collector.example.com/v1/traces';

  test.each([{ bearer: secret }, { basic: secret }])('authorization %o', (authorization) => {
    expect(config({ traces: { otlp, authorization } }).traces?.authorization).toEqual(authorization);
  });

  test.each([{ bearer: 'canary' }, { bearer: secret, basic: secret }, {}, 'canary', secret])(
    'authorization %o is refused',
    (authorization) => {
      expect(refusal({ traces: { otlp, authorization } })).toMatch(
        /^traces\.authorization: Expected \{ bearer/,
      );
    },
  );

  test.each(['content-type', 'Authorization', 'host', 'a b', 'a:b', 'a\r\nb', ''])(
    '%j is refused',
    (name) => {
      expect(refusal({ traces: { otlp, headers: { [name]: secret } } })).toMatch(/^traces\.headers/);
    },
  );

  test('a value that is no secret is refused', () => {
    expect(refusal({ traces: { otlp, headers: { 'x-api-key': 'canary' } } })).toMatch(
      /^traces\.headers\.x-api-key: Expected a secret/,
    );
  });
});

test.each([{ sample: 1.1 }, { sample: -0.1 }, { service: 'a b' }, { service: '' }, { ratio: 1 }])(
  '%o is refused',
  (more) => {
    refusal({ traces: { otlp: 'https://collector.example.com/v1/traces', ...more } });
  },
);
