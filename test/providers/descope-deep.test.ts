import { expect, it, onTestFinished } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { someUser } from '../harness/expected.ts';
import { outcomesOf, patchMany } from '../harness/many.ts';

/** An attribute deeper than can be written as a text again. */
const depth = 60_000;
const withDeep = (answer: object) =>
  JSON.stringify(answer).replace('"@deep"', '['.repeat(depth) + ']'.repeat(depth));

async function open() {
  const { door, proxy } = await openBehindProxy('customers');
  const users = [0, 1, 2].map((which) => {
    const id = someUser(door, 'customers', which);
    return { id, wire: () => door.emulators.customers.users().get(id.replace('customers:', '')) };
  });
  const shown = (deepOne: number) =>
    users.map(({ wire }, at) =>
      at === deepOne ? { ...wire(), customAttributes: { odd: '@deep' } } : wire(),
    );
  return { door, proxy, users, shown };
}

it('a user who cannot be read takes nobody else’s answer along', async () => {
  const { door, proxy, users, shown } = await open();
  await door.graphql('{ directory(name: "customers") { customFields { field } } }');
  proxy.fault = ({ isWrite }) => {
    if (!isWrite) return undefined;
    const patched = shown(1).map((user, at) => ({ ...user, name: `Ada ${at}` }));
    const body = withDeep({ patchedUsers: patched, failedUsers: [], additionalErrors: {} });
    return { delivered: true, answer: { status: 200, body } };
  };
  const patches = users.map(({ id }, at) => ({ user: { id }, patch: { displayName: `Ada ${at}` } }));
  const told = await patchMany(door, patches);
  expect(outcomesOf(told)).toEqual(['APPLIED RESPONSE', 'APPLIED READ_BACK', 'APPLIED RESPONSE']);
});

it('a user who cannot be read leaves no failure that nobody hears of', async () => {
  const { door, proxy, users, shown } = await open();
  const unheard: unknown[] = [];
  const hear = (failure: unknown) => unheard.push(failure);
  process.on('unhandledRejection', hear);
  onTestFinished(() => {
    process.off('unhandledRejection', hear);
  });
  let requests = 0;
  proxy.fault = () => {
    requests += 1;
    // The first user needs the definitions, which are then not to be had; the second cannot be read at all.
    const [first, second] = shown(1);
    const body = withDeep({ users: [{ ...first, customAttributes: { age: 3 } }, second], total: 2 });
    return requests === 1
      ? { delivered: true, answer: { status: 200, body } }
      : { delivered: false, answer: { status: 400, body: '{}' } };
  };
  const ids = users.slice(0, 2).map(({ id }) => id);
  const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id customFields { field } } }';
  expect((await door.graphql(query, { ids })).errors).not.toBeUndefined();
  await expect.poll(() => requests).toBeGreaterThan(1);
  await door.graphql('{ directories { name } }');
  expect(unheard).toEqual([]);
});
