/** A user's membership of one tenant, in an answer. */
export interface DescopeUserTenant {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly roleNames: readonly string[];
}

/** A user in an answer; every member is always there. */
export type DescopeUser = Readonly<ReturnType<typeof emptyUser>>;

/** A user with login ids and nothing else. */
export function emptyUser(userId: string, loginIds: readonly string[], createdTime: number) {
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
    roleNames: [] as readonly string[],
    userTenants: [] as readonly DescopeUserTenant[],
    status: 'invited',
    externalIds: loginIds.slice(0, 1),
    picture: '',
    test: false,
    customAttributes: {} as Readonly<Record<string, unknown>>,
    createdTime,
    TOTP: false,
    SAML: false,
    OAuth: {},
    webauthn: false,
    password: false,
    ssoAppIds: [] as readonly string[],
    editable: true,
  };
}
