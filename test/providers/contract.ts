import { describe } from 'vitest';
import type { PatchErrorCode } from '../../src/domain/errors.ts';
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

/** How a provider that has a request for many users is asked by it, and answers. */
export interface BatchWireFormat {
  /** The request for these, made of those that each would be alone. */
  readonly sends: (alone: readonly CapturedRequest[]) => CapturedRequest;
  /** Users that it names at most. */
  readonly max: number;
  /** The answer that says of these users, as the emulator has them, that they were written, and of those that not. */
  readonly answer: (written: readonly Json[], failed: readonly string[]) => EmulatorResponse;
  /** Refusals that are of all users, with our code for each. */
  readonly refusesAll: Readonly<Record<string, readonly [EmulatorResponse, PatchErrorCode]>>;
  /** Refusals of the whole for what need not be about each. */
  readonly refusesTogether: Readonly<Record<string, EmulatorResponse>>;
  /** Answers that do not say what became of anybody. */
  readonly noAnswers: Readonly<Record<string, EmulatorResponse>>;
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
  /** Left out where every write is a request of its own. */
  readonly many?: BatchWireFormat;
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
