import type { z } from 'zod';
import type { User, UserWithCustomFields } from '../../domain/user.ts';
import { decodeAccount, decodeAccountWithCustomFields } from '../eiam-shared/decode.ts';
import type { CustomFieldDefinition } from '../provider.ts';
import type { userAnswer, usersAnswer } from './wire.ts';

/** The user of a GetUser answer, with its custom fields. */
export function decodeUser(
  directory: string,
  answer: z.infer<typeof userAnswer>,
  known: readonly CustomFieldDefinition[] | null,
): UserWithCustomFields {
  return decodeAccountWithCustomFields(directory, answer.user, known);
}

/** The users of a ListUsers answer, without custom fields: it carries none. */
export function decodeUsers(directory: string, answer: z.infer<typeof usersAnswer>): readonly User[] {
  return (answer.users ?? []).map((user) => decodeAccount(directory, user));
}
