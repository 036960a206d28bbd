import { ReadFailure } from '../../domain/errors.ts';
import type { CallOptions } from '../../upstream/client.ts';
import { createDeadline, withDeadline } from '../../upstream/deadline.ts';
import type { CustomFieldDefinition } from '../provider.ts';
import { unreachable } from '../response.ts';

export type Definitions = readonly CustomFieldDefinition[];

/** Milliseconds for reading the definitions: not a caller's deadline, because every waiting caller shares the request. */
const deadlineMs = 5_000;

/**
 * Keeps the definitions of a project's custom attributes. The function that it makes returns them, no older than
 * `maxAgeMs`; at once where they are known. Callers share one request.
 */
export function createDefinitionsCache(load: (call: CallOptions) => Promise<Definitions>) {
  let cached:
    | {
        readonly loading: Promise<Definitions>;
        /** By performance.now(), which is never set back. */
        readonly startedAt: number;
        loaded?: Definitions;
      }
    | undefined;

  function startLoading(): NonNullable<typeof cached> {
    // Patches wait for it, and it is seldom sent.
    const call = { deadline: createDeadline(deadlineMs), priority: 'urgent' as const };
    const entry: NonNullable<typeof cached> = { loading: load(call), startedAt: performance.now() };
    entry.loading.then(
      (definitions) => {
        entry.loaded = definitions;
      },
      () => {
        // A failure is not kept: the next call asks again.
        if (cached === entry) cached = undefined;
      },
    );
    return entry;
  }

  return (call: CallOptions, maxAgeMs: number): Definitions | Promise<Definitions> => {
    if (!cached || performance.now() - cached.startedAt >= maxAgeMs) cached = startLoading();
    return cached.loaded ?? awaitDefinitions(cached.loading, call);
  };
}

async function awaitDefinitions(loading: Promise<Definitions>, call: CallOptions): Promise<Definitions> {
  const definitions = await withDeadline(loading, call.deadline);
  if (definitions === 'deadline')
    throw new ReadFailure(unreachable({ kind: 'not-sent', reason: 'deadline' }, []));
  return definitions;
}
