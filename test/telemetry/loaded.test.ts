import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const loaded = fileURLToPath(new URL('./loaded.ts', import.meta.url));
const traces = { otlp: 'http://127.0.0.1:1/v1/traces' };

test.concurrent.each<readonly [string, object, readonly string[]]>([
  ['neither', { metrics: null }, []],
  ['metrics', { metrics: {} }, ['prom-client']],
  ['traces', { metrics: null, traces }, ['@opentelemetry/sdk-trace-base']],
])(
  'a process with %s in its configuration loads what these need, and no more',
  async (_, changes, expected) => {
    const program = [loaded, JSON.stringify(changes)];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    expect(JSON.parse(stdout)).toEqual(expected);
  },
);
