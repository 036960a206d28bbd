import type { Capabilities, CustomFieldDefinition } from '../providers/provider.ts';

/** What a patch is checked against. `definitions`: null where the types of custom fields are not known. */
export interface PlanInput {
  readonly directory: string;
  readonly capabilities: Capabilities;
  readonly definitions: readonly CustomFieldDefinition[] | null;
  /** Maximum number of operations on custom fields in one patch. */
  readonly operationsPerPatch: number;
}
