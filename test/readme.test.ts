import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../src/config/load.ts';
import { type FrontDoor, openFrontDoor } from './harness/front-door.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const example = readFileSync(new URL('../examples/idpatch.yaml', import.meta.url), 'utf8');

/** The text of the code blocks that are marked so. */
function blocks(mark: string): string[] {
  return [...readme.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter(([, marked]) => marked === mark)
    .map(([, , text]) => text ?? '');
}

let door: FrontDoor | undefined;
afterEach(() => door?.close());

test('every GraphQL example of the README gives the answer that stands below it', async () => {
  door = await openFrontDoor();
  const [documents, variables, answers] = [
    blocks('graphql'),
    blocks('json variables'),
    blocks('json answer'),
  ];
  expect(documents.length).toBeGreaterThan(0);
  expect([variables.length, answers.length]).toEqual([documents.length, documents.length]);
  for (const [index, document] of documents.entries()) {
    const answer = await door.graphql(document, JSON.parse(variables[index] ?? ''));
    expect(answer).toEqual(JSON.parse(answers[index] ?? ''));
  }
});

test.each([
  ['README', blocks('yaml')[0] ?? '', ['customers']],
  ['examples', example, ['employees', 'contractors', 'customers']],
])('the configuration of the %s is one that starts', (_, yaml, directories) => {
  const path = `${mkdtempSync(`${tmpdir()}/idpatch-readme-`)}/idpatch.yaml`;
  writeFileSync(path, yaml);
  const config = loadConfig({
    IDPATCH_CONFIG: path,
    EMPLOYEES_CLIENT_SECRET: 'one',
    CONTRACTORS_ACCESS_KEY_ID: 'two',
    CONTRACTORS_ACCESS_KEY_SECRET: 'three',
    CUSTOMERS_MANAGEMENT_KEY: 'four',
    COLLECTOR_TOKEN: 'five',
  });
  expect(Object.keys(config?.directories ?? {})).toEqual(directories);
});

test('the example of the whole configuration says the defaults', () => {
  const path = `${mkdtempSync(`${tmpdir()}/idpatch-readme-`)}/idpatch.yaml`;
  const whole = parse(example) as Record<string, object> & { directories: Record<string, object> };
  const bare = {
    ...{ directories: { one: descope }, callers: { anonymous: true }, journal: { sqlite: 'x' } },
    ...{ metrics: {}, traces: { otlp: 'https://collector.example.com/v1/traces' } },
  };
  writeFileSync(path, stringify(bare));
  const { server, limits, journal, directories, metrics, traces } =
    loadConfig({ IDPATCH_CONFIG: path, KEY: 'four' }) ?? {};
  expect({ ...whole.server }).toEqual(server);
  expect({ ...whole.limits }).toEqual(limits);
  expect({ ...whole.journal, sqlite: 'x' }).toEqual(journal);
  expect(whole.directories.customers).toMatchObject({ pace: directories?.one?.pace });
  expect({ ...whole.metrics }).toEqual(metrics);
  expect({ ...whole.traces, authorization: undefined }).toEqual({ ...traces, authorization: undefined });
});

const descope = {
  provider: 'descope',
  projectId: 'P2abcdefghijklmnopqrstuvwxyz',
  managementKey: { env: 'KEY' },
};

test('the README stays a page', () => {
  expect(readme.split('\n').length).toBeLessThan(150);
});
