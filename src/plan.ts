import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { type InputPath, InvalidInputError, type PatchError, UnsupportedFieldError } from './outcome.ts';
import type {
  Capabilities,
  Change,
  CustomFieldChange,
  CustomFieldDefinition,
  Step,
} from './providers/provider.ts';
import {
  type CustomFieldOperation,
  type CustomFieldValue,
  type PatchField,
  patchFields,
  type UserPatch,
  type WholeUser,
} from './user.ts';

/** What a patch is checked against. `definitions` null: nothing is known of the directory's custom fields. */
export interface DirectoryRules {
  readonly directory: string;
  readonly capabilities: Capabilities;
  readonly definitions: readonly CustomFieldDefinition[] | null;
  /** Custom-field operations in one patch, at most. */
  readonly operationsPerPatch: number;
}

/** A patch that was checked. With errors it must not be sent, and has no steps. */
export interface Plan {
  readonly errors: readonly PatchError[];
  /** Every place in the input that asks for a change. */
  readonly paths: readonly InputPath[];
  /** True where the steps depend on the user as it is now: values are added to a list or taken from one. */
  readonly readsFirst: boolean;
  /**
   * The requests' worth of changes, in order, or why they cannot be made from the user as it is. `current` is
   * the user as it is now; needed where `readsFirst`.
   */
  steps(current?: WholeUser): readonly Step[] | { readonly errors: readonly PatchError[] };
}

/**
 * Checks a patch against what a directory can do and turns it into steps. Pure: it sends nothing and reads
 * nothing. Every rule of absent, null and empty is here:
 * a field left out stays; `null` clears it where the directory can clear it; `""` is refused; `[]` and `null`
 * are both "no members" for roles, tenants and apps; a patch that asks for nothing is refused.
 * All errors are found, not the first one only.
 */
export function plan(patch: UserPatch, rules: DirectoryRules): Plan {
  const errors: PatchError[] = [];
  const changes: Change[] = [];
  for (const field of patchFields) {
    if (patch[field] !== undefined && field !== 'customFields')
      planField(field, patch, rules, errors, changes);
  }
  const operations = planOperations(patch.customFields, rules, errors);
  const paths = [...changes.map(({ path }) => path), ...operations.map(({ path }) => path)];
  if (paths.length === 0 && errors.length === 0) {
    errors.push(new InvalidInputError('The patch names no field: name at least one to change.', ['patch']));
  }
  return {
    errors,
    paths,
    readsFirst:
      operations.some((one) => one.list) ||
      (operations.length > 0 && rules.capabilities.customFieldsWhole === true),
    steps(current) {
      const unreadable = operations.filter((one) => one.list && isNoList(one, current)).map(notAList);
      if (unreadable.length > 0) return { errors: unreadable };
      const customFields = operations.map((one) => customFieldChange(one, current));
      const kept = rules.capabilities.customFieldsWhole ? keptFields(customFields, current) : [];
      return inOrder([...changes, ...customFields, ...kept], rules.capabilities);
    },
  };
}

function planField(
  field: Exclude<PatchField, 'customFields'>,
  patch: UserPatch,
  rules: DirectoryRules,
  errors: PatchError[],
  changes: Change[],
): void {
  const path = ['patch', field];
  const capability = rules.capabilities.fields[field];
  if (!capability.settable && !capability.clearable) {
    errors.push(
      new UnsupportedFieldError(`The directory "${rules.directory}" has no ${field} to set.`, path),
    );
    return;
  }
  if (patch[field] === null && !capability.clearable) {
    errors.push(
      new UnsupportedFieldError(
        `The directory "${rules.directory}" cannot clear ${field}; it can set it.`,
        path,
      ),
    );
    return;
  }
  switch (field) {
    case 'email': {
      const value = patch.email ?? null;
      if (value) errors.push(...formErrors(value.address, [...path, 'address'], rules, field));
      changes.push({ field, value, path });
      return;
    }
    case 'phone': {
      const value = patch.phone ?? null;
      if (value) errors.push(...phoneErrors(value.number, [...path, 'number'], rules));
      changes.push({ field, value, path });
      return;
    }
    case 'status': {
      const value = patch.status;
      if (value === 'ENABLED' || value === 'DISABLED') changes.push({ field, value, path });
      else errors.push(new InvalidInputError('A status to set is ENABLED or DISABLED.', path));
      return;
    }
    case 'roleNames':
    case 'ssoAppIds':
      changes.push({ field, value: patch[field] ?? [], path });
      return;
    case 'tenants':
      changes.push({ field, value: patch.tenants ?? [], path });
      return;
    default: {
      const value = patch[field] ?? null;
      if (value !== null) errors.push(...formErrors(value, path, rules, field));
      changes.push({ field, value, path });
    }
  }
}

/** What the directory itself asks of a text: not empty, not too long, of its form. */
function formErrors(
  value: string,
  path: InputPath,
  { capabilities, directory }: DirectoryRules,
  field: PatchField,
): PatchError[] {
  const { maxLength, form } = capabilities.fields[field];
  if (value === '')
    return [
      new InvalidInputError(
        'An empty text is no value: null clears the field, where the directory can clear it.',
        path,
      ),
    ];
  const errors: PatchError[] = [];
  if (maxLength !== null && [...value].length > maxLength) {
    errors.push(
      new InvalidInputError(`At most ${maxLength} characters in the directory "${directory}".`, path),
    );
  }
  if (form && !form.pattern.test(value)) {
    errors.push(
      new InvalidInputError(`In the directory "${directory}" it must contain only ${form.says}.`, path),
    );
  }
  return errors;
}

function phoneErrors(
  number: string,
  path: InputPath,
  { capabilities, directory }: DirectoryRules,
): PatchError[] {
  const bounds = capabilities.phoneDigits;
  const digits = parsePhoneNumberFromString(number)?.nationalNumber.length;
  if (!bounds || digits === undefined || (digits >= bounds.min && digits <= bounds.max)) return [];
  return [
    new InvalidInputError(
      `${bounds.min} to ${bounds.max} digits after the country code in the directory "${directory}".`,
      path,
    ),
  ];
}

interface PlannedOperation {
  readonly path: InputPath;
  readonly operation: CustomFieldOperation;
  /** True where the operation changes some members of a list and keeps the others. */
  readonly list: boolean;
}

function planOperations(
  operations: UserPatch['customFields'],
  rules: DirectoryRules,
  errors: PatchError[],
): PlannedOperation[] {
  if (operations === undefined) return [];
  const path = ['patch', 'customFields'];
  const { settable } = rules.capabilities.fields.customFields;
  if (!settable) {
    errors.push(
      new UnsupportedFieldError(`The directory "${rules.directory}" has no custom fields to set.`, path),
    );
    return [];
  }
  if (operations === null || operations.length === 0) {
    errors.push(
      new InvalidInputError(
        'Name at least one operation: custom fields are cleared one by one, with remove.',
        path,
      ),
    );
    return [];
  }
  if (operations.length > rules.operationsPerPatch) {
    errors.push(new InvalidInputError(`At most ${rules.operationsPerPatch} operations in one patch.`, path));
    return [];
  }
  const seen = new Set<string>();
  return operations.flatMap((operation, index) => {
    const at = [...path, String(index), operation.operation.toLowerCase()];
    if (seen.has(operation.field)) {
      errors.push(
        new InvalidInputError('Another operation of this patch names the same custom field: one is enough.', [
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
  { directory, definitions }: DirectoryRules,
  errors: PatchError[],
): boolean {
  const definition = definitions?.find(({ field }) => field === operation.field);
  if (definitions && !definition) {
    const known = definitions.map(({ field }) => field).join(', ') || 'none';
    errors.push(
      new InvalidInputError(`The directory "${directory}" has no such custom field. It has: ${known}.`, [
        ...path,
        'field',
      ]),
    );
    return false;
  }
  if (definition && !definition.operations.includes(operation.operation)) {
    errors.push(
      new UnsupportedFieldError(
        `The directory "${directory}" cannot ${operation.operation.toLowerCase()} this custom field.`,
        path,
      ),
    );
    return false;
  }
  if (operation.operation === 'REMOVE') {
    if (!operation.values) return false;
    if (definition?.type !== 'TEXTS') {
      errors.push(
        new UnsupportedFieldError(
          'Values to remove can be named for a list only: leave them out to take the whole value away.',
          [...path, 'values'],
        ),
      );
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
          new InvalidInputError(
            'No custom fields are configured for this directory, so their types are not known: give the value as text.',
            path,
          ),
        ];
  }
  const kind = kindOfType[definition.type];
  if (value.kind !== kind) {
    return [
      new InvalidInputError(
        `The custom field is of type ${definition.type}: give its value as ${kind}.`,
        path,
      ),
    ];
  }
  if (!definition.choices) return [];
  const offered = new Set(definition.choices.map((choice) => choice.value));
  const says = `Not one of the choices, which are: ${[...offered].join(', ')}.`;
  if (value.kind === 'text' && !offered.has(value.value))
    return [new InvalidInputError(says, [...path, 'text'])];
  if (value.kind === 'texts') {
    return value.value.flatMap((text, index) =>
      offered.has(text) ? [] : [new InvalidInputError(says, [...path, 'texts', String(index)])],
    );
  }
  return [];
}

/** True where the user has a value that is no list of texts, so that nothing can be added to it or taken from it. */
function isNoList({ operation }: PlannedOperation, current?: WholeUser): boolean {
  const value = current?.customFields.find(({ field }) => field === operation.field)?.value;
  return value !== undefined && value.kind !== 'texts';
}

function notAList({ path }: PlannedOperation): PatchError {
  const says = 'The user’s value of this field is not a list of texts: replace or remove it.';
  return new InvalidInputError(says, path);
}

/** The custom fields that a patch leaves alone, as changes, for a provider that takes only all of them together. */
function keptFields(named: readonly CustomFieldChange[], current?: WholeUser): readonly CustomFieldChange[] {
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
  current?: WholeUser,
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

/**
 * One step, or two where status is a request of its own. Disabling goes first and enabling last: should the
 * other step fail, what is left is a disabled account with the old data, never an enabled one that should not
 * be, or that is enabled without the data it was to be enabled with.
 */
function inOrder(changes: readonly Change[], { statusApart }: Capabilities): readonly Step[] {
  const status = changes.find((change) => change.field === 'status');
  const rest = changes.filter((change) => change.field !== 'status');
  if (!statusApart || !status || rest.length === 0) return changes.length === 0 ? [] : [{ changes }];
  const steps: readonly Step[] = [{ changes: [status] }, { changes: rest }];
  return status.field === 'status' && status.value === 'DISABLED' ? steps : steps.toReversed();
}
