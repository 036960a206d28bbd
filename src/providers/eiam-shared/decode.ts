import { z } from 'zod';
import type {
  CustomField,
  CustomFieldValue,
  User,
  UserStatus,
  UserWithCustomFields,
} from '../../domain/user.ts';
import { epoch, text } from '../decode.ts';
import type { CustomFieldDefinition } from '../provider.ts';

/** The members of an account that are read, in the developer API's spelling. */
export const account = z.object({
  userId: z.string().min(1),
  username: z.string().nullish(),
  displayName: z.string().nullish(),
  phoneRegion: z.string().nullish(),
  phoneNumber: z.string().nullish(),
  phoneNumberVerified: z.boolean().nullish(),
  email: z.string().nullish(),
  emailVerified: z.boolean().nullish(),
  status: z.string().nullish(),
  createTime: z.number().nullish(),
  updateTime: z.number().nullish(),
  customFields: z.array(z.object({ fieldName: z.string(), fieldValue: z.string().nullish() })).nullish(),
});

const statuses: ReadonlyMap<unknown, UserStatus> = new Map([
  ['enabled', 'ENABLED'],
  ['disabled', 'DISABLED'],
]);

/** Decodes an account without its custom fields, which lists do not carry. */
export function decodeAccount(directory: string, wire: z.infer<typeof account>): User {
  // Without its region a number is not E.164, so it gets no plus sign.
  const number = wire.phoneRegion ? `+${wire.phoneRegion}${wire.phoneNumber}` : wire.phoneNumber;
  const phone = wire.phoneNumber && number ? { number, verified: wire.phoneNumberVerified ?? false } : null;
  const email = wire.email ? { address: wire.email, verified: wire.emailVerified ?? false } : null;
  return {
    directory,
    userId: wire.userId,
    username: text(wire.username),
    loginIds: [wire.username, email?.address, phone?.number].filter((login): login is string => !!login),
    displayName: text(wire.displayName),
    givenName: null,
    middleName: null,
    familyName: null,
    email,
    phone,
    picture: null,
    status: statuses.get(wire.status) ?? null,
    roleNames: [],
    tenants: [],
    ssoAppIds: [],
    createdAt: epoch(wire.createTime),
    updatedAt: epoch(wire.updateTime),
  };
}

/** Decodes an account with its custom fields, by their configured types; as text where there is none or it does not fit. */
export function decodeAccountWithCustomFields(
  directory: string,
  wire: z.infer<typeof account>,
  known: readonly CustomFieldDefinition[] | null,
): UserWithCustomFields {
  const customFields = (wire.customFields ?? []).flatMap(({ fieldName, fieldValue }): CustomField[] => {
    const type = known?.find(({ field }) => field === fieldName)?.type;
    return fieldValue ? [{ field: fieldName, value: decodeValue(fieldValue, type) }] : [];
  });
  return { ...decodeAccount(directory, wire), customFields };
}

function decodeValue(value: string, type: CustomFieldDefinition['type'] | undefined): CustomFieldValue {
  if (type === 'BOOLEAN' && (value === 'true' || value === 'false')) {
    return { kind: 'boolean', value: value === 'true' };
  }
  if (type === 'NUMBER' && value.trim() !== '' && Number.isFinite(Number(value))) {
    return { kind: 'number', value: Number(value) };
  }
  return { kind: 'text', value };
}
