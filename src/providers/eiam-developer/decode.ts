import type { z } from 'zod';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { decodeAccountWithCustomFields } from '../eiam-shared/decode.ts';
import type { CustomFieldDefinition } from '../provider.ts';
import type { userAnswer } from './wire.ts';

/** The user of a GetUser answer, which carries the custom fields. */
export function decodeUser(
  directory: string,
  answer: z.infer<typeof userAnswer>,
  known: readonly CustomFieldDefinition[] | null,
): UserWithCustomFields {
  return decodeAccountWithCustomFields(directory, answer, known);
}
