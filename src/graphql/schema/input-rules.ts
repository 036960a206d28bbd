import { z } from 'zod';
import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { PatchField } from '../../domain/user.ts';
import {
  emailAddress,
  idempotencyKey,
  name,
  number,
  phoneNumber,
  pictureUrl,
  text,
  username,
} from './input-values.ts';

/** Members of one list: far more than any user has. Our own choice. */
const maxMembers = 1_000;

/** `repeated`: the message for a list with two equal members, which are compared by `keyOf`. */
function listOf<Member>(
  member: z.ZodType<Member>,
  repeated: string,
  keyOf: (member: Member) => unknown = (one) => one,
) {
  return z
    .array(member)
    .max(maxMembers, `At most ${maxMembers} members.`)
    .refine((list) => new Set(list.map(keyOf)).size === list.length, repeated);
}

const names = listOf(name, 'The list contains the same name twice.');
const texts = listOf(text, 'The list contains the same text twice.');

const value = z.object({
  text: text.nullish(),
  number: number.nullish(),
  texts: texts.min(1, 'An empty list is not a value: remove the field instead.').nullish(),
});

const assignment = z.object({ field: name, value }).nullish();

const noValues = 'Name at least one value, or leave the list out to remove the whole value.';

const removal = z
  .object({ field: name, values: texts.min(1, noValues).nullish() })
  // A variable that is null by mistake must not clear the whole field.
  .refine(({ values }) => values !== null, {
    message: 'Must not be null: name the values to remove, or leave the list out.',
    path: ['values'],
  })
  .nullish();

const tenants = listOf(
  z.object({ tenantId: name, roleNames: names }),
  'The list contains the same tenant twice.',
  ({ tenantId }) => tenantId,
);

/** What the values of each field must be beside their GraphQL type. */
const patch = {
  username: username.nullish(),
  displayName: name.nullish(),
  givenName: name.nullish(),
  middleName: name.nullish(),
  familyName: name.nullish(),
  email: z.object({ address: emailAddress }).nullish(),
  phone: z.object({ number: phoneNumber }).nullish(),
  picture: pictureUrl.nullish(),
  status: z.unknown().optional(),
  roleNames: names.nullish(),
  tenants: tenants.nullish(),
  ssoAppIds: names.nullish(),
  customFields: z.array(z.object({ add: assignment, replace: assignment, remove: removal })).nullish(),
} as const satisfies Readonly<Record<PatchField, z.ZodType>>;

/** The rules for UserBy. */
export const userBy = z.object({ login: z.object({ login: name }).nullish() });

/** The rules for PatchUserInput. */
export const patchUserInput = z.object({
  user: userBy,
  patch: z.object(patch),
  ifVersion: name.nullish(),
  idempotencyKey: idempotencyKey.nullish(),
});

/** What is wrong with an input by its rules. `at`: the path of the input, if it is not `input`. */
export function errorsIn(rules: z.ZodType, input: unknown, at: InputPath = []): readonly PatchError[] {
  const { error } = rules.safeParse(input);
  return error?.issues.map(({ message, path }) => invalidInput(message, [...at, ...path.map(String)])) ?? [];
}
