import { type InputPath, invalidInput, type PatchError } from '../domain/errors.ts';
import type {
  CustomFieldOperation,
  CustomFieldValue,
  UserPatch,
  UserWithCustomFields,
} from '../domain/user.ts';
import type { CustomFieldChange, CustomFieldDefinition } from '../providers/provider.ts';
import { listErrors, type PlanLimits } from './plan-limits.ts';

/** The checked operations of a patch on custom fields. */
export interface CustomFieldsPlan {
  readonly errors: readonly PatchError[];
  readonly paths: readonly InputPath[];
  /** True where the changes depend on the user as it is now. */
  readonly readsFirst: boolean;
  /** The changes that the operations make to the user as it is now, or why they cannot be made. */
  changes(
    current?: UserWithCustomFields,
  ): readonly CustomFieldChange[] | { readonly errors: readonly PatchError[] };
}

/** Checks the operations against the directory's custom fields, and turns them into changes. Pure. */
export function planCustomFields(operations: UserPatch['customFields'], input: PlanLimits): CustomFieldsPlan {
  const errors: PatchError[] = [];
  const planned = planOperations(operations, input, errors);
  const replacesAll = input.capabilities.replacesAllCustomFields === true && planned.length > 0;
  const readsFirst = replacesAll || planned.some((one) => one.changesMembers);
  return {
    errors,
    paths: planned.map(({ path }) => path),
    readsFirst,
    changes(current) {
      if (readsFirst && current?.unreadable?.has('customFields')) return { errors: [unreadable] };
      const impossible = planned.flatMap((one) => memberErrors(one, input, current));
      if (impossible.length > 0) return { errors: impossible };
      const named = planned.map((one) => customFieldChange(one, current));
      return replacesAll ? [...named, ...keptFields(named, current)] : named;
    },
  };
}

/** What is kept has to be sent again, so it must be readable. */
const unreadable: PatchError = {
  code: 'PROVIDER_UNAVAILABLE',
  message: 'The user’s custom fields could not be understood, so none can be kept: nothing was sent.',
  path: ['patch', 'customFields'],
};

interface PlannedOperation {
  readonly path: InputPath;
  readonly operation: CustomFieldOperation;
  /** True where the operation adds members to a list or removes some, and keeps the others. */
  readonly changesMembers: boolean;
}

function planOperations(
  operations: UserPatch['customFields'],
  input: PlanLimits,
  errors: PatchError[],
): PlannedOperation[] {
  if (operations === undefined) return [];
  const path = ['patch', 'customFields'];
  const { settable } = input.capabilities.fields.customFields;
  if (!settable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${input.directory}" has no custom fields to set.`,
      path,
    });
    return [];
  }
  if (operations === null || operations.length === 0) {
    errors.push(invalidInput('Name at least one operation: remove clears custom fields, one by one.', path));
    return [];
  }
  if (operations.length > input.operationsPerPatch) {
    errors.push(invalidInput(`At most ${input.operationsPerPatch} operations in one patch.`, path));
    return [];
  }
  const seen = new Set<string>();
  return operations.flatMap((operation, index) => {
    const at = [...path, String(index), operation.operation.toLowerCase()];
    if (seen.has(operation.field)) {
      errors.push(
        invalidInput(
          'Another operation of this patch names the same custom field: use one operation for each field.',
          [...at, 'field'],
        ),
      );
      return [];
    }
    seen.add(operation.field);
    const changesMembers = checkOperation(operation, at, input, errors);
    return [{ operation, changesMembers, path: at }];
  });
}

/** Reports what is wrong with one operation. True where it changes some members of a list. */
function checkOperation(
  operation: CustomFieldOperation,
  path: InputPath,
  input: PlanLimits,
  errors: PatchError[],
): boolean {
  const { directory, definitions } = input;
  const definition = definitions?.find(({ field }) => field === operation.field);
  if (definitions && !definition) {
    const known = definitions.map(({ field }) => field).join(', ') || 'none';
    errors.push(
      invalidInput(`The directory "${directory}" has no such custom field. It has: ${known}.`, [
        ...path,
        'field',
      ]),
    );
    return false;
  }
  if (definition && !definition.operations.includes(operation.operation)) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${directory}" cannot ${operation.operation.toLowerCase()} this custom field.`,
      path,
    });
    return false;
  }
  if (operation.operation === 'REMOVE') {
    if (!operation.values) return false;
    errors.push(...listErrors(operation.values, [...path, 'values'], input));
    if (definition?.type !== 'TEXTS') {
      errors.push({
        code: 'UNSUPPORTED_FIELD',
        message: 'Only a list has values to remove one by one: leave them out to remove the whole value.',
        path: [...path, 'values'],
      });
      return false;
    }
    return true;
  }
  const { value } = operation;
  const tooLong = value.kind === 'texts' ? listErrors(value.value, [...path, 'value', 'texts'], input) : [];
  errors.push(...(tooLong.length > 0 ? tooLong : valueErrors(value, [...path, 'value'], definition)));
  return definition?.type === 'TEXTS' && operation.operation === 'ADD';
}

const kindOfType = {
  TEXT: 'text',
  CHOICE: 'text',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  TEXTS: 'texts',
  DATE: 'date',
} as const;

function valueErrors(
  value: CustomFieldValue,
  path: InputPath,
  definition: CustomFieldDefinition | undefined,
): PatchError[] {
  if (!definition) {
    // Where the types of custom fields are not configured, every value is read as a text.
    return value.kind === 'text'
      ? []
      : [
          invalidInput(
            'No custom fields are configured for this directory, so their types are not known: give the value as text.',
            path,
          ),
        ];
  }
  const kind = kindOfType[definition.type];
  if (value.kind !== kind) {
    return [invalidInput(`The custom field is of type ${definition.type}: give its value as ${kind}.`, path)];
  }
  if (!definition.choices) return [];
  const offered = new Set(definition.choices.map((choice) => choice.value));
  const message = `Not one of the choices: ${[...offered].join(', ')}.`;
  if (value.kind === 'text' && !offered.has(value.value)) return [invalidInput(message, [...path, 'text'])];
  if (value.kind === 'texts') {
    return value.value.flatMap((text, index) =>
      offered.has(text) ? [] : [invalidInput(message, [...path, 'texts', String(index)])],
    );
  }
  return [];
}

/** Why members cannot be added or removed: the value is no list, or has no such member to remove. */
function memberErrors(
  { operation, path, changesMembers }: PlannedOperation,
  { definitions }: PlanLimits,
  current?: UserWithCustomFields,
): readonly PatchError[] {
  if (!changesMembers) return [];
  const value = heldValue(operation, current);
  if (value !== undefined && value.kind !== 'texts') {
    const message = 'The user’s value of this field is not a list of texts: replace or remove it.';
    return [invalidInput(message, path)];
  }
  const choices = definitions?.find(({ field }) => field === operation.field)?.choices;
  if (operation.operation !== 'REMOVE' || !choices) return [];
  // What is no longer offered can still be removed.
  const known = new Set([...choices.map((choice) => choice.value), ...(value?.value ?? [])]);
  const message = 'Neither one of the choices nor a value of the user.';
  return (operation.values ?? []).flatMap((text, index) =>
    known.has(text) ? [] : [invalidInput(message, [...path, 'values', String(index)])],
  );
}

function heldValue({ field: name }: CustomFieldOperation, user?: UserWithCustomFields) {
  return user?.customFields.find(({ field }) => field === name)?.value;
}

/** The custom fields that the patch does not name, as changes: for a provider whose write replaces all of them. */
function keptFields(
  named: readonly CustomFieldChange[],
  current?: UserWithCustomFields,
): readonly CustomFieldChange[] {
  const left = current?.customFields.filter(({ field }) => !named.some(({ name }) => name === field)) ?? [];
  const path = ['patch', 'customFields'];
  return left.map(({ field, value }) => ({
    field: 'customFields',
    name: field,
    operation: 'REPLACE',
    value,
    path,
  }));
}

/**
 * The change that an operation makes to the user as it is now: adding and removing members become the resulting list.
 */
function customFieldChange(
  { operation, path, changesMembers }: PlannedOperation,
  current?: UserWithCustomFields,
): CustomFieldChange {
  const change = { field: 'customFields', name: operation.field, path } as const;
  if (changesMembers) {
    const value = heldValue(operation, current);
    const now = value?.kind === 'texts' ? value.value : [];
    if (operation.operation === 'REMOVE') {
      const left = now.filter((text) => !operation.values?.includes(text));
      return { ...change, operation: 'REPLACE', value: { kind: 'texts', value: left } };
    }
    const added = operation.value.kind === 'texts' ? operation.value.value : [];
    return {
      ...change,
      operation: 'REPLACE',
      value: { kind: 'texts', value: [...now, ...added.filter((text) => !now.includes(text))] },
    };
  }
  return operation.operation === 'REMOVE'
    ? { ...change, operation: 'REMOVE' }
    : { ...change, operation: operation.operation, value: operation.value };
}
