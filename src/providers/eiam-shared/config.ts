import { z } from 'zod';
import { jsonSchemaOf, maxLength } from '../../settings/fields.ts';
import type { CustomFieldDefinition } from '../provider.ts';

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
 * The custom fields of an EIAM instance, from the configuration because no call lists them: `nick_name: text`, or
 * `{ type: choice, label: Grade, choices: [P5, P6] }`. FieldName has at most 40 characters (CreateCustomField).
 * Not z.record, which drops a name such as __proto__.
 */
const customFields = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error: 'Expected custom fields by name, such as nick_name: text.' },
  )
  .register(jsonSchemaOf, {
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
        const message = 'Expected text, number, boolean or choice, or { type, label, choices }.';
        context.addIssue({ code: 'custom', path: [field], message });
        return [];
      }
      return [definition(field, parsed.data)];
    }),
  );

/** An id that needs no escaping in a path or a query. */
export const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'Expected letters, digits, _ and -.');

/** The id of an instance. */
export const instanceId = identifier.describe('The id of the EIAM instance: idaas_…');

/** Settings of the accounts, the same for both APIs. */
export const accountSettings = {
  customFields: customFields
    .optional()
    .describe('The custom fields, by name, for no call lists them. Left out: nothing is known of them.'),
  emptyStringClears: z
    .boolean()
    .default(false)
    .describe(
      'Whether `""` clears displayName, email and phone. A guess that is off: it is published nowhere.',
    ),
  // The fields with a published limit that the configuration may replace.
  maxLength: maxLength(['username', 'displayName', 'email']),
};

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
