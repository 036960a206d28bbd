import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { good, load } from '../harness/config.ts';

const folder = resolve(import.meta.dirname, '../../examples/callers');
const names = readdirSync(folder).map((file) => file.replace('.yaml', ''));

/** The one entry of `callers.jwt` of an example. */
function exampleOf(name: string): Record<string, unknown> {
  const { callers } = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as {
    callers: { jwt: [Record<string, unknown>] };
  };
  return callers.jwt[0];
}

it('the examples are the callers of the sandbox', () => {
  expect(names.toSorted()).toEqual(Object.keys(sandboxCallers).toSorted());
  for (const [name, caller] of Object.entries(sandboxCallers)) {
    const { issuer: _, jwks: __, ...rest } = exampleOf(name);
    expect(rest).toEqual(caller);
  }
});

it.each(names)('the example %s is valid on a public host, too', (name) => {
  const callers = { jwt: [exampleOf(name)] };
  expect(load({ ...good, server: { host: '0.0.0.0' }, callers }).callers.jwt).toHaveLength(1);
});
