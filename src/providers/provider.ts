import type { z } from 'zod';
import type { InputPath, PatchError, ReadFailure } from '../domain/errors.ts';
import type {
  CustomFieldValue,
  Email,
  PatchField,
  Phone,
  User,
  UserTenant,
  UserWithCustomFields,
} from '../domain/user.ts';
import type { CallOptions, HttpClient } from '../upstream/client.ts';

/** The kinds of back end, named in configuration as here. */
export type ProviderKind = 'eiam-developer' | 'eiam-management' | 'descope';

/**
 * One provider's protocol, spoken for one directory.
 *
 * The contract that test/providers/contract.ts holds every provider to:
 * - **Reads throw, writes answer.** A read that cannot tell throws a ReadFailure (or gives one for that user);
 *   a write gives a WriteResult in every case and throws in none, because after a write "it failed" is never
 *   the whole truth.
 * - **A write is sent once.** It is sent a second time only after an answer that refuses the credentials
 *   themselves (an expired token), which proves that the first did nothing.
 * - **Nothing is decided here.** Whether a patch may be sent is settled before (plan.ts), what its outcome is
 *   after (patch-user.ts). A provider translates: Step to request, answer to WriteResult.
 * - **Strict out, lenient in.** Only what a Step names is sent, never a default. Of an answer only what is used
 *   is read; what cannot be understood is an explicit case (a null, an ambiguous result), never a guess.
 * - **No vendor text gets out.** Messages are ours; the vendor's code and request id travel as data.
 */
export interface Provider {
  readonly kind: ProviderKind;

  /** What this directory can do with each field: data, the same for every call. */
  readonly capabilities: Capabilities;

  /**
   * The custom fields that exist, or null where the provider cannot say and the configuration says nothing.
   * At once where they are known already. With `seek`, a field that is not known is looked for at the provider.
   * @throws ReadFailure
   */
  customFieldDefinitions(
    call: CallOptions,
    seek?: readonly string[],
  ): readonly CustomFieldDefinition[] | null | Promise<readonly CustomFieldDefinition[] | null>;

  /**
   * Users by the provider's ids, in the order of the ids, with as few requests as the provider allows:
   * undefined where there is no such user, a ReadFailure where that could not be told. With
   * `customFields: true` every user given is a WholeUser.
   */
  readUsers(
    userIds: readonly string[],
    want: { readonly customFields: boolean },
    call: CallOptions,
  ): Promise<readonly (User | undefined | ReadFailure)[]>;

  /**
   * The user who signs in by exactly this login; undefined where there is none. What the provider finds is
   * checked: a user whose login ids do not contain the login is not given.
   * @throws ReadFailure; an AmbiguousLogin where the login fits more than one
   */
  findUser(login: string, call: CallOptions): Promise<UserWithCustomFields | undefined>;

  /** The request that `write` would send for this step, without its credentials. Sends nothing. */
  describe(userId: string, step: Step): DescribedRequest;

  /** Sends one step for one user. See WriteResult for what may be answered when. */
  write(userId: string, step: Step, call: CallOptions): Promise<WriteResult>;

  /**
   * Sends one step for each of several users, each user once, with as few requests as the provider allows, and
   * gives a WriteResult for each, in the same order. What holds for `write` holds for each of them:
   * - nothing left at all, or the provider refused our credentials or asked for fewer requests: all are `refused`;
   * - the provider named the user among those it wrote, or among those it refused: `accepted`, or `refused`;
   * - it named the user in both, in neither or twice, or no answer came that can be understood: `ambiguous`;
   * - it refused the request as a whole for another reason: `ambiguous` with `refusedUnlessApplied`, because no provider
   *   says whether it had written some of them by then.
   * A provider without a request for many users leaves this out; then each is written by `write`.
   */
  writeMany?(writes: readonly UserWrite[], call: CallOptions): Promise<readonly WriteResult[]>;

  /** Closes the connections; calls under way end as they end when a connection breaks. */
  close(): Promise<void>;
}

/** One step for one of the users that are written together. */
export interface UserWrite {
  readonly userId: string;
  readonly step: Step;
}

/** A request as it would leave, secrets apart. `path` is the request target with its query. */
export interface DescribedRequest {
  readonly method: string;
  readonly path: string;
  /** What an RPC call does, where a header says it and not the path. */
  readonly action?: string;
  readonly body?: string;
}

/**
 * What became of one step.
 * - `accepted`: the provider said yes. `user` is there where its answer carries the user as it now is.
 *   Yes is not yet applied: what does not show in the user was not done.
 * - `refused`: the provider said no in its own words, by an answer that it documents, or nothing left at all:
 *   nothing was written and nothing will be.
 * - `ambiguous`: it left, and no answer came that says what became of it. It may be written, now or later.
 *   With `refusedUnlessApplied` the provider did answer, so that nothing is under way any more: where the user does not
 *   show the step it was not written, for these reasons.
 */
export type WriteResult =
  | { readonly kind: 'accepted'; readonly user?: UserWithCustomFields }
  | { readonly kind: 'refused'; readonly errors: readonly [PatchError, ...PatchError[]] }
  | { readonly kind: 'ambiguous'; readonly refusedUnlessApplied?: readonly [PatchError, ...PatchError[]] };

/** The changes of one request. Never empty; no field twice, custom fields by name. */
export interface Step {
  readonly changes: readonly Change[];
}

/** One field's change, with the place in the input that asked for it. `value: null` clears. */
export type Change = { readonly path: InputPath } & (
  | {
      readonly field: 'username' | 'displayName' | 'givenName' | 'middleName' | 'familyName' | 'picture';
      readonly value: string | null;
    }
  | { readonly field: 'email'; readonly value: Email | null }
  | { readonly field: 'phone'; readonly value: Phone | null }
  | { readonly field: 'status'; readonly value: 'ENABLED' | 'DISABLED' }
  | { readonly field: 'roleNames' | 'ssoAppIds'; readonly value: readonly string[] }
  | { readonly field: 'tenants'; readonly value: readonly Omit<UserTenant, 'name'>[] }
  | CustomFieldChange
);

/** A custom field's change. REMOVE has no value; a list's ADD and REMOVE come as REPLACE with the list that results. */
export type CustomFieldChange = {
  readonly path: InputPath;
  readonly field: 'customFields';
  readonly name: string;
} & (
  | { readonly operation: 'ADD' | 'REPLACE'; readonly value: CustomFieldValue }
  | { readonly operation: 'REMOVE' }
);

/** What a directory can do, field by field. */
export interface Capabilities {
  readonly fields: Readonly<Record<PatchField, FieldCapability>>;
  /** True where status is a request of its own, which makes a patch of status and more a patch of two steps. */
  readonly statusIsSeparateCall: boolean;
  /** True where custom fields that a write does not name are lost, so that every write names them all. */
  readonly replacesAllCustomFields?: boolean;
  /** Digits of a phone's national number, where the provider bounds them. */
  readonly phoneDigits?: { readonly min: number; readonly max: number };
}

/** What can be done with one field. Neither settable nor clearable: the directory does not have the field. */
export interface FieldCapability {
  readonly settable: boolean;
  readonly clearable: boolean;
  /** Characters (code points) at most; null where the provider publishes no limit. */
  readonly maxLength: number | null;
  /** The form that the provider asks for, with words that say it after "must contain only". */
  readonly form?: { readonly pattern: RegExp; readonly says: string };
}

/** How a custom field's value looks: CHOICE is one text of a list, TEXTS a list of texts. */
export type CustomFieldType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE' | 'TEXTS' | 'DATE';

/** What can be done to a custom field. */
export type CustomFieldOperationKind = 'ADD' | 'REPLACE' | 'REMOVE';

/** A custom field that a directory has. `choices` null: any value of the type. */
export interface CustomFieldDefinition {
  readonly field: string;
  readonly type: CustomFieldType;
  readonly label: string | null;
  readonly choices: readonly { readonly value: string; readonly label: string | null }[] | null;
  readonly operations: readonly CustomFieldOperationKind[];
}

/** How many requests a provider takes. */
export interface Pace {
  /** Requests in any 60 seconds. */
  readonly perMinute: number;
}

/** A directory's provider as the configuration describes it, before anything is connected. */
export interface ConfiguredProvider {
  readonly kind: ProviderKind;
  /** The origin that will be spoken to, `https://host[:port]`. */
  readonly origin: string;
  /** What the provider counts requests by there, such as a project's id: directories of the same share its quota. */
  readonly project: string;
  /** The quota to stay within; undefined for none. */
  readonly pace: Pace | undefined;
  create(directory: string, tools: { readonly http: HttpClient }): Provider;
}

/**
 * How a provider is plugged in: the schema of its part of idpatch.yaml (`provider` and `allowLoopback` apart,
 * unknown keys refused), the origin and project that settings mean, the quota that the provider publishes, where it
 * publishes one, and its factory. providers/registry.ts lists them all.
 */
export function defineProvider<Settings>(module: {
  readonly kind: ProviderKind;
  readonly settings: z.ZodType<Settings>;
  readonly pace?: Pace;
  origin(settings: Settings): string;
  project(settings: Settings): string;
  create(directory: string, settings: Settings, tools: { readonly http: HttpClient }): Provider;
}): z.ZodType<ConfiguredProvider> {
  return module.settings.transform((settings) => ({
    kind: module.kind,
    origin: module.origin(settings),
    project: module.project(settings),
    pace: module.pace,
    create: (directory, tools) => module.create(directory, settings, tools),
  }));
}

/** Where the input asked for a field's change, or for a custom field's by its name: for errors that name it. */
export function pathOf(step: Step, field: PatchField, customFieldName?: string): InputPath {
  const change = step.changes.find(
    (one) => one.field === field && (one.field !== 'customFields' || one.name === customFieldName),
  );
  return change?.path ?? ['patch'];
}

/** The path of what a whole step is about: its only change, or the patch. */
export function wholePath(step: Step): InputPath {
  return (step.changes.length === 1 && step.changes[0]?.path) || ['patch'];
}
