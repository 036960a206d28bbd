import type { CustomField, CustomFieldOperation, CustomFieldValue } from '../../domain/user.ts';
import { builder } from './builder.ts';
import { isUnique, maxListLength, name, number, text } from './input-values.ts';

/** One custom field of a user. */
export const CustomFieldType = builder.objectRef<CustomField>('CustomField').implement({
  description: 'A custom field of a user that has a value. A field without a value is not listed.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field’s name, as Directory.customFields gives it.' }),
    value: t.field({
      type: CustomFieldValueType,
      description: 'Its value, under the name of its kind.',
      resolve: ({ value }) => value,
    }),
  }),
});

const CustomFieldValueType = builder.objectRef<CustomFieldValue>('CustomFieldValue').implement({
  description: 'The value of a custom field. Exactly one of these is set, the others are null.',
  fields: (t) => ({
    text: t.string({
      nullable: true,
      description: 'Of a TEXT or CHOICE field.',
      resolve: (one) => (one.kind === 'text' ? one.value : null),
    }),
    number: t.float({
      nullable: true,
      description: 'Of a NUMBER field.',
      resolve: (one) => (one.kind === 'number' ? one.value : null),
    }),
    boolean: t.boolean({
      nullable: true,
      description: 'Of a BOOLEAN field.',
      resolve: (one) => (one.kind === 'boolean' ? one.value : null),
    }),
    texts: t.stringList({
      nullable: true,
      description: 'Of a TEXTS field: the members of the list.',
      resolve: (one) => (one.kind === 'texts' ? [...one.value] : null),
    }),
    date: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Of a DATE field.',
      resolve: (one) => (one.kind === 'date' ? one.value : null),
    }),
  }),
});

const CustomFieldValueInput = builder.inputType('CustomFieldValueInput', {
  isOneOf: true,
  description: 'A value for a custom field: exactly one of these, the one that fits the field’s type.',
  fields: (t) => ({
    text: t.string({
      description:
        'For a TEXT field, or one of the choices of a CHOICE field. Not empty: remove the field instead.',
      validate: { schema: text },
    }),
    number: t.float({
      description: 'For a NUMBER field. Whole numbers up to ±9007199254740991.',
      validate: { schema: number },
    }),
    boolean: t.boolean({ description: 'For a BOOLEAN field.' }),
    texts: t.stringList({
      description: 'For a TEXTS field, where it has choices some of them. Nothing twice.',
      validate: {
        minLength: [1, { message: 'A list without members is no value: remove the field instead.' }],
        maxLength: maxListLength,
        refine: [isUnique, { message: 'The same text is in the list twice.' }],
        items: { schema: text },
      },
    }),
    date: t.field({ type: 'DateTime', description: 'For a DATE field.' }),
  }),
});

const CustomFieldAssignmentInput = builder.inputType('CustomFieldAssignmentInput', {
  description: 'A custom field and a value for it.',
  fields: (t) => ({
    field: t.string({
      required: true,
      description: 'The field’s name, as Directory.customFields gives it. Each field once in a patch.',
      validate: { schema: name },
    }),
    value: t.field({ type: CustomFieldValueInput, required: true, description: 'The value.' }),
  }),
});

const CustomFieldRemovalInput = builder.inputType('CustomFieldRemovalInput', {
  description: 'A custom field whose value goes, or some members of it.',
  validate: {
    // A variable that came out null must not take everything away.
    refine: [
      ({ values }) => values !== null,
      { message: 'Name values, or leave the list out.', path: ['values'] },
    ],
  },
  fields: (t) => ({
    field: t.string({
      required: true,
      description: 'The field’s name, as Directory.customFields gives it. Each field once in a patch.',
      validate: { schema: name },
    }),
    values: t.stringList({
      description: 'For a TEXTS field: the members to take from the list. Left out, the whole value goes.',
      validate: {
        minLength: [
          1,
          { message: 'Name at least one value, or leave them out to take the whole value away.' },
        ],
        maxLength: maxListLength,
        refine: [isUnique, { message: 'The same text is in the list twice.' }],
        items: { schema: text },
      },
    }),
  }),
});

/** One operation on one custom field. */
export const CustomFieldOperationInput = builder.inputType('CustomFieldOperationInput', {
  isOneOf: true,
  description: 'What to do with one custom field: exactly one of these.',
  fields: (t) => ({
    add: t.field({
      type: CustomFieldAssignmentInput,
      description:
        'Give the field a value. A TEXTS field keeps the values it has and gets these too; any other gets this ' +
        'one in place of what it has.',
    }),
    replace: t.field({
      type: CustomFieldAssignmentInput,
      description: 'Give the field this value in place of any that it has.',
    }),
    remove: t.field({
      type: CustomFieldRemovalInput,
      description: 'Take the field’s value away, or with values named the named members of a TEXTS field.',
    }),
  }),
});

/** The domain's operation of an input. */
export function toOperation(input: typeof CustomFieldOperationInput.$inferInput): CustomFieldOperation {
  if (input.remove) {
    const { field, values } = input.remove;
    return { operation: 'REMOVE', field, ...(values ? { values } : {}) };
  }
  const assignment = input.add ?? input.replace;
  if (!assignment) throw new Error('@oneOf lets no operation through that is none.');
  return {
    operation: input.add ? 'ADD' : 'REPLACE',
    field: assignment.field,
    value: toValue(assignment.value),
  };
}

function toValue(input: typeof CustomFieldValueInput.$inferInput): CustomFieldValue {
  if (input.text != null) return { kind: 'text', value: input.text };
  if (input.number != null) return { kind: 'number', value: input.number };
  if (input.boolean != null) return { kind: 'boolean', value: input.boolean };
  if (input.texts) return { kind: 'texts', value: input.texts };
  if (input.date) return { kind: 'date', value: input.date };
  throw new Error('@oneOf lets no value through that is none.');
}
