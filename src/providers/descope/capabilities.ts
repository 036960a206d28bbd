import type { PatchField } from '../../user.ts';
import type { Capabilities, FieldCapability } from '../provider.ts';

const text: FieldCapability = { settable: true, clearable: true, maxLength: null };
const list: FieldCapability = { settable: true, clearable: true, maxLength: null };
const no: FieldCapability = { settable: false, clearable: false, maxLength: null };

/** The fields whose length the configuration may bound; Descope publishes no bounds. */
export const boundableFields = ['displayName', 'givenName', 'middleName', 'familyName', 'picture'] as const;

/**
 * What a Descope project can do. Fields: the request body of https://docs.descope.com, PATCH /v1/mgmt/user/patch
 * (no username: a user's login ids are not part of a patch). Clearing by `""`: documented for the single-field
 * calls, taken over for the patch; that `[]` clears a list is asserted by the official clients' live tests.
 */
export function capabilities(maxLength: Partial<Record<PatchField, number>>): Capabilities {
  const bounded = (field: (typeof boundableFields)[number]) => ({
    ...text,
    maxLength: maxLength[field] ?? null,
  });
  return {
    statusApart: false,
    fields: {
      username: no,
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
