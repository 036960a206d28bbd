import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { directoryNames, someUser } from '../harness/expected.ts';
import { type ProviderAnswer, respond } from '../harness/fault-answers.ts';
import { type FrontDoor, wholeUser } from '../harness/front-door.ts';

type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

const missing = Symbol('missing');

/** What a member may be instead. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    missing,
    null,
    true,
    12,
    1.5,
    'text',
    '',
    [],
    {},
    [[1]],
    [null],
    'x'.repeat(5_000),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The user object of an answer: `{user}`, `{User}`, or the answer itself. */
const userOf = (body: Json): Json => (body.user ?? body.User ?? body) as Json;

/** The paths of all members below a value. */
function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...at, Array.isArray(value) ? Number(name) : name];
    return [path, ...pathsOf(member, path)];
  });
}

/** The same with another value at the path. */
function bend(value: Json, path: Path, instead: unknown): Json {
  const bent = structuredClone(value);
  const last = path.at(-1) ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  const holder = path.slice(0, -1).reduce<any>((inner, name) => inner[name], bent);
  if (instead !== missing) holder[last] = instead;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return bent;
}

const userIdNames = new Set(['userId', 'UserId']);

describe.each(directoryNames)('one member of an answer of %s that is odd', (directory) => {
  it('hides nothing else, and leaves no write in doubt', async () => {
    const { door, proxy, id } = await openBehindProxy(directory);
    let change = (user: Json): Json => user;
    proxy.fault = ({ kind, target }) =>
      kind === 'token' || target.includes('customattributes')
        ? undefined
        : {
            delivered: true,
            answer: (socket, given) => respond(socket, changed(given), undefined),
          };
    const changed = (given: ProviderAnswer | undefined) => {
      const body = JSON.parse(String(given?.body)) as Json;
      if (!pathsOf(body).some((path) => userIdNames.has(String(path.at(-1)))))
        return { status: given?.status ?? 0, body: JSON.stringify(body) };
      const user = change(userOf(body));
      const name = 'user' in body ? 'user' : 'User' in body ? 'User' : undefined;
      return { status: given?.status ?? 0, body: JSON.stringify(name ? { ...body, [name]: user } : user) };
    };
    const seen: Json[] = [];
    change = (user) => {
      seen.push(user);
      return user;
    };
    const usual = await read(door, id);
    const example = seen[0] ?? {};
    const paths = pathsOf(example).filter((path) => !userIdNames.has(String(path[0])));
    // What a member says: the fields that are other where it is missing.
    const without = new Map<string, Json>();
    for (const path of paths) {
      change = (user) => bend(user, path.slice(0, 1), missing);
      const top = String(path[0]);
      if (!without.has(top)) without.set(top, await read(door, id));
    }
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), odd, async (path, instead) => {
        change = (user) => bend(user, path, instead);
        const bent = await read(door, id);
        const mayDiffer = without.get(String(path[0])) ?? {};
        for (const [field, value] of Object.entries(usual))
          if (JSON.stringify(mayDiffer[field]) === JSON.stringify(value))
            expect([field, bent[field]]).toEqual([field, value]);
        if (/^(displayName|name)$/i.test(String(path[0]))) return;
        count += 1;
        const name = `Name ${count}`;
        expect(await door.patch({ id }, { displayName: name })).toMatchObject({
          ...{ outcome: 'APPLIED', errors: [], user: { displayName: name } },
        });
        change = (user) => user;
        await door.patch({ id }, { displayName: String(usual.displayName) });
      }),
      { numRuns: 60 },
    );
    expect(count).toBeGreaterThan(10);
    expect(someUser(door, directory)).toBe(id);
  });
});

async function read(door: FrontDoor, id: string): Promise<Json> {
  const query = `query ($id: ID!) { user(by: { id: $id }) { ${wholeUser} } }`;
  const { data, errors } = await door.graphql(query, { id });
  expect(errors).toBeUndefined();
  // These two say that anything is other.
  const { version: _, updatedAt: _updatedAt, ...user } = (data as { user: Json }).user;
  return user;
}
