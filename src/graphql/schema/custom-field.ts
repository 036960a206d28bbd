import type { CustomField, CustomFieldOperation, CustomFieldValue } from '../../domain/user.ts';
import { builder } from './builder.ts';

/** One custom field of a user. */
export const CustomFieldType = builder.objectRef<CustomField>('CustomField').implement({
  description: 'A custom field of a user, with its value. Fields without a value are not listed.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field’s name, as in Directory.customFields.' }),
    value: t.field({
      type: CustomFieldValueType,
      description: 'Its value.',
      resolve: ({ value }) => ({ [value.kind]: value.value }),
    }),
  }),
});

/** The value of a custom field under the name of its kind. */
type ValueByKind = {
  readonly [value in CustomFieldValue as value['kind']]?: value['value'];
};

const CustomFieldValueType = builder.objectRef<ValueByKind>('CustomFieldValue').implement({
  description: 'The value of a custom field. Exactly one of its fields is set; the others are null.',
  fields: (t) => ({
    text: t.exposeString('text', { nullable: true, description: 'The value of a TEXT or CHOICE field.' }),
    number: t.exposeFloat('number', { nullable: true, description: 'The value of a NUMBER field.' }),
    boolean: t.exposeBoolean('boolean', { nullable: true, description: 'The value of a BOOLEAN field.' }),
    texts: t.exposeStringList('texts', {
      nullable: true,
      description: 'The value of a TEXTS field: a list of strings.',
    }),
    date: t.expose('date', {
      type: 'DateTime',
      nullable: true,
      description: 'The value of a DATE field.',
    }),
  }),
});

const CustomFieldValueInput = builder.inputType('CustomFieldValueInput', {
  isOneOf: true,
  description:
    'A value for a custom field: exactly one of these fields, the one for the custom field’s type.',
  fields: (t) => ({
    text: t.string({
      description:
        'For a TEXT field, or one of the choices of a CHOICE field. Not empty: remove the field instead.',
    }),
    number: t.float({ description: 'For a NUMBER field. Integers up to ±9007199254740991.' }),
    boolean: t.boolean({ description: 'For a BOOLEAN field.' }),
    texts: t.stringList({
      description: 'For a TEXTS field. Members are unique; if the field has choices, each is one of them.',
    }),
    date: t.field({ type: 'DateTime', description: 'For a DATE field.' }),
  }),
});

const CustomFieldAssignmentInput = builder.inputType('CustomFieldAssignmentInput', {
  description: 'A custom field and a value for it.',
  fields: (t) => ({
    field: t.string({
      required: true,
      description: 'The field’s name, as in Directory.customFields. At most once in a patch.',
    }),
    value: t.field({ type: CustomFieldValueInput, required: true, description: 'The value to give it.' }),
  }),
});

const CustomFieldRemovalInput = builder.inputType('CustomFieldRemovalInput', {
  description: 'A custom field to clear, or members to remove from its list.',
  fields: (t) => ({
    field: t.string({
      required: true,
      description: 'The field’s name, as in Directory.customFields. At most once in a patch.',
    }),
    values: t.stringList({
      description:
        'For a TEXTS field: the members to remove from the list. Left out: the whole value is removed.',
    }),
  }),
});

/** One operation on one custom field. */
export const CustomFieldOperationInput = builder.inputType('CustomFieldOperationInput', {
  isOneOf: true,
  description: 'A change of one custom field: exactly one of these fields.',
  fields: (t) => ({
    add: t.field({
      type: CustomFieldAssignmentInput,
      description:
        'Sets the value of the field. For a TEXTS field, adds the members to the list that it has.',
    }),
    replace: t.field({
      type: CustomFieldAssignmentInput,
      description: 'Sets the value of the field, in place of the value that it has.',
    }),
    remove: t.field({
      type: CustomFieldRemovalInput,
      description: 'Removes the value of the field, or the named members of a TEXTS field.',
    }),
  }),
});

/** Turns an input into the domain's operation. */
export function toOperation(input: typeof CustomFieldOperationInput.$inferInput): CustomFieldOperation {
  if (input.remove) {
    const { field, values } = input.remove;
    return { operation: 'REMOVE', field, ...(values ? { values } : {}) };
  }
  const assignment = input.add ?? input.replace;
  if (!assignment) throw new Error('Unreachable: @oneOf guarantees exactly one operation.');
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
  throw new Error('Unreachable: @oneOf guarantees exactly one value.');
}
