import { type PatchField, plainUserIds } from '../../domain/user.ts';
import { type Capabilities, fieldsOf } from '../provider.ts';

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
  /**
   * What a patch does with an email or a phone by which another user signs in. Not published for patches. Of
   * update/email and update/phone the documentation says that without `failOnConflict` the other user is merged into
   * this one and deleted.
   */
  readonly contactConflict: 'refused' | 'merges';
}

/**
 * What a patch can do with a Descope user. Source: the request body of PATCH /v1/mgmt/user/patch at
 * https://docs.descope.com (no username: a user's login ids are not part of a patch). That `[]` clears a list is
 * asserted by the official clients' live tests.
 */
export function capabilities(guesses: Guesses, maxLength: Partial<Record<PatchField, number>>): Capabilities {
  const text = { clearable: guesses.emptyStringClears };
  const list = { clearable: true };
  const bounded = (field: (typeof boundableFields)[number]) => ({
    ...text,
    maxLength: maxLength[field] ?? null,
  });
  return {
    statusIsSeparateCall: false,
    hasVerifiedFlags: true,
    userIds: plainUserIds,
    replacesAllCustomFields: !guesses.attributesMerge,
    mergesContacts: guesses.contactConflict === 'merges',
    fields: fieldsOf({
      displayName: bounded('displayName'),
      givenName: bounded('givenName'),
      middleName: bounded('middleName'),
      familyName: bounded('familyName'),
      picture: bounded('picture'),
      email: text,
      phone: text,
      status: {},
      roleNames: list,
      tenants: list,
      ssoAppIds: list,
      customFields: {},
    }),
  };
}
