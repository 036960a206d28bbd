import type { Contender } from './contenders/contender.ts';
import { directoryName } from './contenders/idpatch.ts';
import { exchangeOf, graphqlManyExchange, userId, workOf } from './work.ts';

/** Users in one reading: the most that idpatch allows. */
const reading = 1_000;

/** Patches in one patchUsers: the most that idpatch allows. */
const patching = 100;

const ids = Array.from({ length: reading }, (_, number) => `${directoryName(1)}:${userId(number)}`);
const users = ids.map((id, number) => ({
  ...{ id, displayName: 'Nobody', email: { address: `${userId(number)}@example.com` } },
}));

const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id displayName email { address } } }';
const exchange = exchangeOf(query, { ids }, { users });

/** The contender with requests that read a thousand users by their ids. */
export function usersOf(contender: Contender): Contender {
  // A call of Descope's reads a hundred users.
  const counts = { users: reading, calls: reading / 100 };
  return { ...contender, ...counts, work: (connections) => Array(connections).fill([exchange]) };
}

/** The contender with mutations of a hundred users each, who belong to one connection alone. */
export function patchUsersOf({ calls: _calls, ...contender }: Contender): Contender {
  const work = (connections: number) =>
    workOf(connections, (patch) => {
      const each = Array.from({ length: patching }, (_, index) => {
        const number = patch.number * patching + index;
        return { ...patch, number, userId: userId(number) };
      });
      return graphqlManyExchange(each, directoryName(1));
    });
  return { ...contender, users: patching, work };
}
