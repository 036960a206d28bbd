import { type DirectoryName, directoryNames, someUser } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';

/**
 * Tries everything that needs a right, and returns what was allowed in each directory: s(ee) it; r(ead), w(rite) and
 * change p(rivileged) fields of its first user.
 */
export async function granted(door: FrontDoor, token: string): Promise<Readonly<Record<string, string>>> {
  const patch = (alias: string, id: string, fields: string) =>
    `${alias}: patchUser(input: { user: { id: "${id}" }, patch: { ${fields} } }) { outcome errors { code } }`;
  const ids = directoryNames.map((name) => [name, someUser(door, name)] as const);
  const reads = ids.map(([name, id]) => `${name}: user(by: { id: "${id}" }) { id }`);
  const writes = ids.flatMap(([name, id]) => [
    patch(`${name}_write`, id, 'displayName: "Ada"'),
    patch(`${name}_privileged`, id, 'status: ENABLED'),
  ]);
  const seen = await answered(door, token, `{ directories { name } ${reads.join(' ')} }`);
  const done = await answered(door, token, `mutation { ${writes.join(' ')} }`);
  const listed = (seen.directories as readonly { readonly name: string }[]).map(({ name }) => name);
  const letters = (name: DirectoryName) =>
    [
      listed.includes(name) ? 's' : '',
      seen[name] === null ? '' : 'r',
      isAllowed(done[`${name}_write`]) ? 'w' : '',
      isAllowed(done[`${name}_privileged`]) ? 'p' : '',
    ].join('');
  return Object.fromEntries(directoryNames.map((name) => [name, letters(name)]));
}

/** The data of an answer that has no error but FORBIDDEN. */
async function answered(door: FrontDoor, token: string, document: string) {
  const { data, errors = [] } = await door.graphql(document, {}, token);
  const others = errors.filter(
    (error) => (error as { extensions?: { code?: unknown } }).extensions?.code !== 'FORBIDDEN',
  );
  if (!data || others.length > 0) throw new Error(`The answer was ${JSON.stringify({ data, errors })}.`);
  return data as Readonly<Record<string, unknown>>;
}

/** True for APPLIED, false for FORBIDDEN; any other payload is a bug. */
function isAllowed(payload: unknown): boolean {
  const { outcome, errors } = payload as { outcome: string; errors: readonly { readonly code: string }[] };
  if (outcome === 'APPLIED') return true;
  if (outcome === 'NOT_APPLIED' && errors.every(({ code }) => code === 'FORBIDDEN')) return false;
  throw new Error(`The answer was ${JSON.stringify(payload)}.`);
}
