import { describe } from 'vitest';
import type { PatchField } from '../../src/domain/user.ts';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { describeAnswers } from './contract-answers.ts';
import type { CapturedRequest, Json, WireFormat } from './contract-door.ts';
import { describeFields } from './contract-fields.ts';
import { describeMany } from './contract-many.ts';
import { describeTruth } from './contract-truth.ts';
import { describeUsers } from './contract-users.ts';

/** A patch that is applied, with everything that can be seen of it. */
export interface Case {
  readonly does: string;
  readonly patch: Json;
  /** The requests that write, whole. */
  readonly sends: readonly CapturedRequest[];
  /** The changes that the provider logs, whole. */
  readonly stores: readonly Json[];
  /** What the user shows otherwise than before. */
  readonly shows: Json;
  readonly changes?: SandboxChanges;
  /** True where the user shows all of it before, so that a write which is lost cannot be noticed. */
  readonly already?: true;
}

/** One answer that says no, and what is made of it. */
export interface Refusal {
  readonly answer: EmulatorResponse;
  /** Default: a patch of displayName. */
  readonly patch?: Json;
  readonly error: Json;
  /** How often the write is sent in the time that the call has. Default: once. */
  readonly sent?: number;
}

/** What is known of one provider, for the suite that every provider passes. */
export interface ProviderFixture extends WireFormat {
  /** The user that the suite changes, as GraphQL gives it before. */
  readonly user: Json & { readonly id: string; readonly userId: string };
  readonly confirmedBy: 'RESPONSE' | 'READ_BACK';
  /** The calls of an applied patch, in order, around those that write. */
  readonly calls: (writes: readonly string[], patch: Json) => readonly string[];
  /** Every field alone, in every way that it can be asked for. */
  readonly cases: readonly Case[];
  /** Every field that can be set, in one patch, each to another value than before. */
  readonly everything: Case;
  /** Members of what `everything` stores, as `customFields.age`, with the place in the input that asks for each. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  readonly unsupported: readonly PatchField[];
  /** Fields that can be set and not cleared. */
  readonly notClearable: readonly PatchField[];
  readonly refusals: Readonly<Record<string, Refusal>>;
  /** Patches of which the last change is stored otherwise than asked for: what is stored in place of it, and
   * whether it is equal in another form. */
  readonly storedDifferently: Readonly<Record<string, readonly [patch: Json, stores: Json, isEqual?: true]>>;
  /** Answers to a write that do not say what became of it, and those that are a yes, though nothing is written. */
  readonly noAnswers: Readonly<Record<string, EmulatorResponse>>;
  readonly yesAnswers: Readonly<Record<string, EmulatorResponse>>;
  /** Ways of login that find a user, with the calls that look for it. */
  readonly logins: readonly {
    readonly login: string;
    readonly userId: string;
    readonly asks: readonly string[];
  }[];
  /** Logins by which no user signs in, whatever the provider answers. */
  readonly unknownLogins: readonly string[];
  /** An id that no user has. */
  readonly unknownUserId: string;
  /** The request for many users, made of those that each would be alone; left out where there is none. */
  readonly sendsMany?: (alone: readonly CapturedRequest[]) => CapturedRequest;
}

/** The one suite that every provider passes, through GraphQL against its emulator. */
export function describeProvider(name: string, fixture: ProviderFixture): void {
  describe.concurrent(name, () => {
    describe('fields', () => describeFields(fixture));
    describe('users', () => describeUsers(fixture));
    describe('answers', () => describeAnswers(fixture));
    describe('truth', () => describeTruth(fixture));
    describe('many', () => describeMany(fixture));
  });
}
