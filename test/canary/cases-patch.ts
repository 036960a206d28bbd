import { type Case, graphql, mutation, planning, reading, wholeUser } from './case.ts';
import { createPlants, type Plants } from './plants.ts';
import { type DirectoryName, directoryNames, userIds } from './providers.ts';

/** The global id of a directory's planted user. */
export const idOf = (directory: DirectoryName) => `${directory}:${userIds[directory]}`;

/** A patch of everything that the directory takes, every value planted. */
export function wholePatch(directory: DirectoryName, plants: Plants, when: string): object {
  const name = (field: string) => `${when}, ${directory}: ${field}`;
  const field = (way: 'add' | 'replace', fieldName: string, value: object) => ({
    [way]: { field: fieldName, value },
  });
  const common = {
    displayName: `${plants.word(name('displayName'))} ${plants.hanzi(name('displayName, rest'))}`,
    email: { address: plants.email(name('email')), verified: true },
    phone: { number: plants.phone(name('phone')).e164, verified: false },
  };
  if (directory === 'customers') {
    return {
      ...common,
      givenName: plants.word(name('givenName')),
      middleName: plants.hanzi(name('middleName')),
      familyName: `${plants.word(name('familyName'))} "\\ <b>`,
      picture: plants.url(name('picture')),
      customFields: [
        field('add', 'nick', { text: `${plants.word(name('nick'))}\r\n\u001b[31m{"level":60}` }),
        field('replace', 'age', { number: plants.number(name('age')) }),
        field('replace', 'birthday', { date: plants.date(name('birthday')).toISOString() }),
        field('replace', 'newsletter', { boolean: true }),
        field('add', 'tags', { texts: ['vip'] }),
      ],
    };
  }
  return {
    ...common,
    username: plants.word(name('username')),
    customFields: [
      field('replace', 'nick_name', {
        text: `${plants.word(name('nick_name'))}\n${plants.hanzi(name('nick'))}`,
      }),
      field('replace', 'age', { number: plants.number(name('age')) }),
      field('add', 'vip', { boolean: true }),
    ],
  };
}

const key = (plants: Plants, name: string) => plants.word(`key: ${name}`);

const ofEach = directoryNames.flatMap((directory): Case[] => [
  {
    name: `${directory}: the user is read by id`,
    run: async (world) => [await graphql(world, reading, { by: { id: idOf(directory) } })],
    shows: /"displayName":"[^"]/,
    permits: ['user'],
  },
  {
    name: `${directory}: the user is read by login`,
    run: async (world) => {
      const login = world.providers.logins[directory];
      return [await graphql(world, reading, { by: { login: { directory, login } } })];
    },
    shows: /"displayName":"[^"]/,
    permits: ['user'],
  },
  {
    name: `${directory}: a patch is planned`,
    run: async (world) => {
      const patch = wholePatch(directory, world.plants, 'planned');
      return [await graphql(world, planning, { input: { user: { id: idOf(directory) }, patch } })];
    },
    shows: /"method":"/,
    permits: ['planPatchUser.requests', 'planPatchUser.changes'],
  },
  {
    name: `${directory}: a patch is applied, and asked for again by its key; then the key stands for another`,
    run: async (world) => {
      const { plants } = world;
      const idempotencyKey = key(plants, `${directory}, applied`);
      const input = {
        ...{ user: { id: idOf(directory) }, idempotencyKey },
        patch: wholePatch(directory, plants, 'applied'),
      };
      const other = { ...input, patch: wholePatch(directory, plants, 'under a used key') };
      const answers = [await graphql(world, mutation, { input }), await graphql(world, mutation, { input })];
      const [, operationId] = /"operationId":"([^"]+)"/.exec(answers[0]?.body ?? '') ?? [];
      const asking = `query ($id: ID!) { operation(id: $id) { id caller user fields outcome startedAt finishedAt } }`;
      return [
        ...answers,
        await graphql(world, mutation, { input: other }),
        await graphql(world, asking, { id: operationId }),
      ];
    },
    shows: /"outcome":"APPLIED"|IDEMPOTENCY_KEY_REUSED/,
    permits: ['patchUser.user'],
  },
  {
    name: `${directory}: a patch with an ifVersion that is none`,
    run: async (world) => {
      const { plants } = world;
      const patch = wholePatch(directory, plants, 'stale');
      const ifVersion = plants.word(`${directory}: ifVersion`);
      const input = { user: { id: idOf(directory) }, ifVersion, patch };
      return [await graphql(world, mutation, { input }), await graphql(world, planning, { input })];
    },
    shows: /STALE_VERSION/,
    permits: ['patchUser.user'],
  },
  {
    name: `${directory}: a login that nobody has`,
    run: async (world) => {
      const { plants } = world;
      const name = `${directory}: nobody’s login`;
      const logins = [plants.word(name), plants.email(name), plants.phone(name).e164];
      const asked = logins.map(async (login) => {
        const by = { login: { directory, login } };
        const input = { user: by, patch: { displayName: plants.word(`${name}, displayName`) } };
        return [
          await graphql(world, reading, { by }),
          await graphql(world, mutation, { input }),
          await graphql(world, planning, { input }),
        ];
      });
      return (await Promise.all(asked)).flat();
    },
    shows: /USER_NOT_FOUND|"user":null/,
  },
  {
    name: `${directory}: a patch by login`,
    run: async (world) => {
      const { logins } = world.providers;
      const login = directory === 'customers' ? logins.customers : await usernameOf(world, directory);
      const patch = { displayName: world.plants.word(`${directory}: displayName, by login`) };
      return [await graphql(world, mutation, { input: { user: { login: { directory, login } }, patch } })];
    },
    shows: /"outcome":"APPLIED"/,
    permits: ['patchUser.user'],
  },
]);

async function usernameOf(world: Parameters<Case['run']>[0], directory: DirectoryName): Promise<string> {
  const { body } = await graphql(world, reading, { by: { id: idOf(directory) } });
  return /"username":"([^"]+)"/.exec(body)?.[1] ?? '';
}

/** What callers ask who may: reads, plans and patches of every directory, and a person of their own record. */
export const patchCases: readonly Case[] = [
  ...ofEach,
  {
    name: 'many users are read, one of them nobody',
    run: async (world) => {
      const ids = [...directoryNames.map(idOf), `employees:${createPlants().word('not planted')}`];
      return [await graphql(world, `query ($ids: [ID!]!) { users(ids: $ids) { ${wholeUser} } }`, { ids })];
    },
    shows: /"users":\[/,
    permits: ['users'],
  },
  {
    name: 'values stand in the document, under an alias of their own',
    run: async (world) => {
      const word = (name: string) => world.plants.word(`in the document: ${name}`);
      const document = `# ${word('comment')}
        mutation ${word('operation name')} { told: patchUser(input: { user: { id: "${idOf('customers')}" }
          patch: { givenName: "${word('givenName')}", customFields: [
            { replace: { field: "nick", value: { text: """${word('nick')}""" } } }] } }) {
          outcome user { id givenName } errors { code message path } } }`;
      const extensions = { [word('extension')]: word('extension’s value') };
      return [await world.ask({ body: JSON.stringify({ query: document, extensions }) })];
    },
    shows: /"outcome":"APPLIED"/,
    permits: ['told.user'],
  },
  {
    name: 'a person changes their own record',
    run: async (world) => {
      const { plants } = world;
      const patch = {
        displayName: plants.word('own record: displayName'),
        email: { address: plants.email('own record: email'), verified: false },
      };
      const input = { user: { id: idOf('customers') }, patch };
      return [await graphql(world, mutation, { input }, world.tokens.person)];
    },
    shows: /"outcome":"APPLIED"/,
    permits: ['patchUser.user'],
  },
  {
    name: 'a person reaches for what is not theirs',
    run: async (world) => {
      const { plants, tokens } = world;
      const email = { address: plants.email('forbidden: email'), verified: true };
      const patch = { givenName: plants.word('forbidden: givenName'), email, status: 'DISABLED' };
      const login = plants.email('forbidden: login');
      const users = [
        ...directoryNames.map((directory) => ({ id: idOf(directory) })),
        ...directoryNames.map((directory) => ({ login: { directory, login } })),
      ];
      const asked = users.map((user) => graphql(world, mutation, { input: { user, patch } }, tokens.person));
      const read = users.slice(3).map((by) => graphql(world, reading, { by }, tokens.person));
      return Promise.all([...asked, ...read]);
    },
    shows: /FORBIDDEN/,
  },
];
