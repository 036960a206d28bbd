import { z } from 'zod';
import { exactNumber } from '../../domain/decimal.ts';
import { asText, isUser } from '../decode.ts';
import type { Account } from '../eiam-shared/decode.ts';

/** The answer to the getUserIdBy… calls. */
export const userIdAnswer = z.object({ userId: z.string().min(1) });

/** The answer to GetUser. */
export const userAnswer = z.custom<Account>(isUser);

/** The answer of the token endpoint; `expires_in` is in seconds. */
export const tokenAnswer = z.object({
  access_token: z
    .string()
    .min(1)
    .regex(/^[\x21-\x7e]+$/),
  // A lifetime of less than a second would mean a new token for every call.
  expires_in: z.preprocess((value) => exactNumber(asText(value) ?? ''), z.number().min(1)),
});
