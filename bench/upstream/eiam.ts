import { type Upstream, type UpstreamAnswer, yes } from './answer.ts';
import { developerBase } from './settings.ts';

/** An account as the developer API gives it. */
type Account = Readonly<Record<string, unknown>> & {
  readonly customFields: readonly { readonly fieldName: string; readonly fieldValue: string }[];
};

/** A custom field's operation on the wire. */
interface FieldChange {
  readonly fieldName: string;
  readonly fieldValue: string;
}

function newAccount(userId: string): Account {
  return {
    ...{ instanceId: 'idaas_bench', userId, username: userId, displayName: 'Nobody', status: 'enabled' },
    ...{ email: `${userId}@example.com`, emailVerified: true, phoneRegion: '', phoneNumber: '' },
    ...{ phoneNumberVerified: false, userSourceType: 'build_in', userSourceId: 'idaas_bench' },
    ...{ createTime: 1_700_000_000_000, updateTime: 1_700_000_000_000, lockExpireTime: 0, description: '' },
    ...{ organizationalUnits: [{ organizationalUnitId: 'ou_bench', organizationalUnitName: 'Bench' }] },
    customFields: [],
  };
}

function patched(account: Account, change: { readonly customFields?: readonly FieldChange[] }): Account {
  const fields = new Map(account.customFields.map(({ fieldName, fieldValue }) => [fieldName, fieldValue]));
  for (const { fieldName, fieldValue } of change.customFields ?? []) fields.set(fieldName, fieldValue);
  const customFields = [...fields].map(([fieldName, fieldValue]) => ({ fieldName, fieldValue }));
  return { ...account, ...change, customFields };
}

/** The calls of EIAM's developer API that a patch makes: a token, PatchUser, GetUser. */
export function createEiamDeveloper(): Upstream {
  const accounts = new Map<string, Account>();
  return ({ method, path, body }) => {
    if (!path.startsWith(developerBase)) return undefined;
    const rest = path.slice(developerBase.length);
    if (rest === '/oauth2/token') {
      return yes({ access_token: 'token-of-the-bench', token_type: 'Bearer', expires_in: 3600 });
    }
    const userId = decodeURIComponent(rest.slice('/users/'.length));
    const account = accounts.get(userId) ?? newAccount(userId);
    if (method === 'GET') return yes(account);
    accounts.set(userId, patched(account, JSON.parse(body)));
    return yes({});
  };
}

/** The calls of EIAM's management API that a patch makes: UpdateUser and GetUser. Signatures are not looked at. */
export function createEiamManagement(): Upstream {
  const accounts = new Map<string, Account>();
  return ({ method, path, headers }) => {
    if (method !== 'POST' || !path.startsWith('/?')) return undefined;
    const parameters = new URLSearchParams(path.slice(2));
    const userId = parameters.get('UserId') ?? '';
    const account = accounts.get(userId) ?? newAccount(userId);
    if (headers['x-acs-action'] === 'GetUser') return answered({ User: pascalCase(account) });
    accounts.set(userId, patched(account, changeIn(parameters)));
    return answered({});
  };
}

function answered(body: object): UpstreamAnswer {
  return yes({ RequestId: '0441BD79-92F3-53AA-8657-F8CE4A2B912A', ...body });
}

function changeIn(parameters: URLSearchParams): object {
  const customFields: FieldChange[] = [];
  for (let number = 1; parameters.has(`CustomFields.${number}.FieldName`); number += 1) {
    const of = (name: string) => parameters.get(`CustomFields.${number}.${name}`) ?? '';
    customFields.push({ fieldName: of('FieldName'), fieldValue: of('FieldValue') });
  }
  return {
    displayName: parameters.get('DisplayName'),
    email: parameters.get('Email'),
    emailVerified: parameters.get('EmailVerified') === 'true',
    customFields,
  };
}

function pascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      pascalCase(member),
    ]),
  );
}
