import type { Provider } from './main.ts';

/** The path of the developer API for the bench's instance and application. */
export const developerBase = '/v2/idaas_bench/app_bench';

interface CustomField {
  readonly fieldName: string;
  readonly fieldValue: string;
}

/** Accounts as the developer API gives them. Every id has one: there are as many as are asked for. */
function createAccounts() {
  const accounts = new Map<string, { readonly customFields: readonly CustomField[] }>();
  const get = (userId: string) => accounts.get(userId) ?? newAccount(userId);
  return {
    get,
    patch(userId: string, change: { readonly customFields?: readonly CustomField[] }): void {
      const account = get(userId);
      const fields = [...account.customFields, ...(change.customFields ?? [])];
      const customFields = [...new Map(fields.map((field) => [field.fieldName, field])).values()];
      accounts.set(userId, { ...account, ...change, customFields });
    },
  };
}

const newAccount = (userId: string) => ({
  ...{ instanceId: 'idaas_bench', userId, username: userId, displayName: 'Nobody', status: 'enabled' },
  ...{ email: `${userId}@example.com`, emailVerified: true, phoneRegion: '', phoneNumber: '' },
  ...{ phoneNumberVerified: false, userSourceType: 'build_in', userSourceId: 'idaas_bench' },
  ...{ createTime: 1_700_000_000_000, updateTime: 1_700_000_000_000, lockExpireTime: 0, description: '' },
  ...{ organizationalUnits: [{ organizationalUnitId: 'ou_bench', organizationalUnitName: 'Bench' }] },
  customFields: [],
});

/** The calls of EIAM's developer API that a patch makes: a token, PatchUser, GetUser. */
export function createEiamDeveloper(): Provider {
  const accounts = createAccounts();
  return ({ method, path, body }) => {
    if (!path.startsWith(developerBase)) return undefined;
    if (path.endsWith('/oauth2/token')) {
      return { access_token: 'token-of-the-bench', token_type: 'Bearer', expires_in: 3600 };
    }
    const userId = path.slice(`${developerBase}/users/`.length);
    if (method === 'GET') return accounts.get(userId);
    accounts.patch(userId, JSON.parse(body));
    return {};
  };
}

/** The calls of EIAM's management API that a patch makes: UpdateUser and GetUser. Signatures are not checked. */
export function createEiamManagement(): Provider {
  const accounts = createAccounts();
  const RequestId = '0441BD79-92F3-53AA-8657-F8CE4A2B912A';
  return ({ path, headers }) => {
    if (!path.startsWith('/?')) return undefined;
    const parameters = new URLSearchParams(path.slice(2));
    const userId = parameters.get('UserId') ?? '';
    if (headers['x-acs-action'] === 'GetUser') return { RequestId, User: pascalCase(accounts.get(userId)) };
    accounts.patch(userId, changeIn(parameters));
    return { RequestId };
  };
}

function changeIn(parameters: URLSearchParams) {
  const customFields: CustomField[] = [];
  for (let number = 1; parameters.has(`CustomFields.${number}.FieldName`); number += 1) {
    const member = (name: string) => parameters.get(`CustomFields.${number}.${name}`) ?? '';
    customFields.push({ fieldName: member('FieldName'), fieldValue: member('FieldValue') });
  }
  const [displayName, email] = [parameters.get('DisplayName'), parameters.get('Email')];
  return { displayName, email, emailVerified: parameters.get('EmailVerified') === 'true', customFields };
}

function pascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCase);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, inner]) => [name[0]?.toUpperCase() + name.slice(1), pascalCase(inner)]),
  );
}
