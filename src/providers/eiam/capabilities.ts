import { z } from 'zod';
import { writtenAs } from '../../settings.ts';
import type { PatchField } from '../../user.ts';
import type { Capabilities, CustomFieldDefinition, FieldCapability } from '../provider.ts';

const types = { text: 'TEXT', number: 'NUMBER', boolean: 'BOOLEAN', choice: 'CHOICE' } as const;
const typeName = z.enum(['text', 'number', 'boolean', 'choice']).describe('How its values look.');

const customField = z
  .union([
    typeName,
    z.strictObject({
      type: typeName,
      label: z.string().optional().describe('Its name for people.'),
      choices: z.array(z.string().min(1)).nonempty().optional().describe('The values that it may have.'),
    }),
  ])
  .describe('A custom field by its name: how its values look, or { type, label, choices }.');

/**
 * The custom fields of an EIAM instance: no call lists them, so the configuration does. `nick_name: text`, or
 * `{ type: choice, label: Grade, choices: [P5, P6] }`. FieldName is at most 40 characters (CreateCustomField).
 * Not z.record, which loses a name such as __proto__.
 */
export const customFields = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error: 'Expected custom fields by name, such as nick_name: text.' },
  )
  .register(writtenAs, {
    toJsonSchema: () => z.toJSONSchema(z.record(z.string().min(1).max(40), customField), { io: 'input' }),
  })
  .transform((fields, context): readonly CustomFieldDefinition[] =>
    Object.entries(fields).flatMap(([field, raw]) => {
      const parsed = customField.safeParse(raw);
      if (field.length === 0 || field.length > 40) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'A field’s name has 1 to 40 characters.',
        });
      }
      if (!parsed.success) {
        const says = 'Expected text, number, boolean or choice, or { type, label, choices }.';
        context.addIssue({ code: 'custom', path: [field], message: says });
        return [];
      }
      return [definition(field, parsed.data)];
    }),
  );

function definition(field: string, entry: z.infer<typeof customField>): CustomFieldDefinition {
  const { type, label, choices } = typeof entry === 'string' ? { type: entry } : entry;
  return {
    field,
    type: types[type],
    label: label ?? null,
    choices: choices?.map((value) => ({ value, label: null })) ?? null,
    operations: ['ADD', 'REPLACE', 'REMOVE'],
  };
}

const no: FieldCapability = { settable: false, clearable: false, maxLength: null };

/** The fields whose length the configuration may bound otherwise than the published pages do. */
export const boundableFields = ['username', 'displayName', 'email'] as const;

/**
 * What an EIAM account can do. The source is the page of UpdateUser (management API 2021-12-01), Mar 31, 2026:
 * Username 256 characters of letters, digits and `_ . @ -`; DisplayName 128, which a later client raises to 256;
 * letters, digits and `. _ -` before the @ of an email; PhoneNumber 6 to 15 digits. The page of PatchUser
 * (developer API 2022-02-25) publishes none for the same accounts. Clearing is published nowhere: the
 * directory's `emptyStringClears` says that `""` does it.
 */
export function capabilities(settings: {
  readonly emptyStringClears: boolean;
  readonly maxLength: Partial<Record<PatchField, number>>;
}): Capabilities {
  const { emptyStringClears: clearable, maxLength } = settings;
  return {
    statusApart: true,
    phoneDigits: { min: 6, max: 15 },
    fields: {
      username: {
        settable: true,
        clearable: false,
        maxLength: maxLength.username ?? 256,
        form: { pattern: /^[\p{L}\p{M}\p{N}_.@-]*$/u, says: 'letters, digits and _ . @ -' },
      },
      displayName: { settable: true, clearable, maxLength: maxLength.displayName ?? 256 },
      givenName: no,
      middleName: no,
      familyName: no,
      email: {
        settable: true,
        clearable,
        maxLength: maxLength.email ?? null,
        form: { pattern: /^[\p{L}\p{M}\p{N}._-]+@[^@]*$/u, says: 'letters, digits and . _ - before the @' },
      },
      phone: { settable: true, clearable, maxLength: null },
      picture: no,
      status: { settable: true, clearable: false, maxLength: null },
      roleNames: no,
      tenants: no,
      ssoAppIds: no,
      customFields: { settable: true, clearable: false, maxLength: null },
    },
  };
}
