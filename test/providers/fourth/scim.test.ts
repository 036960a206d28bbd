import { pino } from 'pino';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { startService } from '../../../src/service.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { ask } from '../../graphql/served.ts';
import { scim } from './scim.ts';
import { basePath, scimError, startScimServer } from './scim-server.ts';

/** A provider that is not in the registry, beside those of the sandbox: what the contract must allow for. */
let url: string;
let server: Awaited<ReturnType<typeof startScimServer>>;

beforeAll(async () => {
  server = await startScimServer([
    { id: 'ada.okafor@example.com', userName: 'ada' },
    { id: 'zoe+shop', userName: 'zoe' },
    { id: '../ivy', userName: 'ivy' },
  ]);
  const sandbox = await startSandbox({}, { journal: null, metrics: null, server: { port: 0 } });
  const settings = { baseUrl: `${server.url}${basePath}/`, token: new Secret('token') };
  const people = { ...scim.settings.parse(settings), pace: undefined };
  const config = { ...sandbox.config, directories: { ...sandbox.config.directories, people } };
  const service = await startService(config, { log: pino({ level: 'silent' }) });
  url = `${service.url}/graphql`;
  return async () => {
    await service.close();
    await sandbox.close();
    await server.close();
  };
});
afterEach(() => {
  server.requests.length = 0;
  delete server.state.refusal;
});

async function patch(user: object, patch: object): Promise<unknown> {
  const query = `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
    outcome user { id displayName email { address verified } }
    errors { code message path ... on ProviderRefusedError { providerCode } } } }`;
  const { data } = await ask(url, query, { input: { user, patch } });
  return (data as { readonly patchUser: unknown }).patchUser;
}

async function read(by: object) {
  const { status: _, ...answer } = await ask(
    url,
    'query ($by: UserBy!) { user(by: $by) { id displayName } }',
    { by },
  );
  return answer;
}
const id = 'people:ada.okafor@example.com';
const notApplied = (...errors: readonly object[]) => ({ outcome: 'NOT_APPLIED', user: null, errors });
const invalid = (message: string, ...path: readonly string[]) => ({ code: 'INVALID_INPUT', message, path });
const paths = () => server.requests.map(({ method, url }) => `${method} ${url}`);
const userUrl = `${basePath}/Users/ada.okafor%40example.com`;

describe('user ids', () => {
  it('have the form that the provider declares', async () => {
    const user = { id, displayName: 'Ada', email: null };
    expect(await patch({ id }, { displayName: 'Ada' })).toEqual({ outcome: 'APPLIED', user, errors: [] });
    expect(await read({ id })).toEqual({ data: { user: { id, displayName: 'Ada' } } });
    expect(await read({ login: { directory: 'people', login: 'ada' } })).toEqual({
      data: { user: { id, displayName: 'Ada' } },
    });
    expect(paths().slice(0, 2)).toEqual([`PATCH ${userUrl}`, `GET ${userUrl}`]);
  });

  const ofPeople =
    'Expected <directory>:<user id>, as User.id gives it; a user id has letters, digits and _ . @ -.';
  it.each([
    ...['zoe+shop', 'a:b', '..', '.', '.hidden', '%2e%2e', 'a/b', 'a%2fb', 'a\\b', 'a?x', 'a#x', 'a b'],
    ...['', 'a'.repeat(65), 'a\n', 'a\u200b', 'cаnary', '//evil'],
  ])('%j is none: neither patched nor read', async (userId) => {
    const reference = { id: `people:${userId}` };
    const refused = notApplied(invalid(ofPeople, 'user', 'id'));
    expect(await patch(reference, { displayName: 'Ada' })).toEqual(refused);
    expect(await read(reference)).toMatchObject({
      errors: [{ message: ofPeople, extensions: { code: 'INVALID_INPUT', inputPath: ['by', 'id'] } }],
    });
    expect(paths()).toEqual([]);
  });

  it.each(['zoe', 'ivy'])('outside of it are refused where a login finds them: %s', async (login) => {
    const by = { login: { directory: 'people', login } };
    const message =
      'The user has an id that idpatch does not accept in the directory "people": it must have only letters, digits and _ . @ -.';
    expect(await patch(by, { displayName: 'Zoë' })).toEqual(notApplied(invalid(message, 'user', 'login')));
    expect(await read(by)).toMatchObject({
      errors: [{ message, extensions: { code: 'INVALID_INPUT', inputPath: ['by', 'login'] } }],
    });
    expect(paths().filter((path) => path.startsWith('PATCH'))).toEqual([]);
  });
});

describe('a provider without verified flags', () => {
  it('refuses to say verified before anything is sent', async () => {
    const message = 'The directory "people" does not keep whether email is verified: say false.';
    const email = { address: 'ada@example.com', verified: true };
    const path = ['patch', 'email', 'verified'];
    expect(await patch({ id }, { email })).toEqual(notApplied({ code: 'UNSUPPORTED_FIELD', message, path }));
    expect(paths()).toEqual([]);
  });

  it('takes an address that is not said to be verified', async () => {
    const email = { address: 'ada@example.com', verified: false };
    expect(await patch({ id }, { email })).toMatchObject({ outcome: 'APPLIED', user: { email }, errors: [] });
  });
});

describe('error codes', () => {
  it.each([
    ['uniqueness', { code: 'CONFLICT' }],
    ['mutability', { code: 'PROVIDER_REFUSED', providerCode: 'mutability' }],
    // Another provider's form, and what may be a value that was sent.
    ['E011003', { code: 'PROVIDER_REFUSED', providerCode: null }],
    ['secretWord', { code: 'PROVIDER_REFUSED', providerCode: null }],
  ])('%s', async (scimType, error) => {
    server.state.refusal = scimError(409, scimType);
    const answer = await patch({ id }, { displayName: 'Ada' });
    expect(answer).toMatchObject(notApplied({ ...error, path: ['patch', 'displayName'] }));
    expect(JSON.stringify(answer)).not.toContain('Vendor text');
  });
});

describe('a base URL with a path', () => {
  const parse = (baseUrl: string) => scim.settings.safeParse({ baseUrl, token: new Secret('token') });

  it.each([
    ['https://api.example.com', ''],
    ['https://api.example.com/', ''],
    ['https://API.example.com:8443/Scim/v2.1/', '/Scim/v2.1'],
    ['https://api.example.com/t/acme_1/~ada', '/t/acme_1/~ada'],
  ])('%s', (baseUrl, path) => {
    expect(parse(baseUrl).data).toMatchObject({ origin: new URL(baseUrl).origin, project: path });
  });

  it.each([
    ...['https://api.example.com/a?b', 'https://api.example.com/a#b', 'https://u:p@api.example.com/a'],
    ...['https://api.example.com/../a', 'https://api.example.com/a/..', 'https://api.example.com/a//b'],
    ...['https://api.example.com/%2e%2e', 'https://api.example.com\\a', 'https://api.example.com/a b'],
    ...['https:/api.example.com/a', 'ftp://api.example.com/a', 'https://api.example.com/a;b', '/a'],
  ])('%s is none', (baseUrl) => {
    expect(parse(baseUrl).error?.issues).toEqual([
      expect.objectContaining({
        path: ['baseUrl'],
        message:
          'Expected an address such as https://api.example.com/scim/v2: no credentials, query or fragment.',
      }),
    ]);
  });
});
