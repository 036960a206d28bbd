import { expect } from 'vitest';
import {
  PatchManyDocument,
  type PatchManyMutation,
  type PatchUserInput,
  type UserPatchInput,
} from '../generated/graphql.ts';
import { someUser, written } from './expected.ts';
import type { FrontDoor } from './front-door.ts';

/** What patchUsers says of one patch. */
export type OneOfMany = NonNullable<NonNullable<PatchManyMutation['patchUsers']>[number]>;

/** patchUsers; a payload for each input, and no error beside them. */
export async function patchMany(
  door: Pick<FrontDoor, 'call'>,
  inputs: readonly PatchUserInput[],
  token?: string,
): Promise<readonly OneOfMany[]> {
  const { data, errors } = await door.call(PatchManyDocument, { inputs: [...inputs] }, token);
  expect(errors).toBeUndefined();
  const payloads = data?.patchUsers ?? [];
  return payloads.map((one) => one ?? expect.fail('A payload is null.'));
}

/** A new name for each of the first customers. */
export const rename = (door: FrontDoor, count: number): readonly PatchUserInput[] =>
  Array.from({ length: count }, (_, which) => named(someUser(door, 'customers', which), `Name ${which}`));

/** A patch of the name of one user. */
export const named = (id: string, displayName: string): PatchUserInput => ({
  user: { id },
  patch: { displayName },
});

/** A patch of a user by login. */
export const byLogin = (directory: string, login: string, patch: UserPatchInput): PatchUserInput => ({
  user: { login: { directory, login } },
  patch,
});

/** The names that were written, in order. */
export const storedNames = (door: FrontDoor) =>
  written(door).map(({ change }) => change.displayName ?? change.name);

/** The outcomes in order, each with how it is known or the codes of its errors. */
export function outcomesOf(payloads: readonly OneOfMany[]): readonly string[] {
  return payloads.map(({ outcome, confirmedBy, errors }) =>
    [outcome, confirmedBy ?? errors.map(({ code }) => code).join(' ')].join(' '),
  );
}
