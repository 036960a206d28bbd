import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { type InputPath, invalidInput, type PatchError } from '../domain/errors.ts';
import {
  type Email,
  type PatchField,
  type Phone,
  patchFields,
  type UserPatch,
  type UserWithCustomFields,
} from '../domain/user.ts';
import type { Capabilities, Change, Step } from '../providers/provider.ts';
import { planCustomFields } from './plan-custom-fields.ts';
import type { PlanInput } from './plan-input.ts';

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
  steps(current?: UserWithCustomFields): readonly Step[] | { readonly errors: readonly PatchError[] };
}

/**
 * Checks a patch against what a directory can do and turns it into steps. Pure: it sends nothing and reads
 * nothing. Every rule of absent, null and empty is here, custom fields' in plan-custom-fields.ts:
 * a field left out stays; `null` clears it where the directory can clear it; `""` is refused; `[]` and `null`
 * are both "no members" for roles, tenants and apps; a patch that asks for nothing is refused.
 * All errors are found, not the first one only.
 */
export function plan(patch: UserPatch, rules: PlanInput): Plan {
  const errors: PatchError[] = [];
  const changes: Change[] = [];
  for (const field of patchFields) {
    if (patch[field] !== undefined && field !== 'customFields')
      planField(field, patch, rules, errors, changes);
  }
  const customFields = planCustomFields(patch.customFields, rules);
  errors.push(...customFields.errors);
  const paths = [...changes.map(({ path }) => path), ...customFields.paths];
  if (paths.length === 0 && errors.length === 0) {
    errors.push(invalidInput('The patch names no field: name at least one to change.', ['patch']));
  }
  return {
    errors,
    paths,
    readsFirst: customFields.readsFirst,
    steps(current) {
      const changed = customFields.changes(current);
      return 'errors' in changed ? changed : inOrder([...changes, ...changed], rules.capabilities);
    },
  };
}

function planField(
  field: Exclude<PatchField, 'customFields'>,
  patch: UserPatch,
  rules: PlanInput,
  errors: PatchError[],
  changes: Change[],
): void {
  const path = ['patch', field];
  const capability = rules.capabilities.fields[field];
  if (!capability.settable && !capability.clearable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${rules.directory}" has no ${field} to set.`,
      path,
    });
    return;
  }
  if (patch[field] === null && !capability.clearable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${rules.directory}" cannot clear ${field}; it can set it.`,
      path,
    });
    return;
  }
  switch (field) {
    case 'email': {
      const value = patch.email ?? null;
      if (value) {
        errors.push(...formErrors(value.address, [...path, 'address'], rules, field));
        errors.push(...verifiedErrors(value, path, rules, field));
      }
      changes.push({ field, value, path });
      return;
    }
    case 'phone': {
      const value = patch.phone ?? null;
      if (value) {
        errors.push(...phoneErrors(value.number, [...path, 'number'], rules));
        errors.push(...verifiedErrors(value, path, rules, field));
      }
      changes.push({ field, value, path });
      return;
    }
    case 'status': {
      const value = patch.status;
      if (value === 'ENABLED' || value === 'DISABLED') changes.push({ field, value, path });
      else errors.push(invalidInput('A status to set is ENABLED or DISABLED.', path));
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
  { capabilities, directory }: PlanInput,
  field: PatchField,
): PatchError[] {
  const { maxLength, form } = capabilities.fields[field];
  if (value === '')
    return [
      invalidInput(
        'An empty text is no value: null clears the field, where the directory can clear it.',
        path,
      ),
    ];
  const errors: PatchError[] = [];
  if (maxLength !== null && [...value].length > maxLength) {
    errors.push(invalidInput(`At most ${maxLength} characters in the directory "${directory}".`, path));
  }
  if (form && !form.pattern.test(value)) {
    errors.push(
      invalidInput(`In the directory "${directory}" it must contain only ${form.description}.`, path),
    );
  }
  return errors;
}

function verifiedErrors(
  { verified }: Email | Phone,
  path: InputPath,
  { capabilities, directory }: PlanInput,
  field: PatchField,
): PatchError[] {
  if (!verified || capabilities.hasVerifiedFlags) return [];
  const message = `The directory "${directory}" does not keep whether ${field} is verified: say false.`;
  return [{ code: 'UNSUPPORTED_FIELD', message, path: [...path, 'verified'] }];
}

function phoneErrors(number: string, path: InputPath, { capabilities, directory }: PlanInput): PatchError[] {
  const bounds = capabilities.phoneDigits;
  const digits = parsePhoneNumberFromString(number)?.nationalNumber.length;
  if (!bounds || digits === undefined || (digits >= bounds.min && digits <= bounds.max)) return [];
  return [
    invalidInput(
      `${bounds.min} to ${bounds.max} digits after the country code in the directory "${directory}".`,
      path,
    ),
  ];
}

/**
 * One step, or two where status is a request of its own. Disabling goes first and enabling last: should the
 * other step fail, what is left is a disabled account with the old data, never an enabled one that should not
 * be, or that is enabled without the data it was to be enabled with.
 */
function inOrder(changes: readonly Change[], { statusIsSeparateCall }: Capabilities): readonly Step[] {
  const status = changes.find((change) => change.field === 'status');
  const rest = changes.filter((change) => change.field !== 'status');
  if (!statusIsSeparateCall || !status || rest.length === 0) return changes.length === 0 ? [] : [{ changes }];
  const steps: readonly Step[] = [{ changes: [status] }, { changes: rest }];
  return status.field === 'status' && status.value === 'DISABLED' ? steps : steps.toReversed();
}
