import type { Directory } from '../../directories.ts';
import { patchFields } from '../../domain/user.ts';
import type {
  CustomFieldDefinition,
  CustomFieldOperationKind,
  CustomFieldType,
  FieldCapability,
} from '../../providers/provider.ts';
import { providers } from '../../providers/registry.ts';
import type { Context } from '../context.ts';
import { costs } from '../documents/cost.ts';
import { builder } from './builder.ts';
import { rethrowReadFailure } from './graphql-error.ts';

const ProviderKindType = builder.enumType('ProviderKind', {
  description: 'The kind of identity provider behind a directory.',
  values: Object.fromEntries(
    providers.map(({ kind, description }) => [
      kind.toUpperCase().replaceAll('-', '_'),
      { value: kind, description },
    ]),
  ),
});

const FieldCapabilityType = builder
  .objectRef<FieldCapability & { readonly field: string }>('FieldCapability')
  .implement({
    description: 'What a patch may do with one field in one directory.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'The name of the field in UserPatchInput.' }),
      settable: t.exposeBoolean('settable', { description: 'Whether a patch can set it.' }),
      clearable: t.exposeBoolean('clearable', { description: 'Whether a patch can clear it with null.' }),
      maxLength: t.exposeInt('maxLength', {
        nullable: true,
        description:
          'The maximum number of characters; null if no limit is known. The provider may accept fewer.',
      }),
    }),
  });

const CustomFieldTypeEnum = builder.enumType('CustomFieldType', {
  description: 'The type of a custom field. It decides which field of CustomFieldValueInput to use.',
  values: {
    TEXT: { description: 'A string: use text.' },
    NUMBER: { description: 'A number: use number.' },
    BOOLEAN: { description: 'True or false: use boolean.' },
    CHOICE: { description: 'One of the choices: use text.' },
    TEXTS: { description: 'A list of strings, which are choices if the field has any: use texts.' },
    DATE: { description: 'A date and time: use date.' },
  } as const satisfies Record<CustomFieldType, { description: string }>,
});

const CustomFieldOperationKindEnum = builder.enumType('CustomFieldOperationKind', {
  description: 'The operations of CustomFieldOperationInput.',
  values: {
    ADD: { description: 'Sets the value; adds members to a list.' },
    REPLACE: { description: 'Sets the value in place of the one that is there.' },
    REMOVE: { description: 'Removes the value, or some members of a list.' },
  } as const satisfies Record<CustomFieldOperationKind, { description: string }>,
});

const CustomFieldChoice = builder
  .objectRef<{ readonly value: string; readonly label: string | null }>('CustomFieldChoice')
  .implement({
    description: 'One of the values that a custom field allows.',
    fields: (t) => ({
      value: t.exposeString('value', { description: 'The value to use in a patch.' }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'A label for people; null: use the value.',
      }),
    }),
  });

const CustomFieldDefinitionType = builder
  .objectRef<CustomFieldDefinition>('CustomFieldDefinition')
  .implement({
    description: 'A custom field of a directory.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'Its name, in patches and in users.' }),
      type: t.expose('type', { type: CustomFieldTypeEnum, description: 'Its type.' }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'A label for people; null: use the name.',
      }),
      choices: t.expose('choices', {
        type: [CustomFieldChoice],
        nullable: true,
        description: 'The values that it allows; null: any value of its type.',
      }),
      operations: t.expose('operations', {
        type: [CustomFieldOperationKindEnum],
        description: 'The operations that the directory supports on it.',
      }),
    }),
  });

export const DirectoryType = builder.objectRef<Directory>('Directory').implement({
  description: 'A user directory: one instance of an identity provider.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Its name in idpatch’s configuration; user ids begin with it.',
    }),
    provider: t.field({
      type: ProviderKindType,
      description: 'The kind of its identity provider.',
      resolve: ({ provider }) => provider.kind,
    }),
    capabilities: t.field({
      type: [FieldCapabilityType],
      ...costs({ assumedItems: patchFields.length }),
      description: 'What a patch can do with each field, for example to disable inputs of a form.',
      resolve: ({ provider }) =>
        patchFields.map((field) => ({ field, ...provider.capabilities.fields[field] })),
    }),
    customFields: t.field({
      type: [CustomFieldDefinitionType],
      ...costs({ assumedItems: 100 }),
      nullable: true,
      description:
        'The custom fields that exist; null if the provider cannot list them and none are configured.',
      resolve: async ({ provider }, _args, context: Context) => {
        try {
          return await provider.customFieldDefinitions(context.startOperation().writing);
        } catch (failure) {
          return rethrowReadFailure(failure);
        }
      },
    }),
  }),
});

builder.queryFields((t) => ({
  directories: t.field({
    type: [DirectoryType],
    description: 'The directories in which you have any rights.',
    resolve: (_root, _args, { directories }) => [...directories.values()],
  }),
  directory: t.field({
    type: DirectoryType,
    nullable: true,
    args: { name: t.arg.string({ required: true, description: 'The directory’s name.' }) },
    description: 'The directory with this name; null if there is none, or you have no rights in it.',
    resolve: (_root, { name }, { directories }) => directories.get(name),
  }),
}));
