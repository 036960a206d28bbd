import { type InputPath, invalidInput, type PatchError } from '../domain/errors.ts';
import type { Capabilities, CustomFieldDefinition } from '../providers/provider.ts';

/** What a patch is checked against. `definitions`: null where the types of custom fields are not known. */
export interface PlanLimits {
  readonly directory: string;
  readonly capabilities: Capabilities;
  readonly definitions: readonly CustomFieldDefinition[] | null;
  /** Maximum number of operations on custom fields in one patch. */
  readonly operationsPerPatch: number;
  /** Maximum number of members of one list. */
  readonly membersPerList: number;
}

/** The error for a list with too many members; none for any other. */
export function listErrors(
  list: readonly unknown[] | null | undefined,
  path: InputPath,
  { membersPerList }: PlanLimits,
): readonly PatchError[] {
  return list && list.length > membersPerList
    ? [invalidInput(`At most ${membersPerList} members in one list.`, path)]
    : [];
}
