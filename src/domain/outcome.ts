/** The outcome of a patch. PARTIAL: some changes were written. UNKNOWN: it was sent and could not be confirmed. */
export type PatchOutcome = 'APPLIED' | 'NOT_APPLIED' | 'PARTIAL' | 'UNKNOWN';

/** How APPLIED was confirmed: by the user in the provider's answer to the write, or by reading the user again. */
export type PatchConfirmation = 'RESPONSE' | 'READ_BACK';
