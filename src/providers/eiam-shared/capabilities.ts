import { type PatchField, plainUserIds } from '../../domain/user.ts';
import { type Capabilities, fieldsOf } from '../provider.ts';

/**
 * What a patch can do with an EIAM account. Source: the page of UpdateUser (management API 2021-12-01), Mar 31, 2026:
 * Username 256 characters of letters, digits and `_ . @ -`; DisplayName 128, which a later client raises to 256;
 * letters, digits and `. _ -` before the @ of an email; PhoneNumber 6 to 15 digits. The page of PatchUser
 * (developer API 2022-02-25) publishes no limits for the same accounts. Clearing is not published: the directory's
 * `emptyStringClears` says whether `""` clears.
 */
export function capabilities(settings: {
  readonly emptyStringClears: boolean;
  readonly maxLength: Partial<Record<PatchField, number>>;
}): Capabilities {
  const { emptyStringClears: clearable, maxLength } = settings;
  return {
    statusIsSeparateCall: true,
    hasVerifiedFlags: true,
    userIds: plainUserIds,
    phoneDigits: { min: 6, max: 15 },
    fields: fieldsOf({
      username: {
        maxLength: maxLength.username ?? 256,
        form: { pattern: /^[\p{L}\p{M}\p{N}_.@-]*$/u, description: 'letters, digits and _ . @ -' },
      },
      displayName: { clearable, maxLength: maxLength.displayName ?? 256 },
      email: {
        clearable,
        maxLength: maxLength.email ?? null,
        form: {
          pattern: /^[\p{L}\p{M}\p{N}._-]+@[^@]*$/u,
          description: 'letters, digits and . _ - before the @',
        },
      },
      phone: { clearable },
      status: {},
      customFields: {},
    }),
  };
}
