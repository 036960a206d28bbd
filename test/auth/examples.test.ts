import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const folder = resolve(import.meta.dirname, '../../examples/callers');
const names = readdirSync(folder).map((file) => file.replace('.yaml', ''));

/** The one entry of `callers.jwt` that an example has. */
function exampleOf(name: string): Record<string, unknown> {
  const { callers } = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as {
    callers: { jwt: [Record<string, unknown>] };
  };
  return callers.jwt[0];
}

it('the examples are what the sandbox lets in', () => {
  expect(names.toSorted()).toEqual(Object.keys(sandboxCallers).toSorted());
  for (const [name, caller] of Object.entries(sandboxCallers)) {
    const { issuer: _, jwks: __, ...rest } = exampleOf(name);
    expect(rest).toEqual(caller);
  }
});

it.each(names)('the example %s is a configuration that starts, on a public host too', (name) => {
  const path = join(mkdtempSync(join(tmpdir(), 'idpatch-example-')), 'idpatch.yaml');
  const descope = {
    provider: 'descope',
    projectId: 'P2abcdefghijklmnopqrstuvwxyz',
    managementKey: { env: 'KEY' },
  };
  writeFileSync(
    path,
    stringify({
      ...parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')),
      server: { host: '0.0.0.0' },
      directories: { employees: descope, contractors: descope, customers: descope },
    }),
  );
  expect(loadConfig({ IDPATCH_CONFIG: path, KEY: 'one' })?.callers.jwt).toHaveLength(1);
});

it('a front end changes its own user’s profile, a gateway any user, a support desk those of its desks', async () => {
  const door = await openFrontDoor({
    callers: ({ url, jwksUrl }) => ({
      jwt: names.map((name) => ({ ...exampleOf(name), issuer: url, jwks: jwksUrl, allowLoopback: true })),
    }),
  });
  onTestFinished(() => door.close());
  const { issuer, someUserIds } = door.sandbox;
  const [own = '', other = ''] = someUserIds.customers;
  const [employee = ''] = someUserIds.employees;
  const frontEnd = await issuer.token({ aud: 'idpatch-profile', sub: own.replace('customers:', '') });
  const gateway = await issuer.token({ aud: 'idpatch-gateway', sub: 'gateway', scope: 'users:write' });
  const support = { aud: 'idpatch-support', sub: 'agent-7', desks: ['customers'] };
  const agent = await issuer.token({ ...support, roles: ['agent'] });
  const lead = await issuer.token({ ...support, roles: ['lead', 'agent'] });
  const name = { displayName: 'Ada' };
  const email = { email: { address: 'ada.new@example.com', verified: false } };
  const status = { status: 'DISABLED' } as const;
  const outcomes = await Promise.all(
    (
      [
        [frontEnd, own, { ...name, ...email }],
        [frontEnd, own, status],
        [frontEnd, other, name],
        [gateway, employee, name],
        [gateway, employee, status],
        [agent, other, name],
        [agent, other, status],
        [agent, employee, name],
        [lead, other, status],
      ] as const
    ).map(async ([token, id, patch]) => {
      const { outcome, errors } = await door.patch({ id }, patch, token);
      return [outcome, ...(errors as readonly { code: string }[]).map(({ code }) => code)].join(' ');
    }),
  );
  const forbidden = 'NOT_APPLIED FORBIDDEN';
  expect(outcomes).toEqual([
    ...['APPLIED', forbidden, forbidden],
    ...['APPLIED', forbidden],
    ...['APPLIED', forbidden, forbidden],
    'APPLIED',
  ]);
  expect(written(door)).toHaveLength(4);
});
