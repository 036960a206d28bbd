import { expect, it } from 'vitest';
import { patchFields } from '../../src/domain/user.ts';
import type { WriteLogEntry } from '../../src/sandbox/emulator.ts';
import { type FrontDoor, wholeUser } from '../harness/front-door.ts';
import type { ProviderFixture } from './contract.ts';
import { applied, error, type Json, logged, openHooked, uncertain, writesSent } from './contract-door.ts';

/** A provider that says yes and stores something else: it must never be APPLIED. */
export function describeTruth(fixture: ProviderFixture): void {
  const { user, directory } = fixture;
  const { id } = user;
  const cases = fixture.cases.filter(({ already }) => !already);
  const isOfSomething = ({ change }: WriteLogEntry) => Object.keys(change).length > 0;
  const stored = (door: FrontDoor) => door.emulators[directory].writes.filter(isOfSomething);

  it.for([...cases, fixture.everything])('lost though the provider says yes: $does', async (one, test) => {
    const { patch, sends, changes } = one;
    const door = await openHooked(test, fixture, { distort: () => ({}) }, changes);
    const errors = pathsOf(patch).map((path) => error('NOT_CONFIRMED', path));
    const answer = await door.patch({ id }, patch);
    expect(sorted(answer)).toEqual(sorted(uncertain('UNKNOWN', user, ...errors)));
    expect(stored(door)).toEqual([]);
    expect(writesSent(door, fixture)).toEqual(sends);
  });

  it.for(Object.entries(fixture.parts))('of everything only %s is lost', async ([part, path], test) => {
    const { patch, stores } = fixture.everything;
    const door = await openHooked(test, fixture, { distort: ({ change }) => without(change, part) });
    const answer = await door.patch({ id }, patch);
    const shown = await read(door, id);
    expect(answer).toEqual(uncertain('PARTIAL', shown, error('NOT_CONFIRMED', path)));
    const kept = stores.map((change) => without(change, part));
    expect(stored(door)).toEqual(logged(fixture, ...kept).filter(isOfSomething));
  });

  it('the parts above are all of what everything stores', () => {
    const stored = fixture.everything.stores.flatMap((change) =>
      Object.entries(change).flatMap(([name, value]) =>
        name.startsWith('custom') ? Object.keys(value as Json).map((field) => `${name}.${field}`) : [name],
      ),
    );
    expect(Object.keys(fixture.parts).sort()).toEqual(stored.sort());
  });

  it.for(Object.entries(fixture.storedDifferently))(
    'stored otherwise: %s',
    async ([, [patch, stores, isEqual = false]], test) => {
      const door = await openHooked(test, fixture, { distort: ({ change }) => ({ ...change, ...stores }) });
      const answer = await door.patch({ id }, patch);
      const paths = pathsOf(patch);
      const missed = error('NOT_CONFIRMED', paths.at(-1) ?? []);
      const outcome = paths.length > 1 ? 'PARTIAL' : 'UNKNOWN';
      const shown = await read(door, id);
      expect(answer).toEqual(
        isEqual ? applied(shown, fixture.confirmedBy) : uncertain(outcome, shown, missed),
      );
      expect(await adjustedOf(door, id, patch)).toEqual(isEqual ? [paths.at(-1)] : []);
      expect(door.emulators[directory].writes).toEqual(
        logged(fixture, ...Array(2).fill(expect.objectContaining(stores))),
      );
    },
  );

  it('a field that nobody asked for is in the user who is given', async (test) => {
    const extra = fixture.cases.find(({ patch }) => 'email' in patch && patch.email !== null);
    const door = await openHooked(test, fixture, {
      distort: ({ change }) => ({ ...change, ...extra?.stores[0] }),
    });
    const patch = { displayName: 'New Name' };
    const after = { ...user, ...extra?.shows, ...patch };
    expect(await door.patch({ id }, patch)).toEqual(applied(after, fixture.confirmedBy));
  });
}

/** The paths that the answer to another patch says to be kept in another form. */
async function adjustedOf(door: FrontDoor, id: string, patch: Json): Promise<unknown> {
  const mutation = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { adjusted } }';
  const { data } = await door.graphql(mutation, { input: { user: { id }, patch } });
  return (data as { patchUser: { adjusted: unknown } }).patchUser.adjusted;
}

/** The user as idpatch gives it in a request of its own. */
async function read(door: FrontDoor, id: string): Promise<Json> {
  const selection = wholeUser.replace('version', '').replace('updatedAt', '');
  const answer = await door.graphql(`query ($id: ID!) { user(by: { id: $id }) { ${selection} } }`, { id });
  expect(answer.errors).toBeUndefined();
  return (answer.data as { user: Json }).user;
}

/** Every place of a patch that asks for a change. */
function pathsOf(patch: Json): readonly (readonly string[])[] {
  return patchFields.flatMap((field) => {
    if (patch[field] === undefined) return [];
    if (field !== 'customFields') return [['patch', field]];
    return (patch.customFields as readonly Json[]).map((operation, index) => [
      'patch',
      'customFields',
      String(index),
      Object.keys(operation)[0] ?? '',
    ]);
  });
}

function sorted(payload: object): Json {
  const { errors } = payload as { readonly errors: readonly { readonly path: readonly string[] }[] };
  return { ...payload, errors: errors.toSorted((one, other) => (`${one.path}` < `${other.path}` ? -1 : 1)) };
}

/** A change without the member `name` or `customFields.name`. */
function without(change: Json, part: string): Json {
  const [member = '', inner] = part.split(/\.(.*)/s);
  const { [member]: value, ...rest } = change;
  if (inner === undefined || value === undefined) return rest;
  const { [inner]: _lost, ...kept } = value as Json;
  return Object.keys(kept).length > 0 ? { ...rest, [member]: kept } : rest;
}
