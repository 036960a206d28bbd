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
      field: t.exposeString('field', { description: 'The field, as UserPatchInput names it.' }),
      settable: t.exposeBoolean('settable', { description: 'Whether it can be given a value.' }),
      clearable: t.exposeBoolean('clearable', { description: 'Whether null clears it.' }),
      maxLength: t.exposeInt('maxLength', {
        nullable: true,
        description: 'Characters at most; null where no limit is known. The provider has the last word.',
      }),
    }),
  });

const CustomFieldTypeEnum = builder.enumType('CustomFieldType', {
  description: 'What a custom field holds, and so which member of CustomFieldValueInput fits it.',
  values: {
    TEXT: { description: 'A text: give text.' },
    NUMBER: { description: 'A number: give number.' },
    BOOLEAN: { description: 'True or false: give boolean.' },
    CHOICE: { description: 'One of the choices: give text.' },
    TEXTS: { description: 'A list of texts, where there are choices some of them: give texts.' },
    DATE: { description: 'A moment: give date.' },
  } as const satisfies Record<CustomFieldType, { description: string }>,
});

const CustomFieldOperationKindEnum = builder.enumType('CustomFieldOperationKind', {
  description: 'What CustomFieldOperationInput can do.',
  values: {
    ADD: { description: 'Give a value; on a list, add to it.' },
    REPLACE: { description: 'Give a value in place of any.' },
    REMOVE: { description: 'Take the value away; on a list, or some of its members.' },
  } as const satisfies Record<CustomFieldOperationKind, { description: string }>,
});

const CustomFieldChoice = builder
  .objectRef<{ readonly value: string; readonly label: string | null }>('CustomFieldChoice')
  .implement({
    description: 'A value that a custom field offers.',
    fields: (t) => ({
      value: t.exposeString('value', { description: 'The value to give in a patch.' }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'What to show a person; null: show the value.',
      }),
    }),
  });

const CustomFieldDefinitionType = builder
  .objectRef<CustomFieldDefinition>('CustomFieldDefinition')
  .implement({
    description: 'A custom field that exists in a directory.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'Its name in patches and users.' }),
      type: t.field({
        type: CustomFieldTypeEnum,
        description: 'What it holds.',
        resolve: ({ type }) => type,
      }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'What to show a person; null: show the name.',
      }),
      choices: t.field({
        type: [CustomFieldChoice],
        nullable: true,
        description: 'The values that it takes; null: any of its type.',
        resolve: ({ choices }) => choices && [...choices],
      }),
      operations: t.field({
        type: [CustomFieldOperationKindEnum],
        description: 'What can be done to it here.',
        resolve: ({ operations }) => [...operations],
      }),
    }),
  });

/** A directory. */
export const DirectoryType = builder.objectRef<Directory>('Directory').implement({
  description: 'A place that holds users: one instance of an identity provider.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name here; the ids of its users begin with it.' }),
    provider: t.field({
      type: ProviderKindType,
      description: 'The kind of provider behind it.',
      resolve: ({ provider }) => provider.kind,
    }),
    capabilities: t.field({
      type: [FieldCapabilityType],
      description: 'What a patch may do here, field by field, so that a form can grey out the rest.',
      resolve: ({ provider }) =>
        patchFields.map((field) => ({ field, ...provider.capabilities.fields[field] })),
    }),
    customFields: t.field({
      type: [CustomFieldDefinitionType],
      nullable: true,
      description:
        'The custom fields that exist; null where the provider cannot say and none are configured.',
      resolve: async ({ provider }, _args, context: Context) => {
        try {
          const found = await provider.customFieldDefinitions(context.startOperation().writing);
          return found && [...found];
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
    description: 'Every directory that is configured here and in which you have any rights.',
    resolve: (_root, _args, { directories }) => [...directories.values()],
  }),
  directory: t.field({
    type: DirectoryType,
    nullable: true,
    args: { name: t.arg.string({ required: true, description: 'The directory’s name.' }) },
    description:
      'One directory by its name; null where there is none of that name, or none in which you have any rights.',
    resolve: (_root, { name }, { directories }) => directories.get(name),
  }),
}));
