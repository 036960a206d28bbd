import type { Members } from './refusal.ts';

/** A user as the service answers it, every member always there. */
export interface DescopeUser {
  readonly loginIds: readonly string[];
  readonly userId: string;
  readonly name: string;
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string;
  readonly verifiedEmail: boolean;
  readonly verifiedPhone: boolean;
  readonly roleNames: readonly string[];
  readonly userTenants: readonly DescopeUserTenant[];
  readonly status: string;
  readonly externalIds: readonly string[];
  readonly picture: string;
  readonly test: boolean;
  readonly customAttributes: Members;
  readonly createdTime: number;
  readonly TOTP: boolean;
  readonly SAML: boolean;
  readonly OAuth: Members;
  readonly webauthn: boolean;
  readonly password: boolean;
  readonly ssoAppIds: readonly string[];
  readonly editable: boolean;
}

/** A user's membership of one tenant as the service answers it. */
export interface DescopeUserTenant {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly roleNames: readonly string[];
}

/** The user that a login id begins with. */
export function emptyUser(userId: string, loginIds: readonly string[], createdTime: number): DescopeUser {
  return {
    loginIds,
    userId,
    name: '',
    givenName: '',
    middleName: '',
    familyName: '',
    email: '',
    phone: '',
    verifiedEmail: false,
    verifiedPhone: false,
    roleNames: [],
    userTenants: [],
    status: 'invited',
    externalIds: loginIds.slice(0, 1),
    picture: '',
    test: false,
    customAttributes: {},
    createdTime,
    TOTP: false,
    SAML: false,
    OAuth: {},
    webauthn: false,
    password: false,
    ssoAppIds: [],
    editable: true,
  };
}
