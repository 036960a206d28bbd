import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

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

test('the configuration of the README is one that starts', () => {
  const [yaml] = blocks('yaml');
  const path = `${mkdtempSync(`${tmpdir()}/idpatch-readme-`)}/idpatch.yaml`;
  writeFileSync(path, yaml ?? '');
  const config = loadConfig({
    IDPATCH_CONFIG: path,
    EMPLOYEES_CLIENT_SECRET: 'one',
    CONTRACTORS_ACCESS_KEY_ID: 'two',
    CONTRACTORS_ACCESS_KEY_SECRET: 'three',
    CUSTOMERS_MANAGEMENT_KEY: 'four',
  });
  expect(Object.keys(config?.directories ?? {})).toEqual(['employees', 'contractors', 'customers']);
});

test('the README stays a page', () => {
  expect(readme.split('\n').length).toBeLessThan(150);
});
