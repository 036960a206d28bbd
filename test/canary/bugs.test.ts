import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Service, startService } from '../../src/service.ts';
import { errorFields } from '../../src/telemetry/error-fields.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { mutation, planning, reading, searchable, wholeUser } from './case.ts';
import { createPlants } from './plants.ts';
import { search } from './search.ts';
import { ask } from './talk.ts';

let sandbox: Sandbox;
let service: Service;
afterEach(async () => {
  await service?.close();
  await sandbox?.close();
});

/** idpatch whose customers are at a provider with this bug in it, and everything that it logs. */
async function openBuggy(bug: (provider: Provider) => Partial<Provider>) {
  sandbox = await startSandbox({}, { journal: null, server: { port: 0 } });
  const { customers, ...others } = sandbox.config.directories;
  if (!customers) throw new Error('The sandbox has no customers.');
  const create: typeof customers.create = (name, tools) => {
    const provider = customers.create(name, tools);
    return { ...provider, ...bug(provider) };
  };
  const config: Config = {
    ...sandbox.config,
    directories: { ...others, customers: { ...customers, create } },
  };
  let log = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  service = await startService(config, { log: createLog(stream) });
  const send = async (query: string, variables: object) => {
    const headers = { 'content-type': 'application/json' };
    return ask(service.url, { headers, body: JSON.stringify({ query, variables }) });
  };
  return { send, lines: () => log.split('\n').slice(0, -1) };
}

/** An error that has personal data wherever an error can have some. */
function tellingError(word: string): Error {
  const message = `${word}\n    at ${word} (file:///${word}.ts:1:1)\r\n\u001b[31m{"level":60,"msg":"${word}"}`;
  const cause = new SyntaxError(`Unexpected token in "${word}"`, { cause: word });
  const error = Object.assign(new TypeError(message, { cause }), { input: word, user: { name: word } });
  return Object.assign(error, { code: `${word} code`, name: `${word} name` });
}

const whenCalled: Readonly<Record<string, (fail: () => never) => Partial<Provider>>> = {
  'reading users': (fail) => ({ readUsers: fail }),
  'looking for a user': (fail) => ({ findUser: fail }),
  writing: (fail) => ({ write: fail }),
  'asking for custom fields': (fail) => ({ customFieldDefinitions: fail }),
  'describing a request': (fail) => ({ describe: fail }),
};

describe('a bug of ours tells nothing of whom it happened to, when', () => {
  it.each(Object.entries(whenCalled))('%s', async (name, bug) => {
    const plants = createPlants();
    const word = plants.word(`bug, ${name}`);
    const { send, lines } = await openBuggy(() =>
      bug(() => {
        throw tellingError(word);
      }),
    );
    const user = { id: sandbox.someUserIds.customers[0] };
    const login = { login: { directory: 'customers', login: plants.email('login') } };
    const patch = {
      displayName: plants.word('displayName'),
      customFields: [{ replace: { field: 'nick', value: { text: plants.word('nick') } } }],
    };
    const answers = [
      await send(mutation, { input: { user, patch } }),
      await send(mutation, { input: { user: login, patch } }),
      await send(planning, { input: { user, patch } }),
      await send(reading, { by: user }),
      await send(reading, { by: login }),
      await send(
        `{ directories { name customFields { field } } users(ids: ["${user.id}"]) { ${wholeUser} } }`,
        {},
      ),
    ];
    // The user, where the bug lets it be read, is what was asked for.
    const permits = ['patchUser.user', 'planPatchUser.requests', 'planPatchUser.changes', 'user', 'users'];
    const [thrown, asked] = [plants.all.slice(0, 1), plants.all.slice(1)];
    for (const answer of answers) {
      expect(search(`${answer.head}\n${answer.body}`, thrown)).toEqual([]);
      expect(search(searchable(answer, permits), asked)).toEqual([]);
    }
    expect(search(lines().join('\n'), plants.all)).toEqual([]);
    const events = lines().map((line) => JSON.parse(line) as { event: string; err?: { stack: string[] } });
    const bugs = events.filter(({ event }) => event === 'bug');
    expect(bugs.length).toBeGreaterThan(0);
    // Where it was thrown is told.
    for (const { err } of bugs) expect(err?.stack.join('\n')).toMatch(/bugs\.test\.ts:\d+:\d+/);
  });
});

describe('an error in the log', () => {
  it('has its kind, its code and its places, and of its causes the same', () => {
    const cause = Object.assign(new RangeError('what it says'), { code: 'ERR_OUT_OF_RANGE', errcode: 14 });
    expect(errorFields(new TypeError('more that it says', { cause }))).toEqual({
      type: 'TypeError',
      stack: expect.arrayContaining([expect.stringMatching(/told|logged|bugs\.test\.ts:\d+:\d+/)]),
      cause: { type: 'RangeError', code: 'ERR_OUT_OF_RANGE', errcode: 14, stack: expect.any(Array) },
    });
  });

  it.each([undefined, null, 'a text', 7, { message: 'an object' }])('is %j', (thrown) => {
    expect(errorFields(thrown)).toEqual({ type: typeof thrown });
  });

  it('has no place that its message makes up, also where the message was changed later', () => {
    const error = new Error('first\n    at made (file:///up.ts:1:1)');
    expect(JSON.stringify(errorFields(error))).not.toContain('made');
    error.message = 'other';
    error.stack = `Error: x\n    at https://user:secret@example.com/a?b#c:1:1\n    at <anonymous>`;
    expect(errorFields(error)).toEqual({ type: 'Error', stack: [] });
  });
});
