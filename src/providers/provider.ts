import type { z } from 'zod';
import type { InputPath, PatchError, ReadFailure } from '../domain/errors.ts';
import {
  type CustomFieldValue,
  type Email,
  type PatchField,
  type Phone,
  patchFields,
  type TextForm,
  type User,
  type UserTenant,
  type UserWithCustomFields,
} from '../domain/user.ts';
import type { CallOptions, HttpClient } from '../upstream/client.ts';
import type { Pace } from '../upstream/quota/grants.ts';
import type { ReportUnreadable } from './decode.ts';

/**
 * One provider's protocol, for one directory. Every provider passes the contract of test/providers/contract.ts:
 * - **Reads throw, writes return.** A read that finds out nothing throws a ReadFailure, or returns one for that user.
 *   A write never throws: it returns a WriteResult, because a failed write may still have been applied.
 * - **A write is sent once.** It is sent again only after an answer that refuses the credentials themselves, such as
 *   an expired token: that proves that the first request did nothing.
 * - **A provider only translates:** a Step to a request, an answer to a WriteResult. Whether a patch may be sent is
 *   decided before (patch/plan.ts), and its outcome afterwards (patch/apply.ts).
 * - **Strict out, lenient in.** A request has only what its Step names, never a default. Only the members in use of
 *   an answer are parsed; one that cannot be parsed is an explicit case (null, ambiguous), never a guess.
 * - **No vendor text is passed on.** Messages are ours; the vendor's code and request id are data.
 */
export interface Provider {
  /** The provider's name in the configuration. */
  readonly kind: string;

  /** What a patch can do in this directory. */
  readonly capabilities: Capabilities;

  /**
   * The custom fields that exist; null where neither the provider nor the configuration lists them. Returned at once
   * where they are cached; read again where a field of `refreshFor` is not among them.
   * @throws ReadFailure
   */
  customFieldDefinitions(
    call: CallOptions,
    refreshFor?: readonly string[],
  ): readonly CustomFieldDefinition[] | null | Promise<readonly CustomFieldDefinition[] | null>;

  /**
   * Reads users by id, in the order of the ids, with as few requests as the provider allows: undefined where there is
   * no such user, a ReadFailure where the read of that user failed. With `customFields: true` every user is a
   * UserWithCustomFields.
   */
  readUsers(
    userIds: readonly string[],
    want: { readonly customFields: boolean },
    call: CallOptions,
  ): Promise<readonly (User | undefined | ReadFailure)[]>;

  /**
   * The user who signs in by exactly this login; undefined where there is none. A user whom the provider finds, and
   * whose login ids do not contain the login, is not returned.
   * @throws ReadFailure; an AmbiguousLogin where the login fits more than one
   */
  findUser(login: string, call: CallOptions): Promise<UserWithCustomFields | undefined>;

  /** The request that `write` would send, without credentials. Sends nothing. */
  describe(userId: string, step: Step): DescribedRequest;

  /** Sends one step for one user. */
  write(userId: string, step: Step, call: CallOptions): Promise<WriteResult>;

  /**
   * Sends one step for each of several users, no user twice, with as few requests as the provider allows. Returns a
   * WriteResult for each, in the same order:
   * - not sent, or our credentials refused, or rate limited: `refused` for all;
   * - the answer lists the user as written, or as failed: `accepted`, or `refused`;
   * - the answer lists the user in both, in neither or twice, or there is no answer that can be parsed: `ambiguous`;
   * - the request was refused as a whole for another reason: `ambiguous` with `refusedUnlessApplied`, because some
   *   users may have been written by then.
   * Left out by a provider without such a request: `write` is called for each user.
   */
  writeMany?(writes: readonly UserWrite[], call: CallOptions): Promise<readonly WriteResult[]>;

  /** Closes the connections; calls in progress end as with a broken connection. */
  close(): Promise<void>;
}

/** One step for one of the users of a batch. */
export interface UserWrite {
  readonly userId: string;
  readonly step: Step;
}

/** A request as it would be sent, without secrets. `path` is the request target with its query. */
export interface DescribedRequest {
  readonly method: string;
  readonly path: string;
  /** The action of an RPC call, where a header names it and not the path. */
  readonly action?: string;
  readonly body?: string;
}

/**
 * The result of one step. `writeResultOf` in response.ts decides it.
 * - `accepted`: the provider said yes. `user` is the user as it is now, where the answer has it. Accepted is not yet
 *   applied: the user must show the change.
 * - `refused`: not sent, or refused by a documented answer: nothing was written and nothing will be.
 * - `ambiguous`: sent, and no answer tells the result: it may be written, now or later. With `refusedUnlessApplied`
 *   the provider did answer, so nothing is still in progress: if the user does not show the step, it was not written,
 *   for these reasons.
 */
export type WriteResult =
  | { readonly kind: 'accepted'; readonly user?: UserWithCustomFields }
  | { readonly kind: 'refused'; readonly errors: readonly [PatchError, ...PatchError[]] }
  | { readonly kind: 'ambiguous'; readonly refusedUnlessApplied?: readonly [PatchError, ...PatchError[]] };

/** The changes of one request. Never empty; no field twice, custom fields by name. */
export interface Step {
  readonly changes: readonly Change[];
}

/** One field's change, with its path in the input. `value: null` clears. */
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

/** A custom field's change. REMOVE has no value; ADD and REMOVE on a list come as REPLACE with the resulting list. */
export type CustomFieldChange = {
  readonly path: InputPath;
  readonly field: 'customFields';
  readonly name: string;
} & (
  | { readonly operation: 'ADD' | 'REPLACE'; readonly value: CustomFieldValue }
  | { readonly operation: 'REMOVE' }
);

/** What a patch can do in a directory, field by field. */
export interface Capabilities {
  readonly fields: Readonly<Record<PatchField, FieldCapability>>;
  /** True where status is set by a request of its own: a patch of status and other fields has two steps. */
  readonly statusIsSeparateCall: boolean;
  /** True where a write removes the custom fields that it does not name, so that every write names them all. */
  readonly replacesAllCustomFields?: boolean;
  /** True where the provider may merge a user with another one who signs in by the email or phone that it is given. */
  readonly mergesContacts?: boolean;
  /** False where the provider does not keep whether an email or a phone is verified: then only `false` can be set. */
  readonly hasVerifiedFlags: boolean;
  /** The form of the provider's user ids. */
  readonly userIds: TextForm;
  /** Digits of a phone's national number, where the provider limits them. */
  readonly phoneDigits?: { readonly min: number; readonly max: number };
}

/** What a patch can do with one field. Neither settable nor clearable: the directory does not have the field. */
export interface FieldCapability {
  readonly settable: boolean;
  readonly clearable: boolean;
  /** Characters (code points) at most; null where no limit is published. */
  readonly maxLength: number | null;
  /** The form that the provider requires. */
  readonly form?: TextForm;
}

/** The type of a custom field's value: CHOICE is one text of a list, TEXTS a list of texts. */
export type CustomFieldType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE' | 'TEXTS' | 'DATE';

/** What can be done to a custom field. */
export type CustomFieldOperationKind = 'ADD' | 'REPLACE' | 'REMOVE';

/** A custom field of a directory. `choices` null: any value of the type. */
export interface CustomFieldDefinition {
  readonly field: string;
  readonly type: CustomFieldType;
  readonly label: string | null;
  readonly choices: readonly { readonly value: string; readonly label: string | null }[] | null;
  readonly operations: readonly CustomFieldOperationKind[];
}

/** A directory's provider as configured, not yet connected. */
interface ConfiguredProvider {
  /** The origin that requests go to, `https://host[:port]`. */
  readonly origin: string;
  /** What the provider counts requests by, such as a project's id: its directories share the quota. */
  readonly project: string;
  /** The quota to stay within; left out for none. */
  readonly pace?: Pace;
  /** `report` is called with each member of an answer that cannot be read. */
  create(directory: string, http: HttpClient, report?: ReportUnreadable): Provider;
}

/** A provider as registry.ts lists it. */
export interface ProviderModule {
  /** Its name in the configuration; in GraphQL's ProviderKind in capitals. */
  readonly kind: string;
  /** What it is, for GraphQL's ProviderKind. */
  readonly description: string;
  /** Its settings in idpatch.yaml, without `provider`, `allowLoopback` and `pace`; unknown keys are refused. */
  readonly settings: z.ZodType<ConfiguredProvider>;
}

const unsupported: FieldCapability = { settable: false, clearable: false, maxLength: null };

/** The capabilities of a directory that has only these fields: settable unless said otherwise. */
export function fieldsOf(
  some: Partial<Record<PatchField, Partial<FieldCapability>>>,
): Capabilities['fields'] {
  return Object.fromEntries(
    patchFields.map((field) => [
      field,
      some[field] ? { settable: true, clearable: false, maxLength: null, ...some[field] } : unsupported,
    ]),
  ) as Record<PatchField, FieldCapability>;
}

/** The input path of a whole step: of its only change, or of the patch. */
export function stepPath(step: Step): InputPath {
  return (step.changes.length === 1 && step.changes[0]?.path) || ['patch'];
}
