import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { serveOnLoopback } from '../../src/sandbox/emulator.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import { watchForLeaks } from './leaks.ts';

const key = 'k9-the-management-key-of-the-test';
const name = 'Zoë "Birdie" O’Hara';
const token = `${btoa('{}')}.${btoa('{"sub":"of-the-token","email":"zoe@claims.example"}')}.c2lnbmF0dXJlLW9mLXRoZQ`;
const query = '{ user(by: { login: { directory: "customers", login: "zoe@document.example" } }) { id } }';
const patch = { displayName: name, phone: 13912345678, customFields: ['        ', 'Ada'] };
const input = { user: { id: 'customers:U2someUser' }, patch, idempotencyKey: 'key-of-this-call' };

/** Calls a service whose answer, log, … are these; `path`: of a request to a provider. Gives how to end the watch. */
async function run({ answer = {}, log = '', metrics = '', journal = '', trace = '', path = '/' }) {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-leaks-`);
  writeFileSync(`${folder}/journal.db`, journal);
  const service = await serveOnLoopback(() => ({ status: 200, body: {}, ...answer }));
  const collector = await serveOnLoopback(() => ({ status: 200 }));
  const changes = {
    journal: { sqlite: `${folder}/journal.db` },
    metrics: null,
    traces: { otlp: `${collector.url}/v1/traces`, sample: 1 },
  };
  const sandbox = await startSandbox({}, changes);
  onTestFinished(async () => {
    await Promise.all([service, collector, sandbox].map((one) => one.close()));
    rmSync(folder, { recursive: true });
  });
  const watch = watchForLeaks(sandbox, {});
  watch.watch(service.url);
  new Secret(key).reveal();
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'request-41-of-Zoe' };
  const body = JSON.stringify({ query, variables: { input } });
  await fetch(`${service.url}/graphql?access_token=token-in-the-address`, { method: 'POST', headers, body });
  await fetch(collector.url, { method: 'POST', body: trace });
  await fetch(`${sandbox.emulators.customers.url}${path}`);
  return () => watch.close({ log: [log], metrics });
}

const answered = (body: object | string) => ({ answer: { body } });

// biome-ignore format: a table
it.each<[string, Parameters<typeof run>[0]]>([
  ['log: "13912345678"', { log: 'to +86 13912345678.' }],
  ['log: "c2lnbmf0dxjllw9mlxrozq"', { log: token }],
  ['log: "ement-key-of"', { log: `a part: ${key.slice(5, 30)}` }],
  ['log: "zoe@claims.example"', { log: 'zoe@claims.example' }],
  ['log: "token-in-the-address"', { log: '?access_token=token-in-the-address' }],
  ['log: "request-41-of-zoe"', { log: 'request-41-of-Zoe' }],
  ['log: "zoe@document.example"', { log: 'ZOE@document.example' }],
  ['log: "ada.okafor@example.com"', { log: 'of a user: ada.okafor@example.com' }],
  ['log: "zoë \\"birdie\\" o’hara"', { log: name }],
  ['log: "zoë \\"birdie\\" o’hara" escaped', { log: JSON.stringify(JSON.stringify({ name })) }],
  ['log: "zoë \\"birdie\\" o’hara" escaped', { log: name.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) }],
  ['log: "zoë \\"birdie\\" o’hara" escaped', { log: `?q=${encodeURIComponent(name)}` }],
  ['log: "k9-the-manag" in base64', { log: `Basic ${btoa(`user:${key}`)}` }],
  ['metrics: "13912345678"', { metrics: 'a_total{phone="13912345678"} 1' }],
  ['errors: "token-in-the-address"', { answer: { headers: { 'x-a': 'token-in-the-address' } } }],
  ['errors: "zoe@document.example"', answered('No zoe@document.example')],
  ['errors: "zoe@claims.example"', answered({ errors: [{ message: 'zoe@claims.example' }] })],
  ['errors: "zoë', answered({ data: { patchUser: { errors: [{ message: name }] } } })],
  ['data: "k9-the-manag"', answered({ data: { user: { id: key } } })],
  ['URLs: "zoë', { path: `/?name=${encodeURIComponent(name)}` }],
  ['URLs: "c2lnbmf0dxjllw9mlxrozq"', { path: `/?token=${token}` }],
  ['traces: "customers:u2someuser"', { trace: '\u0001customers:U2someUser' }],
  ['journal: "zoe@document.example"', { journal: 'SQLite zoe@document.example' }],
])('found, %s: %j', async (finding, leak) => {
  expect(await run(leak)).toThrow(finding);
});

it('nothing is found where callers, keys, ids, logins and values may be', async () => {
  const close = await run({
    ...answered({ data: { patchUser: { user: { displayName: name }, errors: [] } } }),
    log: `{"caller":"undefined of-the-token","operationId":"zoe@document.example","path":"patch.displayName","nick":"Ada         "}`,
    metrics: 'a_total{directory="customers"} 13912345678\nb{le="9139123456780"} 1',
    journal: 'customers:U2someUser key-of-this-call undefined of-the-token',
    path: '/v1/mgmt/user?loginId=zoe%40document.example',
  });
  expect(close).not.toThrow();
});
