import { exactNumber } from '../../domain/decimal.ts';
import type {
  CustomField,
  CustomFieldValue,
  User,
  UserStatus,
  UserWithCustomFields,
} from '../../domain/user.ts';
import { asText, epoch, isObject, Members, type ReportUnreadable, text, type WireObject } from '../decode.ts';
import type { CustomFieldDefinition } from '../provider.ts';

/** An account, its members in the developer API's spelling. */
export type Account = WireObject & { readonly userId: string };

const statuses: ReadonlyMap<unknown, UserStatus> = new Map([
  ['enabled', 'ENABLED'],
  ['disabled', 'DISABLED'],
]);

/** Decodes an account without its custom fields, which lists do not carry. */
export function decodeAccount(directory: string, wire: Account, report: ReportUnreadable): User {
  const read = new Members(wire, report);
  const [username, address] = [text(read.text('username')), text(read.text('email'))];
  const [region, national] = [read.text('phoneRegion', 'phone'), text(read.text('phoneNumber', 'phone'))];
  // Without its region a number is not E.164, so it gets no plus sign.
  const number = national && region ? `+${region}${national}` : national;
  const emailVerified = read.flag('emailVerified', 'email') ?? false;
  const phoneVerified = read.flag('phoneNumberVerified', 'phone') ?? false;
  return {
    directory,
    userId: wire.userId,
    username,
    loginIds: [username, address, number].filter((login) => login !== null),
    displayName: text(read.text('displayName')),
    givenName: null,
    middleName: null,
    familyName: null,
    email: address === null ? null : { address, verified: emailVerified },
    phone: number === null ? null : { number, verified: phoneVerified },
    picture: null,
    status: statuses.get(read.text('status')) ?? null,
    roleNames: [],
    tenants: [],
    ssoAppIds: [],
    createdAt: epoch(read.number('createTime', 'createdAt')),
    updatedAt: epoch(read.number('updateTime', 'updatedAt')),
    ...(read.unreadable && { unreadable: read.unreadable }),
  };
}

/** Decodes an account with its custom fields, by their configured types; as text where there is none or it does not fit. */
export function decodeAccountWithCustomFields(
  directory: string,
  wire: Account,
  known: readonly CustomFieldDefinition[] | null,
  report: ReportUnreadable,
): UserWithCustomFields {
  const account = decodeAccount(directory, wire, report);
  const read = new Members(wire, report);
  const customFields = read
    .list('customFields', 'customFields', (entry): readonly CustomField[] | undefined => {
      if (!isObject(entry) || typeof entry.fieldName !== 'string') return undefined;
      const { fieldName: field, fieldValue } = entry;
      const type = known?.find((definition) => definition.field === field)?.type;
      if (fieldValue === undefined || fieldValue === null || fieldValue === '') return [];
      const value = asText(fieldValue);
      if (value !== undefined) return [{ field, value: decodeValue(value, type) }];
      read.note('fieldValue', `customFields.${field}`, fieldValue);
      return [];
    })
    .flat();
  const unreadable = read.unreadable && new Map([...(account.unreadable ?? []), ...read.unreadable]);
  return { ...account, customFields, ...(unreadable && { unreadable }) };
}

/** A text is a number only where it is exactly one: a rounded value would be another one. */
function decodeValue(value: string, type: CustomFieldDefinition['type'] | undefined): CustomFieldValue {
  if (type === 'BOOLEAN' && (value === 'true' || value === 'false')) {
    return { kind: 'boolean', value: value === 'true' };
  }
  const number = type === 'NUMBER' ? exactNumber(value) : undefined;
  return number === undefined ? { kind: 'text', value } : { kind: 'number', value: number };
}
