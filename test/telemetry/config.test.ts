import { expect, it } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import { configWith, good, load, refuses, rows } from '../harness/config.ts';

const otlp = 'https://collector.example.com/v1/traces';

it('there are neither metrics nor traces where they are left out', () => {
  expect([load(good).metrics, load(good).traces]).toEqual([undefined, undefined]);
});

const accepted = [
  ...['https://collector.example.com/v1/traces', 'https://collector:4318/v1/traces'],
  ...['https://10.0.0.1/otlp/v1/traces', 'http://127.0.0.1:4318/v1/traces'],
  'http://localhost:4318/v1/traces',
  'http://[::1]:4318/v1/traces',
];
const insecure = ['http://collector:4318/v1/traces', 'http://10.0.0.1:4318/v1/traces'];

it.each([
  ...accepted.map((url) => ({ url, insecure: false })),
  ...insecure.map((url) => ({ url, insecure: true })),
])('traces may go to $url, insecure: $insecure', ({ url, insecure }) => {
  expect(load({ ...good, traces: { otlp: url, insecure } }).traces?.otlp).toBe(url);
});

it.each(['bearer', 'basic'])('the collector may want the authorization %s', (scheme) => {
  const { traces } = load(
    configWith(`traces: { otlp: "${otlp}", authorization: { ${scheme}: { env: KEY } } }`),
  );
  expect(traces?.authorization).toEqual({ [scheme]: expect.any(Secret) });
});

const withKeys = (text: string) =>
  rows(text).map((row) => row.replace(/^(\w+): (.*?)( →|$)/, `traces: { otlp: "${otlp}", $1: $2 }$3`));

it.each([
  ...rows(`
    metrics: { port: 4000 } → metrics.port: Expected a port of its own: this is server.port.
    traces: { otlp: "${insecure[0]}" } | { otlp: "${insecure[1]}" } → traces.otlp: Expected https, or http to a loopback address; insecure: true allows
    traces.otlp: "https://user:canary@collector.example.com/v1/traces" | "https://collector.example.com"
    traces.otlp: "https://collector.example.com/v1/traces?key=canary" | "${otlp}#canary"
    traces.otlp: "ftp://collector.example.com/v1/traces" | "grpc://collector.example.com:4317/" | canary | "" | 7
  `),
  ...withKeys(`
    authorization: { bearer: canary } | { bearer: { env: KEY }, basic: { env: KEY } } | {} → traces.authorization: Expected { bearer
    authorization: canary | { env: KEY } → traces.authorization: Expected { bearer
    headers: { content-type: { env: KEY } } | { Authorization: { env: KEY } } | { host: { env: KEY } } → traces.headers
    headers: { "a b": { env: KEY } } | { "a:b": { env: KEY } } | { "": { env: KEY } } → traces.headers
    headers: { x-api-key: canary } → traces.headers.x-api-key: Expected a secret
    sample: 1.1 | -0.1 → traces.sample
    service: a b | "" → traces.service
    ratio: 1 → traces: Unrecognized key: "ratio"
  `),
])('is refused with %s', (row) => refuses(row));
