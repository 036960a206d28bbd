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
import { listErrors, type PlanLimits } from './plan-limits.ts';

/** A checked patch. With errors it must not be sent, and has no steps. */
export interface Plan {
  readonly errors: readonly PatchError[];
  /** The input path of every change. */
  readonly paths: readonly InputPath[];
  /** True where the steps depend on the user as it is now, such as members added to a list. */
  readonly readsFirst: boolean;
  /**
   * The changes of each request, in order, or why they cannot be made. `current`: the user as it is now, needed where
   * `readsFirst`.
   */
  steps(current?: UserWithCustomFields): readonly Step[] | { readonly errors: readonly PatchError[] };
}

/**
 * Checks a patch against the directory's capabilities and turns it into steps. Pure: it sends and reads nothing.
 * The rules of absent, null and empty are here, those of custom fields in plan-custom-fields.ts: a field left out is
 * unchanged; `null` clears it where the directory can clear it; `""` is refused; `[]` and `null` both mean "no members"
 * for roles, tenants and apps; a patch without any change is refused. All errors are found, not only the first.
 */
export function plan(patch: UserPatch, input: PlanLimits): Plan {
  const errors: PatchError[] = [];
  const changes: Change[] = [];
  for (const field of patchFields) {
    if (patch[field] !== undefined && field !== 'customFields')
      planField(field, patch, input, errors, changes);
  }
  const customFields = planCustomFields(patch.customFields, input);
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
      return 'errors' in changed ? changed : inOrder([...changes, ...changed], input.capabilities);
    },
  };
}

function planField(
  field: Exclude<PatchField, 'customFields'>,
  patch: UserPatch,
  input: PlanLimits,
  errors: PatchError[],
  changes: Change[],
): void {
  const path = ['patch', field];
  const capability = input.capabilities.fields[field];
  if (!capability.settable && !capability.clearable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${input.directory}" has no ${field} to set.`,
      path,
    });
    return;
  }
  if (patch[field] === null && !capability.clearable) {
    errors.push({
      code: 'UNSUPPORTED_FIELD',
      message: `The directory "${input.directory}" cannot clear ${field}; it can set it.`,
      path,
    });
    return;
  }
  switch (field) {
    case 'email': {
      const value = patch.email ?? null;
      if (value) {
        errors.push(...formErrors(value.address, [...path, 'address'], input, field));
        errors.push(...verifiedErrors(value, path, input, field));
      }
      changes.push({ field, value, path });
      return;
    }
    case 'phone': {
      const value = patch.phone ?? null;
      if (value) {
        errors.push(...phoneErrors(value.number, [...path, 'number'], input));
        errors.push(...verifiedErrors(value, path, input, field));
      }
      changes.push({ field, value, path });
      return;
    }
    case 'status': {
      const value = patch.status;
      if (value === 'ENABLED' || value === 'DISABLED') changes.push({ field, value, path });
      else errors.push(invalidInput('Expected ENABLED or DISABLED: no other status can be set.', path));
      return;
    }
    case 'roleNames':
    case 'ssoAppIds':
      errors.push(...listErrors(patch[field], path, input));
      changes.push({ field, value: patch[field] ?? [], path });
      return;
    case 'tenants':
      errors.push(...listErrors(patch.tenants, path, input));
      for (const [index, { roleNames }] of (patch.tenants ?? []).entries())
        errors.push(...listErrors(roleNames, [...path, String(index), 'roleNames'], input));
      changes.push({ field, value: patch.tenants ?? [], path });
      return;
    default: {
      const value = patch[field] ?? null;
      if (value !== null) errors.push(...formErrors(value, path, input, field));
      changes.push({ field, value, path });
    }
  }
}

/** The directory's own rules for a text: not empty, not too long, of the right form. */
function formErrors(
  value: string,
  path: InputPath,
  { capabilities, directory }: PlanLimits,
  field: PatchField,
): PatchError[] {
  const { maxLength, form } = capabilities.fields[field];
  if (value === '')
    return [
      invalidInput('Must not be empty. To clear the field, use null, if the directory supports it.', path),
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
  { capabilities, directory }: PlanLimits,
  field: PatchField,
): PatchError[] {
  if (!verified || capabilities.hasVerifiedFlags) return [];
  const message = `The directory "${directory}" does not keep whether ${field} is verified: say false.`;
  return [{ code: 'UNSUPPORTED_FIELD', message, path: [...path, 'verified'] }];
}

function phoneErrors(number: string, path: InputPath, { capabilities, directory }: PlanLimits): PatchError[] {
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
 * One step, or two where the provider changes the status by a separate call. Disabling goes first and enabling last:
 * if the other step fails, the account is disabled with the old data, and never enabled without the new.
 */
function inOrder(changes: readonly Change[], { statusIsSeparateCall }: Capabilities): readonly Step[] {
  const status = changes.find((change) => change.field === 'status');
  const rest = changes.filter((change) => change.field !== 'status');
  if (!statusIsSeparateCall || !status || rest.length === 0) return changes.length === 0 ? [] : [{ changes }];
  const steps: readonly Step[] = [{ changes: [status] }, { changes: rest }];
  return status.field === 'status' && status.value === 'DISABLED' ? steps : steps.toReversed();
}
