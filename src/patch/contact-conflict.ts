import { AmbiguousLogin, type PatchError } from '../domain/errors.ts';
import type { Change, Provider, Step } from '../providers/provider.ts';
import type { CallOptions } from '../upstream/client.ts';

/**
 * A CONFLICT for each address of the steps by which another user signs in, where the provider may answer such a write by
 * merging both users into one. Reads only.
 * @throws ReadFailure
 */
export function contactConflicts(
  { capabilities, findUser }: Provider,
  userId: string,
  steps: readonly Step[],
  call: CallOptions,
): readonly PatchError[] | Promise<readonly PatchError[]> {
  if (!capabilities.mergesContacts) return [];
  const changes = steps.flatMap((step) => step.changes);
  return Promise.all(changes.map(conflict)).then((conflicts) => conflicts.flat());

  async function conflict(change: Change): Promise<readonly PatchError[]> {
    const login = contact(change);
    if (login === undefined) return [];
    // A login in lower case may be found by no other spelling, and yet be the same address.
    const spellings = new Set([login, login.toLowerCase()]);
    if (!(await Promise.all([...spellings].map(isSomebodyElses))).includes(true)) return [];
    return [{ code: 'CONFLICT', message: 'Another user has this value already.', path: change.path }];
  }

  async function isSomebodyElses(login: string): Promise<boolean> {
    try {
      const found = await findUser(login, call);
      return found !== undefined && found.userId !== userId;
    } catch (failure) {
      if (failure instanceof AmbiguousLogin) return true;
      throw failure;
    }
  }
}

function contact(change: Change): string | undefined {
  if (change.field === 'email') return change.value?.address;
  return change.field === 'phone' ? change.value?.number : undefined;
}
