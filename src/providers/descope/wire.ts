import { z } from 'zod';
import { isUser, type WireObject } from '../decode.ts';

/** A user. https://docs.descope.com, PATCH /v1/mgmt/user/patch, 200. */
export type WireUser = WireObject & { readonly userId: string };

/** The answer to a patch and to a load. */
export const userAnswer = z.object({ user: z.custom<WireUser>(isUser) });

/** The answer to a load of several. */
export const usersAnswer = z.object({ users: z.array(z.unknown()) });

/** Lists of what is read one by one, so that a malformed entry does not affect the others. */
const entries = z.array(z.unknown()).nullish().catch(null);

/** The answer to a batch: PatchUserBatchResponse of the official client, and `additionalErrors` of its tests. */
export const batchAnswer = z.object({
  patchedUsers: entries,
  failedUsers: entries,
  additionalErrors: z
    .custom<WireObject>((value) => typeof value === 'object')
    .nullish()
    .catch(null),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

/** The answer to the custom attributes' definitions. */
export const attributesAnswer = z.object({ data: z.array(z.unknown()) });

/** The definition of a custom attribute. */
export const attribute = z.object({
  name: z.string().min(1),
  type: z.number(),
  displayName: z.string().nullish(),
  options: z.array(z.object({ value: z.string(), label: z.string().nullish() })).nullish(),
});
