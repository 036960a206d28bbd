import { readFileSync } from 'node:fs';
import type { Contender } from '../contenders/contender.ts';
import { directoryName, type IdpatchSettings, idpatch } from '../contenders/idpatch.ts';
import { measure } from '../measure.ts';
import { table } from '../table.ts';
import { type Exchange, graphqlManyExchange, userId, workOf } from '../work.ts';
import { type Part, said } from './section.ts';

/** Users in one reading: the most that idpatch takes. */
const reading = 1_000;

/** Calls that 1,000 users of one Descope directory need: a hundred ids go in one. */
const callsOfReading = 10;

/** Patches in one patchUsers: the most that idpatch takes. */
const patches = 100;

/** Requests with so many users come from few connections. */
const connections = 4;

interface Many extends Contender {
  readonly users: number;
}

const ids = Array.from({ length: reading }, (_, number) => `${directoryName(1)}:${userId(number)}`);
const users = ids.map((id, number) => ({
  id,
  displayName: 'Nobody',
  email: { address: `${userId(number)}@example.com` },
}));

const usersExchange: Exchange = {
  body: JSON.stringify({
    query: 'query ($ids: [ID!]!) { users(ids: $ids) { id displayName email { address } } }',
    variables: { ids },
  }),
  expected: JSON.stringify({ data: { users } }),
};

const entitiesExchange: Exchange = {
  body: JSON.stringify({
    query:
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id displayName email { address } } } }',
    variables: { of: ids.map((id) => ({ __typename: 'User', id })) },
  }),
  expected: JSON.stringify({ data: { _entities: users } }),
};

function readingOf(name: string, exchange: Exchange): Many {
  const work = (connections: number) => Array.from({ length: connections }, () => [exchange]);
  return { ...idpatch(name, { provider: 'descope' }), work, users: reading, calls: callsOfReading };
}

function patchingOf(name: string, settings: IdpatchSettings): Many {
  const { calls: _calls, ...contender } = idpatch(name, settings);
  // Each connection has users of its own, so that no patch waits for another's.
  const work = (connections: number) =>
    workOf(connections, (patch) => {
      const first = patch.number * patches;
      const each = Array.from({ length: patches }, (_, index) => {
        const number = first + index;
        return { ...patch, number, userId: userId(number) };
      });
      return graphqlManyExchange(each, directoryName(1));
    });
  return { ...contender, work, users: patches };
}

const readings = [
  readingOf('users of 1,000 ids', usersExchange),
  readingOf('_entities of 1,000', entitiesExchange),
];
const patchings = [
  patchingOf('patchUsers of 100, Descope', { provider: 'descope' }),
  patchingOf('patchUsers of 100, Descope, sqlite', { provider: 'descope', journal: 'sqlite' }),
  patchingOf('patchUsers of 100, EIAM developer', { provider: 'eiam-developer' }),
];

/** Requests that are about many users: what they cost for each, and how often they call the upstream. */
export const many: Part = {
  names: ['many', ...[...readings, ...patchings].map(({ name }) => name)],
  async run(bench, { times, wants, tell }) {
    const chosen = [...readings, ...(hasPatchUsers() ? patchings : [])].filter(
      ({ name }) => wants('many') || wants(name),
    );
    const rows: string[][] = [];
    const failures: string[] = [];
    for (const contender of chosen) {
      try {
        const figures = await measure(bench, contender, { ...times, rounds: 1 }, { connections });
        const { cpuPerRequest, requestsPerSecond, p50Ms, p99Ms, calls } = figures;
        rows.push([
          ...[contender.name, String(calls), cpuPerRequest.toFixed(0)],
          ...[(cpuPerRequest / contender.users).toFixed(1), (requestsPerSecond * contender.users).toFixed(0)],
          ...[p50Ms.toFixed(1), p99Ms.toFixed(1)],
        ]);
        tell(`${contender.name}: ${cpuPerRequest.toFixed(0)} µs`);
      } catch (error) {
        failures.push(`${contender.name}: ${said(error)}`);
        rows.push([contender.name, 'failed']);
      }
    }
    const head = ['request', 'upstream calls', 'CPU µs', 'CPU µs a user', 'users/s', 'p50 ms', 'p99 ms'];
    return { title: 'Many users in one request', text: table(head, rows), failures };
  },
};

/** Whether this version of idpatch has the mutation, by its published schema. */
function hasPatchUsers(): boolean {
  return readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8').includes('  patchUsers(');
}
