import type { UserPatch } from '../domain/user.ts';
import type { UserBy } from './target.ts';

/** What a caller asks of patchUser. */
export interface PatchRequest {
  readonly user: UserBy;
  readonly patch: UserPatch;
  /** The version that the user must be at; absent: any. */
  readonly ifVersion?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}
