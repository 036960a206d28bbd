import { type PatchField, plainUserIds } from '../../domain/user.ts';
import type { Capabilities, FieldCapability } from '../provider.ts';

const list: FieldCapability = { settable: true, clearable: true, maxLength: null };
const unsupported: FieldCapability = { settable: false, clearable: false, maxLength: null };

/** The fields whose length the configuration may bound; Descope publishes no bounds. */
export const boundableFields = ['displayName', 'givenName', 'middleName', 'familyName', 'picture'] as const;

/** Meanings of a patch that are not published: guesses, each a setting of the directory. */
export interface Guesses {
  /** `""` clears a text: documented for the single-field calls only. */
  readonly emptyStringClears: boolean;
  /** Attributes that a patch does not name keep their values. */
  readonly attributesMerge: boolean;
  /** `null` removes an attribute's value: the official client's types allow it. */
  readonly nullRemovesAttribute: boolean;
}

/**
 * What a patch can do with a Descope user. Source: the request body of PATCH /v1/mgmt/user/patch at
 * https://docs.descope.com (no username: a user's login ids are not part of a patch). That `[]` clears a list is
 * asserted by the official clients' live tests.
 */
export function capabilities(guesses: Guesses, maxLength: Partial<Record<PatchField, number>>): Capabilities {
  const text: FieldCapability = { settable: true, clearable: guesses.emptyStringClears, maxLength: null };
  const bounded = (field: (typeof boundableFields)[number]) => ({
    ...text,
    maxLength: maxLength[field] ?? null,
  });
  return {
    statusIsSeparateCall: false,
    hasVerifiedFlags: true,
    userIds: plainUserIds,
    replacesAllCustomFields: !guesses.attributesMerge,
    fields: {
      username: unsupported,
      displayName: bounded('displayName'),
      givenName: bounded('givenName'),
      middleName: bounded('middleName'),
      familyName: bounded('familyName'),
      email: text,
      phone: text,
      picture: bounded('picture'),
      status: { settable: true, clearable: false, maxLength: null },
      roleNames: list,
      tenants: list,
      ssoAppIds: list,
      customFields: { settable: true, clearable: false, maxLength: null },
    },
  };
}
