import { randomUUID } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { type Case, graphql, mutation, planning, reading } from './case.ts';
import { idOf, wholePatch } from './cases-patch.ts';
import { type DirectoryName, directoryNames } from './providers.ts';
import type { Answer } from './talk.ts';
import type { World } from './world.ts';

/** What a provider answers in place of its own answer: `all` repeats the request and everything that was planted. */
type Echo = (echo: {
  readonly all: string;
  /** One planted word, not the same in two places. */
  word(name: string): string;
  /** An error body of the provider's form, with this code, request id, and texts of `all`. */
  error(code: string, requestId?: string): object;
  readonly request: EmulatorRequest;
}) => EmulatorResponse;

const uuid = () => randomUUID().toUpperCase();
const html = (all: string) => `<!DOCTYPE html><title>${all}</title><pre>${all}</pre>`;

const echoes: Readonly<Record<string, Echo>> = {
  'a signature error that repeats what was signed': ({ error }) => ({
    status: 400,
    body: error('SignatureDoesNotMatch'),
  }),
  'a refusal that repeats the request': ({ error }) => ({
    status: 400,
    body: error('OperationDenied.Policy'),
  }),
  'a refusal whose code is a secret': ({ error, word }) => ({ status: 400, body: error(word('code')) }),
  'a refusal whose code holds a secret': ({ error, word }) => ({
    status: 400,
    body: error(`ResourceNotFound.${word('code')}`),
  }),
  'a refusal of a field that is a secret': ({ error, word }) => ({
    status: 400,
    body: error(`InvalidParameter.CustomField.${word('field')}`),
  }),
  'a conflict over a field that is a secret': ({ error, word }) => ({
    status: 409,
    body: error(`ResourceDuplicated.${word('field')}`),
  }),
  'a refusal whose request id is a secret': ({ error, word }) => ({
    status: 400,
    headers: { 'cf-ray': word('cf-ray'), 'x-acs-request-id': word('header') },
    body: error('OperationDenied', word('request id')),
  }),
  'a refusal whose request id is a secret in hexadecimal': ({ error, word }) => {
    const id = Buffer.from(word('request id')).toString('hex');
    return { status: 422, headers: { 'cf-ray': id, 'x-acs-request-id': id }, body: error('E999999', id) };
  },
  'no access, in words': ({ error }) => ({ status: 401, body: error('invalid_token') }),
  'no rights, in words': ({ error }) => ({ status: 403, body: error('Forbidden.RAM') }),
  'too many requests, in words': ({ error, word }) => ({
    status: 429,
    headers: { 'retry-after': word('retry-after'), date: word('date'), 'x-acs-retry-after': word('x-acs') },
    body: error('Throttling.User'),
  }),
  'headers that say too much': ({ word, error }) => ({
    status: 400,
    headers: {
      'set-cookie': `a=${word('cookie')}`,
      'www-authenticate': `Bearer realm="${word('realm')}"`,
      'content-type': `application/${word('type')}`,
      [word('header').toLowerCase()]: word('header’s value'),
    },
    body: error('OperationDenied'),
  }),
  'a redirect': ({ word, all }) => ({
    status: 307,
    headers: { location: `https://${word('location')}.example/?token=${word('location’s token')}` },
    body: html(all),
  }),
  'a page of a proxy': ({ all }) => ({
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: html(all),
  }),
  'a page that says yes': ({ all }) => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: html(all),
  }),
  'a refusal that is no JSON': ({ all }) => ({ status: 403, body: `{"Code": "${all}` }),
  'JSON that is cut off': ({ all }) => ({
    status: 200,
    body: `{"user": {"name": ${JSON.stringify(all).slice(0, -1)}`,
  }),
  'a yes that is an error': ({ error }) => ({ status: 200, body: error('SignatureDoesNotMatch') }),
  'somebody else': ({ word }) => {
    const [UserId, Username, Email] = [word('id'), word('username'), `${word('local')}@example.com`];
    const eiam = { userId: UserId, username: Username, email: Email, displayName: word('displayName') };
    const descope = { userId: UserId, loginIds: [Email], email: Email, name: word('name'), userTenants: [] };
    return {
      status: 200,
      body: { ...eiam, User: { UserId, Username, Email }, user: descope, users: [descope] },
    };
  },
  'a list in place of an answer': ({ all }) => ({ status: 200, body: [all] }),
  'members of other kinds': ({ all }) => ({
    status: 200,
    body: { userId: [all], User: all, user: { userId: { a: all } }, users: all, access_token: { a: all } },
  }),
  'more than is read': ({ all }) => ({
    status: 200,
    body: all.repeat(Math.ceil((9 * 1024 * 1024) / all.length)),
  }),
  'a fault, in words': ({ error }) => ({ status: 503, body: error('ServiceUnavailable') }),
};

function echoing(name: string, echo: Echo, directory: DirectoryName): Case {
  return {
    name: `${directory} answers ${name}`,
    async run(world) {
      const { plants, providers } = world;
      let answered = 0;
      providers.instead[directory] = (request) => {
        answered += 1;
        const all = JSON.stringify([request, plants.all.map(({ marks }) => marks.join(' ')).join(' ')]);
        const word = (what: string) => plants.word(`${directory} answered ${name}: ${what}`);
        const error = (code: string, RequestId = uuid()) =>
          directory === 'customers'
            ? { errorCode: code, errorDescription: all, errorMessage: all, message: all }
            : { Code: code, Message: all, HostId: all, Recommend: all, RequestId, error_description: all };
        return echo({ all, word, error, request });
      };
      try {
        const answers = await readAndPatch(world, directory, name);
        if (answered === 0) throw new Error('Nothing was asked of the provider.');
        return answers;
      } finally {
        delete providers.instead[directory];
        await recover(world, directory);
      }
    },
    shows: name === 'somebody else' ? /"errors":\[\{|"user":null/ : /"errors":\[\{/,
  };
}

/** What is asked of a directory that answers nonsense: none of it can be answered well. */
export async function readAndPatch(world: World, directory: DirectoryName, name: string): Promise<Answer[]> {
  const { plants } = world;
  const [user, patch] = [{ id: idOf(directory) }, wholePatch(directory, plants, name)];
  const idempotencyKey = plants.word(`key: ${directory} asked, ${name}`);
  const login = { directory, login: plants.email(`${directory} asked, ${name}: login`) };
  return [
    await graphql(world, mutation, { input: { user, patch, idempotencyKey } }),
    await graphql(world, reading, { by: user }),
    await graphql(world, planning, { input: { user, patch } }),
    await graphql(world, reading, { by: { login } }),
  ];
}

/** Waits until the directory answers again: it may have a breaker to close and a token to fetch. */
export async function recover(world: World, directory: DirectoryName): Promise<void> {
  const until = performance.now() + 10_000;
  for (;;) {
    const { body } = await graphql(world, reading, { by: { id: idOf(directory) } });
    if (/"displayName":"/.test(body)) return;
    if (performance.now() > until) throw new Error(`${directory} did not come back: ${body}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const tokenRefused: Case = {
  name: 'employees: the token is refused, and so is a new one, in words',
  async run(world) {
    const { providers, plants } = world;
    providers.emulators.employees.revokeTokens();
    providers.instead.employees = (request) => {
      if (!request.url.endsWith('/oauth2/token')) return undefined;
      const all = JSON.stringify([request, plants.all.flatMap(({ marks }) => marks)]);
      return { status: 400, body: { error: 'invalid_client', error_description: all, request_id: all } };
    };
    try {
      return await readAndPatch(world, 'employees', 'token refused');
    } finally {
      delete providers.instead.employees;
      await recover(world, 'employees');
    }
  },
  shows: /PROVIDER_AUTH/,
};

/** Providers that say too much, in every place where they can say something. */
export const providerCases: readonly Case[] = [
  ...directoryNames.flatMap((directory) =>
    Object.entries(echoes).map(([name, echo]) => echoing(name, echo, directory)),
  ),
  tokenRefused,
];
