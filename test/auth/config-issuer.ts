import { expect } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/settings/secret.ts';
import { refusalOf } from '../harness/config.ts';

/** An issuer that is right. Values that must not be printed carry the word canary. */
export const issuer = {
  issuer: 'https://login.canary.example/',
  audience: 'idpatch-canary',
  jwks: 'https://login.canary.example/jwks.json?v=2',
  algorithms: ['RS256', 'ES256'],
  rights: ['users:read'],
  directories: ['customers'],
};

const directories = {
  customers: { provider: 'descope', projectId: 'P2abc', managementKey: new Secret('key') },
};

/** Reads a configuration with these callers. */
export function parse(callers: unknown, server: object = {}) {
  return parseConfig({ server, callers, directories });
}
/** One issuer, changed so. */
export const withIssuer = (changes: object) => ({ jwt: [{ ...issuer, ...changes }] });

/** The lines that these callers are refused with; asserts that none prints a value. */
export function refusal(callers: unknown, server: object = {}): readonly string[] {
  return refusalOf(() => parse(callers, server)).split('\n');
}

/** Asserts that this key of the issuer, or what lies in it, is named, and that no other is complained of. */
export function refusesKey(key: string, changes: object): void {
  const lines = refusal(withIssuer(changes));
  const others = lines.filter((line) => !/^[:.]/.test(line.replace(`callers.jwt.0.${key}`, '')));
  expect([lines.length > 0, others]).toEqual([true, []]);
}
