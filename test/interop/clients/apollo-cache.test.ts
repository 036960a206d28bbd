import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildSchema, isAbstractType } from 'graphql';
import { expect, it, onTestFinished, vi } from 'vitest';
import { cacheOptions } from '../../../examples/apollo-cache.ts';
import {
  SaveDocument,
  SaveHalfEmailDocument,
  SaveHalfPhoneDocument,
  ShownUserDocument,
  ShownUsersDocument,
  SomeFieldsDocument,
  type UserPatchInput,
  VersionDocument,
} from '../../generated/graphql.ts';
import { someUser } from '../../harness/expected.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';

const halves = { email: SaveHalfEmailDocument, phone: SaveHalfPhoneDocument };

/** A front end: a client with a cache, and how often it has asked. */
async function open() {
  const door = await openDoor();
  // Apollo Client says on the console what a cache should have been told.
  const said = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  onTestFinished(() => {
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
  let requests = 0;
  const counting: typeof fetch = (input, init) => {
    requests += 1;
    return fetch(input, init);
  };
  const client = new ApolloClient({
    link: new HttpLink({ uri: `${door.url}/graphql`, fetch: counting }),
    cache: new InMemoryCache(cacheOptions),
  });
  onTestFinished(() => client.stop());
  return { door, client, requests: () => requests };
}

/** A screen that shows a query, from its first whole answer on. `each` is given everything that it shows. */
async function watch<Data, Variables extends Record<string, unknown>>(
  client: ApolloClient,
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  each: (data: Data) => void = () => {},
): Promise<() => Data> {
  let shown: Data | undefined;
  const screen = client.watchQuery<Data, Variables>({ query, variables }).subscribe(({ data, dataState }) => {
    if (dataState !== 'complete') return;
    shown = data as Data;
    each(shown);
  });
  onTestFinished(() => screen.unsubscribe());
  await vi.waitFor(() => expect(shown).toBeDefined());
  return () => shown as Data;
}

const inputOf = (id: string, patch: UserPatchInput) => ({ user: { id }, patch });

/** Long enough for a request on loopback that a screen makes by itself. */
const settled = () => sleep(100);

it('possibleTypes are those of the schema', () => {
  const sdl = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const abstract = Object.values(schema.getTypeMap())
    .filter((type) => isAbstractType(type))
    .filter((type) => !type.name.startsWith('_'))
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const);
  const sorted = (types: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(types).map(([name, members]) => [name, members.toSorted()]));
  expect(sorted(cacheOptions.possibleTypes ?? {})).toEqual(sorted(Object.fromEntries(abstract)));
});

it('every screen that shows the user shows what patchUser gave back, without another request', async () => {
  const { door, client, requests } = await open();
  const [id, other] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
  const one = await watch(client, ShownUserDocument, { by: { id } });
  const login = await watch(client, ShownUserDocument, { by: { login: loginOf(door, id) } });
  const list = await watch(client, ShownUsersDocument, { ids: [id, other] });
  expect(requests()).toBe(3);
  const before = { one: one().user, other: list().users[1] };

  const email = { address: 'ada.new@example.com', verified: false };
  const variables = { input: inputOf(id, { displayName: 'Ada Lovelace', email }) };
  const { data } = await client.mutate({ mutation: SaveDocument, variables });
  const after = data?.patchUser?.user;
  expect(data).toMatchObject({
    patchUser: { outcome: 'APPLIED', user: { displayName: 'Ada Lovelace', email } },
  });
  await vi.waitFor(() => expect(one().user).toEqual(after));
  expect(after?.version).not.toBe(before.one?.version);
  expect(login().user).toEqual(after);
  const { customFields: _, ...shown } = after ?? {};
  expect(list().users).toEqual([shown, before.other]);
  const cached = Object.keys(client.cache.extract() as object);
  expect(cached.filter((key) => !key.startsWith('ROOT_'))).toEqual(
    expect.arrayContaining([`User:${id}`, `User:${other}`, 'Directory:{"name":"customers"}']),
  );
  await settled();
  expect(requests()).toBe(4);
});

it('a stale patch shows the user as they are now, without another request', async () => {
  const { door, client, requests } = await open();
  const id = someUser(door, 'customers');
  const screen = await watch(client, ShownUserDocument, { by: { id } });
  const ifVersion = screen().user?.version ?? null;
  await door.patch({ id }, { displayName: 'Somebody Else' });
  const variables = { input: { ...inputOf(id, { displayName: 'Ada' }), ifVersion } };
  const { data } = await client.mutate({ mutation: SaveDocument, variables });
  expect(data?.patchUser).toMatchObject({ outcome: 'NOT_APPLIED', errors: [{ code: 'STALE_VERSION' }] });
  await vi.waitFor(() => expect(screen().user?.displayName).toBe('Somebody Else'));
  const [error] = data?.patchUser?.errors ?? [];
  expect(screen().user?.version).toBe(error?.__typename === 'StaleVersionError' && error.currentVersion);
  await settled();
  expect(requests()).toBe(2);
});

it('a user of a list is there for a screen that asks for one by id', async () => {
  const { door, client, requests } = await open();
  const id = someUser(door, 'employees');
  const list = await watch(client, ShownUsersDocument, { ids: [id] });
  const one = await watch(client, VersionDocument, { id });
  expect(one().user?.version).toBe(list().users[0]?.version);
  await settled();
  expect(requests()).toBe(1);
});

it('custom fields are one list, whatever names a screen or a patch asks for', async () => {
  const { door, client, requests } = await open();
  const id = someUser(door, 'customers');
  const all = await watch(client, ShownUserDocument, { by: { id } });
  const plan = await watch(client, SomeFieldsDocument, { by: { id }, names: ['plan'] });
  expect(requests()).toBe(1);
  const fieldsOf = (user: { customFields: readonly { field: string }[] } | null) =>
    user?.customFields.map(({ field }) => field).toSorted();
  const before = fieldsOf(all().user) ?? [];
  expect(before).toEqual(expect.arrayContaining(['plan', 'tags']));
  expect(fieldsOf(plan().user)).toEqual(['plan']);

  const patch: UserPatchInput = {
    customFields: [{ replace: { field: 'plan', value: { text: 'pro' } } }, { remove: { field: 'tags' } }],
  };
  const withoutPlan = { remove: { field: 'plan' } };
  const names = ['plan', 'tags'];
  await client.mutate({ mutation: SaveDocument, variables: { input: inputOf(id, patch), names } });
  await vi.waitFor(() => expect(plan().user?.customFields).toMatchObject([{ value: { text: 'pro' } }]));
  expect(fieldsOf(all().user)).toEqual(before.filter((field) => field !== 'tags'));
  expect(all().user?.customFields).toContainEqual(plan().user?.customFields[0]);
  await client.mutate({
    mutation: SaveDocument,
    variables: { input: inputOf(id, { customFields: [withoutPlan] }) },
  });
  await vi.waitFor(() => expect(plan().user?.customFields).toEqual([]));
  expect(fieldsOf(all().user)).toEqual(before.filter((field) => !names.includes(field)));
  await settled();
  expect(requests()).toBe(3);
});

it('custom fields that nobody has asked for are asked for', async () => {
  const { door, client, requests } = await open();
  const by = { id: someUser(door, 'customers') };
  const tags = await watch(client, SomeFieldsDocument, { by, names: ['tags'] });
  const none = await watch(client, SomeFieldsDocument, { by, names: ['tags', 'toString'] });
  expect(none().user?.customFields).toEqual(tags().user?.customFields);
  expect(requests()).toBe(2);
  const all = await watch(client, SomeFieldsDocument, { by });
  expect(all().user?.customFields.map(({ field }) => field)).toContain('plan');
  expect(requests()).toBe(3);
});

it.each([
  ['email', { email: { address: 'ada.new@example.com', verified: false } }],
  ['phone', { phone: { number: '+14155550199', verified: false } }],
] as const)(
  'of half an %s nothing old is shown beside what is new: the rest is asked for',
  async (field, patch) => {
    const { door, client, requests } = await open();
    const id = someUser(door, 'customers');
    const seen: unknown[] = [];
    const screen = await watch(client, ShownUserDocument, { by: { id } }, ({ user }) =>
      seen.push(user?.[field]),
    );
    const before = screen().user?.[field];
    expect(before).toMatchObject({ verified: true });
    await client.mutate({ mutation: halves[field], variables: { input: inputOf(id, patch) } });
    await vi.waitFor(() => expect(screen().user).toMatchObject(patch));
    const after = screen().user?.[field];
    for (const one of seen) expect([before, after]).toContainEqual(one);
    expect(requests()).toBe(3);
  },
);

function loginOf(door: FrontDoor, id: string) {
  const { loginIds } = door.emulators.customers.users().get(id.replace('customers:', '')) ?? {};
  return { directory: 'customers', login: String((loginIds as readonly string[])[0]) };
}
