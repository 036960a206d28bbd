import type { EmulatorHooks, SeedUser } from '../emulator.ts';

/** One custom attribute: 1 text, 2 number, 3 boolean, 4 single select, 5 multi select, 6 date (epoch ms). */
export interface DescopeAttribute {
  readonly name: string;
  readonly type: 1 | 2 | 3 | 4 | 5 | 6;
  readonly displayName: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/**
 * A Descope project. Each question that the service's documentation leaves open is a setting with the likeliest
 * answer as its default, so that code that relies on it can be tested against the other answer.
 */
export interface DescopeEmulatorSettings extends EmulatorHooks {
  readonly projectId: string;
  readonly managementKey: string;
  readonly users: readonly SeedUser[];
  /** Read at every call: what is added later counts. */
  readonly attributes: readonly DescopeAttribute[];
  readonly roles: readonly string[];
  /** `roleNames` are the tenant's own roles; the project's may be given in a tenant too. */
  readonly tenants: readonly {
    readonly id: string;
    readonly name: string;
    readonly roleNames: readonly string[];
  }[];
  readonly ssoApps: readonly string[];
  /** Published: 500 in 60 seconds. A guess: in fixed windows. */
  readonly requestsPerMinute?: number;
  /** The most user ids of one load. There is a maximum; the number is not published. Default 100. */
  readonly loadMaximum?: number;
  readonly badKeyStatus?: 401 | 403;
  readonly emptyString?: 'clears' | 'unchanged';
  readonly emptyTenants?: 'removesAll' | 'unchanged';
  readonly customAttributes?: 'merge' | 'replaceAll';
  readonly nullAttribute?: 'removes' | 'unchanged' | 'refused';
  /** No two users may have the same. Descope keeps only login ids unique. Default `false`. */
  readonly uniqueEmail?: boolean;
  readonly uniquePhone?: boolean;
  /** An email or phone by which another user signs in. Default `refused`; `merges` deletes the other user. */
  readonly contactConflict?: 'refused' | 'merges';
  /** `failure`, of a user of a batch who was not patched, begins with the error code. Default `false`. */
  readonly codeInFailure?: boolean;
  /** Which user has a `loginId` that is one user's login id and another's user id. Default `loginId`. */
  readonly ambiguousLoginId?: 'loginId' | 'userId';
}
