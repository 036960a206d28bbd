/** What became of a patch. PARTIAL: some steps were written. UNKNOWN: it was sent and could not be confirmed. */
export type PatchOutcome = 'APPLIED' | 'NOT_APPLIED' | 'PARTIAL' | 'UNKNOWN';

/** How APPLIED was established: the provider's answer to the write carried the user, or the user was read again. */
export type PatchConfirmation = 'RESPONSE' | 'READ_BACK';
