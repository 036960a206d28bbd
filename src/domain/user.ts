/** An account's status. A patch can set ENABLED and DISABLED; the other two are set by the provider alone. */
export type UserStatus = 'ENABLED' | 'DISABLED' | 'INVITED' | 'EXPIRED';

/** An email address and whether the provider has it as verified. */
export interface Email {
  readonly address: string;
  readonly verified: boolean;
}

/** A phone number in E.164 (`+8615612345678`) and whether the provider has it as verified. */
export interface Phone {
  readonly number: string;
  readonly verified: boolean;
}

/** A user's membership of one tenant. `name` is null where the provider does not give it. */
export interface UserTenant {
  readonly tenantId: string;
  readonly name: string | null;
  readonly roleNames: readonly string[];
}

/**
 * The value of one custom field. A date is kept to the millisecond. `raw`: of a text that stands for a value of another
 * kind, the JSON value as the provider has it.
 */
export type CustomFieldValue =
  | { readonly kind: 'text'; readonly value: string; readonly raw?: unknown }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'texts'; readonly value: readonly string[] }
  | { readonly kind: 'date'; readonly value: Date };

/** One custom field that has a value; a field without one is not listed. */
export interface CustomField {
  readonly field: string;
  readonly value: CustomFieldValue;
}

/** A user as read from a provider: fields that the provider does not have are null or an empty list. */
export interface User {
  readonly directory: string;
  /** The provider's own id. */
  readonly userId: string;
  readonly username: string | null;
  /** The names by which `login` finds this user. */
  readonly loginIds: readonly string[];
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly middleName: string | null;
  readonly familyName: string | null;
  readonly email: Email | null;
  readonly phone: Phone | null;
  readonly picture: string | null;
  readonly status: UserStatus | null;
  readonly roleNames: readonly string[];
  readonly tenants: readonly UserTenant[];
  readonly ssoAppIds: readonly string[];
  /** Absent where the call that read the user does not return them: then they are not known. */
  readonly customFields?: readonly CustomField[];
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
  /**
   * The fields that the provider's answer has in a form that cannot be read, such as `email` or `customFields.nick`, each
   * with its JSON: they are null or left out, and nothing is known of them.
   */
  readonly unreadable?: ReadonlyMap<string, string>;
}

/** A user read by a call that returns custom fields. */
export type UserWithCustomFields = User & Required<Pick<User, 'customFields'>>;

/** Whether the user was read with custom fields. */
export function hasCustomFields(user: User): user is UserWithCustomFields {
  return user.customFields !== undefined;
}

/** A caller's operation on one custom field. */
export type CustomFieldOperation =
  | { readonly operation: 'ADD' | 'REPLACE'; readonly field: string; readonly value: CustomFieldValue }
  | { readonly operation: 'REMOVE'; readonly field: string; readonly values?: readonly string[] };

/** The changes that a caller asks for: a field left out is unchanged, `null` clears it. */
export interface UserPatch {
  readonly username?: string | null;
  readonly displayName?: string | null;
  readonly givenName?: string | null;
  readonly middleName?: string | null;
  readonly familyName?: string | null;
  readonly email?: Email | null;
  readonly phone?: Phone | null;
  readonly picture?: string | null;
  readonly status?: UserStatus | null;
  readonly roleNames?: readonly string[] | null;
  readonly tenants?: readonly Omit<UserTenant, 'name'>[] | null;
  readonly ssoAppIds?: readonly string[] | null;
  readonly customFields?: readonly CustomFieldOperation[] | null;
}

/** Every field that a patch can name, in the order of the schema. */
export const patchFields = [
  'username',
  'displayName',
  'givenName',
  'middleName',
  'familyName',
  'email',
  'phone',
  'picture',
  'status',
  'roleNames',
  'tenants',
  'ssoAppIds',
  'customFields',
] as const satisfies readonly (keyof UserPatch)[];

/** The name of a field that a patch can name. */
export type PatchField = (typeof patchFields)[number];

/** A directory's name: lower-case letters, digits and hyphens. */
export const directoryNamePattern = /^[a-z0-9-]{1,63}$/;

/** The form of a text. `description` lists its characters, for messages: "letters, digits and _". */
export interface TextForm {
  readonly pattern: RegExp;
  readonly description: string;
}

/** User ids as most providers issue them. */
export const plainUserIds: TextForm = {
  pattern: /^[A-Za-z0-9_-]{1,128}$/,
  description: 'letters, digits, _ and -',
};

/**
 * The user ids that any provider may have: UUIDs, numbers, email addresses, `auth0|5f7c`. Refused are an initial dot,
 * look-alikes, and every character that is not always a part of one path segment of a URL (`/`, `%`, `?`, `#`, `;`).
 * `Capabilities.userIds` narrows the form for a provider.
 */
const userIdPattern = /^(?!\.)[A-Za-z0-9_.@|:+=-]{1,255}$/;

/** Whether a user id has the form of a provider's ids. */
export function isUserId(userId: string, form: TextForm): boolean {
  return userIdPattern.test(userId) && form.pattern.test(userId);
}

/** The id that idpatch shows: `<directory>:<the provider's user id>`. */
export function globalId(user: { readonly directory: string; readonly userId: string }): string {
  return `${user.directory}:${user.userId}`;
}

/** Parses a global id; undefined where it does not have the form `<directory>:<user id>`. */
export function parseGlobalId(id: string): { directory: string; userId: string } | undefined {
  const colon = id.indexOf(':');
  const directory = id.slice(0, Math.max(colon, 0));
  const userId = id.slice(colon + 1);
  return directoryNamePattern.test(directory) && userIdPattern.test(userId)
    ? { directory, userId }
    : undefined;
}
