import type { Journal } from './journal.ts';

/** Stands in where no journal is configured: it remembers nothing, so nothing is ever in the way. */
export const noJournal: Journal = {
  remembers: false,
  digestKey: () => undefined,
  begin: async () => ({ kind: 'begun' }),
  findByKey: async () => undefined,
  finish: async () => {},
  find: async () => undefined,
  lease: async () => true,
  release: async () => {},
  prune: async () => 0,
  check: async () => {},
  close: async () => {},
};
