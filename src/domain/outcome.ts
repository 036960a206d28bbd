/** The outcome of a patch. PARTIAL: some changes were written. UNKNOWN: it was sent and could not be confirmed. */
export type PatchOutcome = (typeof patchOutcomes)[number];
export const patchOutcomes = ['APPLIED', 'NOT_APPLIED', 'PARTIAL', 'UNKNOWN'] as const;

/** How APPLIED was confirmed: by the user in the provider's answer to the write, or by reading the user again. */
export type PatchConfirmation = 'RESPONSE' | 'READ_BACK';
