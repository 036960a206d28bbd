import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/settings/secret.ts';
import { refusalOf } from './refused-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-config-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const employees = {
  provider: 'eiam-developer',
  baseUrl: 'https://eiam-developerapi.cn-hangzhou.aliyuncs.com',
  instanceId: 'idaas_a',
  applicationId: 'app_a',
  clientSecret: { env: 'KEY' },
};

function load(changes: object) {
  const path = join(folder, 'idpatch.yaml');
  writeFileSync(path, stringify({ callers: { anonymous: true }, directories: { employees }, ...changes }));
  return loadConfig({ KEY: 'a-secret', DATABASE: 'postgres://canary@db/idpatch', IDPATCH_CONFIG: path });
}

const refusal = (changes: object) => refusalOf(() => load(changes));

describe('the journal of a configuration', () => {
  it('may be left out', () => {
    expect(load({})?.journal).toBeUndefined();
  });

  it('is a file, kept for 30 days', () => {
    expect(load({ journal: { sqlite: './data/idpatch.db' } })?.journal).toEqual({
      ...{ sqlite: './data/idpatch.db', retentionDays: 30 },
    });
  });

  it('is a database whose address is a secret, kept for as long as is said', () => {
    const journal = load({ journal: { postgres: { env: 'DATABASE' }, retentionDays: 0.5 } })?.journal;
    expect(journal).toEqual({ postgres: expect.any(Secret), retentionDays: 0.5 });
    expect(JSON.stringify(journal)).not.toContain('canary');
  });

  it.each([
    ['no kind', {}],
    ['nothing', null],
    ['a text', './canary.db'],
    ['an empty path', { sqlite: '' }],
    ['two kinds', { sqlite: './canary.db', postgres: { env: 'DATABASE' } }],
    ['a database whose address is no secret', { postgres: 'postgres://canary@db/idpatch' }],
    ['an unknown key', { sqlite: './canary.db', path: 'canary' }],
    ['no time to be kept', { sqlite: './canary.db', retentionDays: 0 }],
    ['too long a time to be kept', { sqlite: './canary.db', retentionDays: 3651 }],
    ['a time in words', { sqlite: './canary.db', retentionDays: 'canary' }],
  ])('is refused with %s', (_, journal) => {
    expect(refusal({ journal })).toMatch(/^journal(\.\w+)?: \S/m);
  });

  it('whose secret is not there is refused, and what it names is not printed', () => {
    expect(refusal({ journal: { postgres: { env: 'CANARY' } } })).toBe(
      'journal.postgres: the environment variable of this secret does not exist.',
    );
  });
});

describe('what is no reference to a secret is data:', () => {
  it.each([
    ['a custom field named env', { env: 'text' }],
    ['a custom field named file', { file: 'number' }],
  ])('%s', (_, customFields) => {
    const config = load({ directories: { employees: { ...employees, customFields } } });
    expect(config?.directories.employees).toMatchObject({ kind: 'eiam-developer' });
  });
});

describe('the time for reading back', () => {
  it('is a part of the deadline', () => {
    expect(load({ limits: { deadlineMs: 1000, readBackMs: 999 } })?.limits).toMatchObject({
      ...{ deadlineMs: 1000, readBackMs: 999, operationsPerPatch: 50 },
    });
    expect(refusal({ limits: { deadlineMs: 2000 } })).toBe(
      'limits.readBackMs: Expected less than deadlineMs, of which it is a part.',
    );
  });

  it.each([49, 60_001, 100.5, '200'])('%j is none', (readBackMs) => {
    expect(refusal({ limits: { readBackMs, deadlineMs: 120_000 } })).toMatch(/^limits\.readBackMs: /);
  });
});
