import type { EmulatorHooks, SeedUser } from '../emulator.ts';

/** One custom attribute: 1 text, 2 number, 3 boolean, 4 single select, 5 multi select, 6 date (epoch ms). */
export interface DescopeAttribute {
  readonly name: string;
  readonly type: 1 | 2 | 3 | 4 | 5 | 6;
  readonly displayName: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/**
 * A Descope project. What the service's documentation leaves open is a switch here, its likeliest answer the
 * default, so that whoever relies on a guess can be tested against the other answer.
 */
export interface DescopeEmulatorSettings extends EmulatorHooks {
  readonly projectId: string;
  readonly managementKey: string;
  readonly users: readonly SeedUser[];
  readonly attributes: readonly DescopeAttribute[];
  readonly roles: readonly string[];
  /** `roleNames` are the tenant's own roles; the project's may be given in a tenant too. */
  readonly tenants: readonly {
    readonly id: string;
    readonly name: string;
    readonly roleNames: readonly string[];
  }[];
  readonly ssoApps: readonly string[];
  /** Published: 500 for the users' calls, less for these two. Per 60 s, in fixed windows [guess]. */
  readonly requestsPerMinute?: number;
  readonly createsPerMinute?: number;
  readonly searchesPerMinute?: number;
  readonly rateLimitTier?: 'tier1' | 'tier2' | 'tier3' | 'tier4';
  /** How far search is behind writes. That it lags is asserted by the official live tests, by how much is not. */
  readonly searchLagMs?: number;
  /** User ids in one load; that there is a maximum is known, the number is not. */
  readonly loadMaximum?: number;
  readonly badKeyStatus?: 401 | 403;
  readonly badKeyErrorCode?: string;
  readonly nullForString?: 'unchanged' | 'clears';
  readonly nullForList?: 'unchanged' | 'clears';
  readonly emptyString?: 'clears' | 'unchanged';
  readonly emptyTenants?: 'removesAll' | 'unchanged';
  readonly emailWithoutFlag?: 'verified' | 'unverified';
  readonly customAttributes?: 'merge' | 'replaceAll';
  readonly nullAttribute?: 'removes' | 'unchanged' | 'refused';
  /** `""` and `[]` as an attribute's value. */
  readonly emptyAttribute?: 'stores' | 'removes';
  readonly attributeErrorCode?: string;
  readonly attributeNameLimit?: number;
  /** For a role, tenant or app that is not there. */
  readonly unknownReferenceErrorCode?: string;
  readonly unknownMember?: 'refused' | 'ignored';
  /** Whether a second user may have the email or phone. Descope has only login ids unique: default false. */
  readonly uniqueEmail?: boolean;
  readonly uniquePhone?: boolean;
  readonly conflictErrorCode?: string;
  readonly conflictStatus?: 400 | 409;
  /** Whether `failure`, of a user of a batch who was not patched, has the code beside the words. Default: false. */
  readonly codeInFailure?: boolean;
  /** Who is meant by a `loginId` that is one user's login id and another's user id. */
  readonly ambiguousLoginId?: 'loginId' | 'userId';
}
