import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const traces = { otlp: 'http://127.0.0.1:1/v1/traces' };

test.each<readonly [string, object, readonly string[]]>([
  ['neither', { metrics: null }, []],
  ['metrics', { metrics: {} }, ['prom-client']],
  ['traces', { metrics: null, traces }, ['@opentelemetry/sdk-trace-base']],
])('a process with %s in its configuration loads what these need, and no more', (_, changes, expected) => {
  const program = [`${import.meta.dirname}/loaded.ts`, JSON.stringify(changes)];
  expect(JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' }))).toEqual(expected);
});
