import { writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Canaries } from '../harness/canaries.ts';
import { good, issuer } from '../harness/config.ts';
import { killProcesses, openFolder, spawnProcess } from '../harness/process.ts';

const word = 'w8Kd0Zq3TynB6vMXp1L';
const canaries = new Canaries();
canaries.addSecret(word);

const folder = openFolder();
afterAll(killProcesses);
afterAll(() => folder.remove());

const bug = /^idpatch ends over a bug: \{"type":"Error","stack":\[".*wrong\.mjs.*\n$/;
const error = `Object.assign(new Error('${word}', { cause: '${word}' }), { input: '${word}' })`;

// biome-ignore format: a table
it.each<[string, RegExp, { readonly key?: string; readonly args?: readonly string[]; readonly host?: string; readonly fail?: string }]>([
  ['a secret in two pairs of braces', /^idpatch does not start:\n.*clientSecret: /, { key: `{{ ${word} }}` }],
  ['a key that is a map', /^$/, { key: `{ env: KEY }\n    customFields: { { ${word}: a }: text }`, args: ['check'] }],
  ['a host that is none', /^idpatch does not start: \{"type":"Error","code":"E/, { host: `${word}.invalid` }],
  ['an error that nobody catches', bug, { fail: `throw ${error}` }],
  ['a rejection that nobody catches', bug, { fail: `Promise.reject(${error})` }],
])('%s is not printed', async (_, printed, { key = '{ env: KEY }', args = [], host = '127.0.0.1', fail = '' }) => {
  const [config, wrong] = [`${folder.path}/idpatch.yaml`, `${folder.path}/wrong.mjs`];
  const yaml = stringify({ ...good, callers: { jwt: [issuer] }, server: { port: 0 } });
  writeFileSync(config, yaml.replace(/clientSecret:\s+env: KEY/, `clientSecret: ${key}`));
  const isReady = "process.listenerCount('uncaughtException') > 0";
  writeFileSync(wrong, `const timer = setInterval(() => { if (${isReady}) { clearInterval(timer); ${fail} } }, 10);`);
  const environment = { IDPATCH_CONFIG: config, KEY: 'a-good-secret', HOST: host };
  const options = fail === '' ? {} : { NODE_OPTIONS: `--import ${wrong}` };
  const { ended, stdout, stderr } = spawnProcess(folder.path, { ...environment, ...options }, { args });
  await ended;
  expect(stderr()).toMatch(printed);
  expect(canaries.find(stdout() + stderr())).toEqual([]);
});
