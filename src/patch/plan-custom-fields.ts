import { type InputPath, invalidInput, type PatchError } from '../domain/errors.ts';
import type {
  CustomFieldOperation,
  CustomFieldValue,
  UserPatch,
  UserWithCustomFields,
} from '../domain/user.ts';
import type { CustomFieldChange, CustomFieldDefinition } from '../providers/provider.ts';
import type { PlanInput } from './plan-input.ts';

/** A patch's operations on custom fields, checked. */
export interface CustomFieldsPlan {
  readonly errors: readonly PatchError[];
  readonly paths: readonly InputPath[];
  /** True where the changes depend on the user as it is now. */
  readonly readsFirst: boolean;
  /** What the operations come to for the user as it is now, or why they cannot be done to it. */
  changes(
    current?: UserWithCustomFields,
  ): readonly CustomFieldChange[] | { readonly errors: readonly PatchError[] };
}

/** Checks the operations against the fields that the directory has, and turns them into changes. Pure. */
export function planCustomFields(operations: UserPatch['customFields'], rules: PlanInput): CustomFieldsPlan {
  const errors: PatchError[] = [];
  const planned = planOperations(operations, rules, errors);
  const whole = rules.capabilities.replacesAllCustomFields === true && planned.length > 0;
  return {
    errors,
    paths: planned.map(({ path }) => path),
    readsFirst: whole || planned.some((one) => one.list),
    changes(current) {
      const unreadable = planned.filter((one) => one.list && isNoList(one, current)).map(notAList);
      if (unreadable.length > 0) return { errors: unreadable };
      const named = planned.map((one) => customFieldChange(one, current));
      return whole ? [...named, ...keptFields(named, current)] : named;
    },
  };
}

interface PlannedOperation {
  readonly path: InputPath;
  readonly operation: CustomFieldOperation;
  /** True where the operation changes some members of a list and keeps the others. */
  readonly list: boolean;
}

function planOperations(
  operations: UserPatch['customFields'],
  rules: PlanInput,
  errors: PatchError[],
): PlannedOperation[] {
  if (operations === undefined) return [];
  const path = ['patch', 'customFields'];
  const { settable } = rules.capabilities.fields.customFields;
  if (!settable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${rules.directory}" has no custom fields to set.`,
      path,
    });
    return [];
  }
  if (operations === null || operations.length === 0) {
    errors.push(
      invalidInput('Name at least one operation: custom fields are cleared one by one, with remove.', path),
    );
    return [];
  }
  if (operations.length > rules.operationsPerPatch) {
    errors.push(invalidInput(`At most ${rules.operationsPerPatch} operations in one patch.`, path));
    return [];
  }
  const seen = new Set<string>();
  return operations.flatMap((operation, index) => {
    const at = [...path, String(index), operation.operation.toLowerCase()];
    if (seen.has(operation.field)) {
      errors.push(
        invalidInput('Another operation of this patch names the same custom field: one is enough.', [
          ...at,
          'field',
        ]),
      );
      return [];
    }
    seen.add(operation.field);
    const list = checkOperation(operation, at, rules, errors);
    return [{ operation, list, path: at }];
  });
}

/** Reports what is wrong with one operation; true where it changes some members of a list. */
function checkOperation(
  operation: CustomFieldOperation,
  path: InputPath,
  { directory, definitions }: PlanInput,
  errors: PatchError[],
): boolean {
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
    if (definition?.type !== 'TEXTS') {
      errors.push({
        code: 'UNSUPPORTED_FIELD',
        message:
          'Values to remove can be named for a list only: leave them out to take the whole value away.',
        path: [...path, 'values'],
      });
      return false;
    }
    return true;
  }
  errors.push(...valueErrors(operation.value, [...path, 'value'], definition));
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
    // A directory that knows nothing of its fields' types gives every value back as a text.
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
  const message = `Not one of the choices, which are: ${[...offered].join(', ')}.`;
  if (value.kind === 'text' && !offered.has(value.value)) return [invalidInput(message, [...path, 'text'])];
  if (value.kind === 'texts') {
    return value.value.flatMap((text, index) =>
      offered.has(text) ? [] : [invalidInput(message, [...path, 'texts', String(index)])],
    );
  }
  return [];
}

/** True where the user has a value that is no list of texts, so that nothing can be added to it or taken from it. */
function isNoList({ operation }: PlannedOperation, current?: UserWithCustomFields): boolean {
  const value = current?.customFields.find(({ field }) => field === operation.field)?.value;
  return value !== undefined && value.kind !== 'texts';
}

function notAList({ path }: PlannedOperation): PatchError {
  const message = 'The user’s value of this field is not a list of texts: replace or remove it.';
  return invalidInput(message, path);
}

/** The custom fields that a patch leaves alone, as changes, for a provider that takes only all of them together. */
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

/** What an operation comes to for the user as it is now: a list's add and remove become the list that results. */
function customFieldChange(
  { operation, path, list }: PlannedOperation,
  current?: UserWithCustomFields,
): CustomFieldChange {
  const change = { field: 'customFields', name: operation.field, path } as const;
  if (list) {
    const value = current?.customFields.find(({ field }) => field === operation.field)?.value;
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
