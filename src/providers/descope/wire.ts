import { z } from 'zod';

/** Descope sends an empty string for an absent text, or leaves the member out. */
const optionalText = z.string().nullish();
const texts = z.array(z.string()).nullish();

/** The members of a user that are read. https://docs.descope.com, PATCH /v1/mgmt/user/patch, 200. */
export const wireUser = z.object({
  userId: z.string().min(1),
  loginIds: texts,
  name: optionalText,
  givenName: optionalText,
  middleName: optionalText,
  familyName: optionalText,
  email: optionalText,
  phone: optionalText,
  verifiedEmail: z.boolean().nullish(),
  verifiedPhone: z.boolean().nullish(),
  roleNames: texts,
  userTenants: z
    .array(z.object({ tenantId: z.string(), tenantName: optionalText, roleNames: texts }))
    .nullish(),
  status: optionalText,
  picture: optionalText,
  /** By name. Not z.record, which drops a name such as __proto__. */
  customAttributes: z
    .custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && !Array.isArray(value))
    .nullish(),
  /** Epoch seconds. */
  createdTime: z.number().nullish(),
  ssoAppIds: texts,
});
export type WireUser = z.infer<typeof wireUser>;

/** The answer to a patch and to a load. */
export const userAnswer = z.object({ user: wireUser });

/** The answer to a load of several. */
export const usersAnswer = z.object({ users: z.array(wireUser) });

/**
 * The answer to a batch: PatchUserBatchResponse of the official client. Each user of the first list is parsed on its
 * own, so that a malformed one does not affect the others. `additionalErrors` is not documented, so it is not read.
 */
export const batchAnswer = z.object({
  patchedUsers: z.array(z.unknown()).nullish(),
  failedUsers: z
    .array(
      z.object({
        failure: optionalText.catch(null),
        user: z.object({ userId: optionalText, loginIds: texts }).nullish().catch(null),
      }),
    )
    .nullish(),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

/** The answer to the custom attributes' definitions. */
export const attributesAnswer = z.object({
  data: z.array(
    z.object({
      name: z.string().min(1),
      type: z.number(),
      displayName: optionalText,
      options: z.array(z.object({ value: z.string(), label: optionalText })).nullish(),
    }),
  ),
});
export type WireAttribute = z.infer<typeof attributesAnswer>['data'][number];
