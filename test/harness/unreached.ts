/** What is said of a provider that was not reached, or gave no answer. */
export const unreached = {
  refused: 'The provider could not be reached: nothing was sent.',
  silent: 'The provider did not answer.',
  broken: 'The provider failed too often just now: nothing is sent until it answers again.',
  late: 'The time for this call was over before anything was sent.',
} as const;
