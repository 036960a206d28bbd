import { type Draft, type Field, isContact, shownBy, tidy, type Value } from './draft.ts';
import type {
  CustomFieldOperationInput,
  CustomFieldType,
  CustomFieldValueInput,
  UserPatchInput,
} from './generated/graphql.ts';
import type { CustomFieldDefinition, User } from './idpatch.ts';

/** The patch of a draft: only what was changed, null for what was emptied; or why there is none, by field. */
export function toPatch(
  draft: Draft,
  fields: readonly Field[],
  user: User,
): { readonly patch: UserPatchInput; readonly wrong: Readonly<Record<string, string>> } {
  const patch: Record<string, unknown> = {};
  const customFields: CustomFieldOperationInput[] = [];
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const value = draft[field.key];
    if (value === undefined) continue;
    if (!field.custom) {
      patch[field.key] = inputOf(field, value);
      continue;
    }
    const operation = operationOf(field.custom, value, shownBy(user, field));
    if (typeof operation === 'string') wrong[field.key] = operation;
    else customFields.push(operation);
  }
  if (customFields.length > 0) patch.customFields = customFields;
  return { patch, wrong };
}

function inputOf({ key }: Field, value: Value): unknown {
  if (typeof value === 'string') return value === '' ? null : value;
  if (isContact(value)) {
    const { text, verified } = value;
    if (text === '') return null;
    return key === 'email' ? { address: text, verified } : { number: text, verified };
  }
  return value.every((entry) => typeof entry === 'string')
    ? tidy(value)
    : value.map(({ tenantId, roleNames }) => ({ tenantId, roleNames: tidy(roleNames) }));
}

/** The operation that turns one value into another; a text where there is none, to say why. */
function operationOf(
  definition: CustomFieldDefinition,
  value: Value,
  before: Value,
): CustomFieldOperationInput | string {
  const { field, type, operations } = definition;
  if (type === 'TEXTS')
    return listOperation(definition, tidy(value as readonly string[]), before as readonly string[]);
  if (value === '') return { remove: { field } };
  const input = valueInput(type, value as string);
  if (typeof input === 'string') return input;
  const adds = before === '' ? operations.includes('ADD') : !operations.includes('REPLACE');
  return adds ? { add: { field, value: input } } : { replace: { field, value: input } };
}

/** Names the members that come or go where it can, so that what others do to the list meanwhile stays. */
function listOperation(
  { field, operations }: CustomFieldDefinition,
  texts: readonly string[],
  before: readonly string[],
): CustomFieldOperationInput {
  if (texts.length === 0) return { remove: { field } };
  const come = texts.filter((text) => !before.includes(text));
  const go = before.filter((text) => !texts.includes(text));
  if (come.length > 0 && go.length === 0 && operations.includes('ADD'))
    return { add: { field, value: { texts: come } } };
  if (go.length > 0 && come.length === 0 && operations.includes('REMOVE'))
    return { remove: { field, values: go } };
  return { replace: { field, value: { texts } } };
}

function valueInput(type: CustomFieldType, text: string): CustomFieldValueInput | string {
  if (type === 'BOOLEAN') return { boolean: text === 'true' };
  if (type === 'DATE') {
    const date = new Date(`${text}Z`);
    return Number.isNaN(date.getTime()) ? 'Not a date and time.' : { date: date.toISOString() };
  }
  if (type !== 'NUMBER') return { text };
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) return 'Not a number. Use digits, with a point for decimals.';
  // Read here it would already be another number: the server cannot see what was typed.
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return 'At most ±9007199254740991.';
  return { number };
}

/** The field that a path of the input lies in; undefined where it is about the call as a whole. */
export function keyOfPath(
  [top, field = '', index = '']: readonly string[],
  patch: UserPatchInput,
): string | undefined {
  if (top !== 'patch' || field === '') return undefined;
  if (field !== 'customFields') return field;
  const operation = patch.customFields?.[Number(index)];
  const [named] = Object.values(operation ?? {}) as { field: string }[];
  return named && `customFields.${named.field}`;
}
