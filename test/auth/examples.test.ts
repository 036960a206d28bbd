import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { good, load } from '../harness/config.ts';
import { written } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';

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

it.each(names)('the example %s is valid, on a public host too', (name) => {
  const example = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as object;
  const { callers } = load({ ...good, server: { host: '0.0.0.0' }, ...example });
  expect(callers.jwt).toHaveLength(1);
});

it('a front end changes its own user’s profile, a gateway any user, a support desk those of its desks', async () => {
  const door = await openDoor({
    callers: ({ url, jwksUrl }) => ({
      jwt: names.map((name) => ({ ...exampleOf(name), issuer: url, jwks: jwksUrl, allowLoopback: true })),
    }),
  });
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
  const calls = [
    [frontEnd, own, { ...name, ...email }, 'APPLIED'],
    [frontEnd, own, status, 'NOT_APPLIED FORBIDDEN'],
    [frontEnd, other, name, 'NOT_APPLIED FORBIDDEN'],
    [gateway, employee, name, 'APPLIED'],
    [gateway, employee, status, 'NOT_APPLIED FORBIDDEN'],
    [agent, other, name, 'APPLIED'],
    [agent, other, status, 'NOT_APPLIED FORBIDDEN'],
    [agent, employee, name, 'NOT_APPLIED FORBIDDEN'],
    [lead, other, status, 'APPLIED'],
  ] as const;
  for (const [token, id, patch, expected] of calls) {
    const { outcome, errors } = await door.patch({ id }, patch, token);
    const codes = (errors as readonly { code: string }[]).map(({ code }) => code);
    expect([outcome, ...codes].join(' ')).toBe(expected);
  }
  expect(written(door)).toHaveLength(4);
});
