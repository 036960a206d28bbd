import type { Capabilities, CustomFieldDefinition } from '../providers/provider.ts';

/** What a patch is checked against. `definitions` null: nothing is known of the directory's custom fields. */
export interface PlanInput {
  readonly directory: string;
  readonly capabilities: Capabilities;
  readonly definitions: readonly CustomFieldDefinition[] | null;
  /** Custom-field operations in one patch, at most. */
  readonly operationsPerPatch: number;
}
