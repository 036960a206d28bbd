import { type Case, graphql, mutation, planning, reading } from './case.ts';
import { idOf } from './cases-patch.ts';
import type { Plants } from './plants.ts';
import { directoryNames } from './providers.ts';

/** A patch of every directory with this wrong in it. */
function wrongPatch(name: string, patch: (plants: Plants) => object, permits: readonly string[] = []): Case {
  return {
    name: `a patch with ${name}`,
    run: async (world) => {
      const inputs = directoryNames.map((directory) => ({
        ...{ user: { id: idOf(directory) }, patch: patch(world.plants) },
      }));
      return Promise.all(
        inputs.flatMap((input) => [graphql(world, mutation, { input }), graphql(world, planning, { input })]),
      );
    },
    shows: /INVALID_INPUT|UNSUPPORTED_FIELD|"errors":\[/,
    permits,
  };
}

const customField = (field: string, value: object) => ({ customFields: [{ replace: { field, value } }] });

const wrongValues: readonly Case[] = [
  wrongPatch('names that hold control characters', (plants) => ({
    displayName: `${plants.word('control character: displayName')}\u0007\r\n\u001b[2J`,
    givenName: `${plants.word('control character: givenName')}\u202e`,
  })),
  wrongPatch('a name that is too long', (plants) => ({ displayName: plants.word('too long').repeat(100) })),
  wrongPatch('half a character', (plants) => ({ displayName: `${plants.word('half a character')}\ud800` })),
  wrongPatch('an address that is none', (plants) => {
    return { email: { address: `${plants.word('no address')}@`, verified: true } };
  }),
  wrongPatch('a number that is none', (plants) => ({
    phone: { number: plants.phone('no number').e164.replace('+', '00'), verified: true },
  })),
  wrongPatch('a picture that is none', (plants) => ({ picture: `javascript:${plants.word('no picture')}` })),
  wrongPatch('a username that mixes scripts', (plants) => ({ username: `${plants.word('username')}ж` })),
  wrongPatch(
    'roles, a tenant and an application that only the provider knows not to be there',
    (plants) => ({
      roleNames: [plants.word('role'), 'member'],
      ssoAppIds: [plants.word('application')],
      tenants: [{ tenantId: plants.word('tenant'), roleNames: [plants.word('tenant’s role')] }],
    }),
    ['planPatchUser.requests', 'planPatchUser.changes'],
  ),
  wrongPatch('a custom field that is not there', (plants) =>
    customField(plants.word('custom field'), { text: plants.word('custom field’s value') }),
  ),
  wrongPatch('a choice that is not offered', (plants) =>
    customField('plan', { text: plants.word('choice') }),
  ),
  wrongPatch('members that are not offered', (plants) =>
    customField('tags', { texts: [plants.word('tag')] }),
  ),
  wrongPatch('members to remove from what is no list', (plants) => ({
    customFields: [
      { remove: { field: 'nick', values: [plants.word('removed')] } },
      { remove: { field: 'nick_name', values: [plants.word('removed')] } },
    ],
  })),
  wrongPatch('a value of another kind', (plants) => customField('age', { text: plants.word('no age') })),
  wrongPatch('a date that is none', (plants) => customField('birthday', { date: plants.word('no date') })),
  wrongPatch('a number in a text', (plants) =>
    customField('age', { number: plants.word('text for a number') }),
  ),
  wrongPatch('a text in a number', (plants) => ({ displayName: plants.number('number for a text') })),
  wrongPatch('a flag in words', (plants) => ({
    email: { address: plants.email('flag in words'), verified: plants.word('flag') },
  })),
  wrongPatch('a status that is none', (plants) => ({ status: plants.word('status') })),
  wrongPatch('a field that is none', (plants) => ({
    [plants.word('unknown field')]: plants.word('its value'),
  })),
  wrongPatch('two values at once', (plants) =>
    customField('nick', { text: plants.word('two values'), number: plants.number('two values') }),
  ),
];

/** A call of patchUser or of a query with something wrong beside the patch. */
function wrongCall(name: string, query: string, variables: (plants: Plants) => object): Case {
  return {
    name: `a call with ${name}`,
    run: async (world) => [await graphql(world, query, variables(world.plants))],
    shows: /"errors":\[/,
  };
}

const wrongCalls: readonly Case[] = [
  wrongCall('an id that is none', mutation, (plants) => ({
    input: {
      user: { id: `${plants.word('no id')}/../` },
      patch: { displayName: plants.word('no id, patch') },
    },
  })),
  wrongCall('an id in a directory that is not there', mutation, (plants) => ({
    ...{ input: { user: { id: `nowhere:${plants.word('nowhere’s id')}` }, patch: { status: 'ENABLED' } } },
  })),
  wrongCall('the id of nobody', mutation, (plants) => ({
    input: { user: { id: `customers:${plants.word('id: nobody’s')}` }, patch: { displayName: 'Nobody' } },
  })),
  wrongCall('a directory that is not there', mutation, (plants) => ({
    input: {
      user: { login: { directory: plants.word('directory'), login: plants.email('its login') } },
      patch: { displayName: plants.word('its displayName') },
    },
  })),
  wrongCall('an id and a login', mutation, (plants) => {
    const login = { directory: 'customers', login: plants.email('beside an id') };
    return { input: { user: { id: idOf('customers'), login }, patch: { status: 'ENABLED' } } };
  }),
  wrongCall('a key that is too short', mutation, (plants) => {
    const idempotencyKey = `${plants.word('short key').slice(0, 8)} ${plants.word('long key')}`;
    return { input: { user: { id: idOf('customers') }, patch: { displayName: 'A' }, idempotencyKey } };
  }),
  wrongCall('an ifVersion that no version can be', mutation, (plants) => {
    const ifVersion = `${plants.word('odd ifVersion')}\u0000`;
    return { input: { user: { id: idOf('customers') }, patch: { displayName: 'A' }, ifVersion } };
  }),
  wrongCall('a login with a control character', reading, (plants) => ({
    by: { login: { directory: 'customers', login: `${plants.email('odd login')}\n` } },
  })),
  wrongCall('an input that is a text', mutation, (plants) => ({ input: plants.word('input as a text') })),
  wrongCall('an input that is a list', mutation, (plants) => ({ input: [plants.word('input as a list')] })),
  wrongCall('a variable that is unknown', reading, (plants) => ({
    by: { [plants.word('unknown variable')]: plants.word('unknown variable’s value') },
  })),
  wrongCall('variables that are not declared, and none that is', reading, (plants) => ({
    [plants.word('undeclared variable')]: plants.word('undeclared variable’s value'),
  })),
  wrongCall('an id that is a number', reading, (plants) => ({ by: { id: plants.number('id as a number') } })),
  wrongCall('ids that are no ids', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', (plants) => ({
    ids: [{ id: plants.word('id as an object') }, plants.word('text as an id')],
  })),
];

/** A document that is refused; `of` gets a planted word for a value: names may be repeated, values may not. */
function wrongDocument(name: string, of: (word: string) => string): Case {
  return {
    name: `a document with ${name}`,
    run: async (world) => {
      const query = of(world.plants.word(`document: ${name}`));
      return [await world.ask({ body: JSON.stringify({ query }) })];
    },
    shows: /"errors":\[/,
  };
}

const wrongDocuments: readonly Case[] = [
  wrongDocument('an argument that is none', (word) => `{ user(name: "${word}") { id } }`),
  wrongDocument('an argument of another type', (word) => `{ users(ids: { id: "${word}" }) { id } }`),
  wrongDocument('an input field that is none', (word) => `{ user(by: { name: "${word}" }) { id } }`),
  wrongDocument('a directive that is none', (word) => `{ directories @a(b: "${word}") { name } }`),
  wrongDocument('a value of an enum that is none', (word) => {
    const patch = `{ status: ${word} }`;
    return `mutation { patchUser(input: { user: { id: "a:b" }, patch: ${patch} }) { outcome } }`;
  }),
  wrongDocument('a date that is none', (word) => {
    const patch = `{ customFields: [{ add: { field: "birthday", value: { date: "${word}" } } }] }`;
    return `mutation { patchUser(input: { user: { id: "a:b" }, patch: ${patch} }) { outcome } }`;
  }),
  wrongDocument('broken syntax', (word) => `{ user(by: { id: "${word}" `),
  wrongDocument('a name where none may be', (word) => `{ user } ${word} (`),
  wrongDocument('a text that does not end', (word) => `{ user(by: { id: "${word}\n`),
  wrongDocument('a number that is none', (word) => `{ a(b: 0${word}) }`),
  wrongDocument('an escape that is none', (word) => `{ a(b: "\\q${word}") }`),
  wrongDocument('introspection', (word) => `{ __type(name: "${word}") { name } }`),
  wrongDocument('no such operation', (word) => `subscription { a(b: "${word}") }`),
  wrongDocument('too many aliases', (word) => {
    const aliases = Array.from({ length: 2_000 }, (_, at) => `${word}${at}: __typename`);
    return `{ ${aliases.join(' ')} }`;
  }),
  wrongDocument('too deep a selection', (word) => `{ ${`${word} { `.repeat(500)} a ${'} '.repeat(500)} }`),
];

/** What is refused before anything is sent to a provider: wrong values, calls and documents. */
export const refusedCases: readonly Case[] = [...wrongValues, ...wrongCalls, ...wrongDocuments];
