import { z } from 'zod';
import type { PatchError } from '../../../src/domain/errors.ts';
import { patchFields, type UserWithCustomFields } from '../../../src/domain/user.ts';
import { readInBatches } from '../../../src/providers/batches.ts';
import {
  type Capabilities,
  defineProvider,
  type FieldCapability,
  type Provider,
  type Step,
  stepPath,
} from '../../../src/providers/provider.ts';
import {
  jsonObject,
  onlyOne,
  type ProviderError,
  parseJson,
  providerError,
  type ReadFormat,
  readAnswer,
  writeResultOf,
} from '../../../src/providers/response.ts';
import { baseUrlWithPath, secret } from '../../../src/settings/fields.ts';
import type { CallOptions, HttpClient, HttpRequest, HttpResponse } from '../../../src/upstream/client.ts';

const settings = z.strictObject({ baseUrl: baseUrlWithPath, token: secret });
type Settings = z.infer<typeof settings>;

/**
 * A SCIM 2.0 server (RFC 7644), as far as a test needs it: a provider unlike the others. Its base URL has a path, its
 * user ids have dots and @, its emails have no verified flag, its error codes are camel-case words.
 */
export const scim = defineProvider({
  kind: 'scim',
  description: 'A SCIM 2.0 server.',
  settings,
  origin: ({ baseUrl }) => baseUrl.origin,
  project: ({ baseUrl }) => baseUrl.path,
  create: createScim,
});

const unsupported: FieldCapability = { settable: false, clearable: false, maxLength: null };
const settable: FieldCapability = { settable: true, clearable: false, maxLength: null };
const capabilities: Capabilities = {
  statusIsSeparateCall: false,
  hasVerifiedFlags: false,
  userIds: { pattern: /^[A-Za-z0-9_.@-]{1,64}$/, description: 'letters, digits and _ . @ -' },
  fields: {
    ...(Object.fromEntries(patchFields.map((field) => [field, unsupported])) as Capabilities['fields']),
    displayName: settable,
    email: settable,
  },
};

const wireUser = z.object({
  id: z.string(),
  userName: z.string(),
  displayName: z.string().nullish(),
  emails: z.array(z.object({ value: z.string() })).nullish(),
});
const wireList = z.object({ Resources: z.array(wireUser) });

const safeForms = { code: /^(uniqueness|invalidValue|mutability|noTarget)$/, requestId: /^$/ };

function readError({ status, body }: HttpResponse): ProviderError | undefined {
  if (status < 400) return undefined;
  const error = jsonObject(body);
  if (!Array.isArray(error?.schemas)) return undefined;
  return providerError(
    typeof error.scimType === 'string' ? error.scimType : `${status}`,
    undefined,
    safeForms,
  );
}

function toError({ code, safeDetails }: ProviderError, step?: Step): PatchError {
  const path = step ? stepPath(step) : [];
  if (code === 'uniqueness') return { code: 'CONFLICT', message: 'Another user has this value.', path };
  if (code === '404') return { code: 'USER_NOT_FOUND', message: 'There is no such user.', path: ['user'] };
  return { code: 'PROVIDER_REFUSED', message: 'The server refused the request.', path, ...safeDetails };
}

const errorFormat: ReadFormat = {
  readError,
  isDocumented: () => false,
  missing: new Set(['404']),
  toReadError: (error) => toError(error),
};

function decode(directory: string, { id, userName, displayName, emails }: z.infer<typeof wireUser>) {
  const address = emails?.[0]?.value;
  return {
    ...{ directory, userId: id, username: userName, loginIds: [userName], displayName: displayName ?? null },
    ...{ givenName: null, middleName: null, familyName: null, phone: null, picture: null, status: null },
    email: address === undefined ? null : { address, verified: false },
    ...{ roleNames: [], tenants: [], ssoAppIds: [], customFields: [], createdAt: null, updatedAt: null },
  } satisfies UserWithCustomFields;
}

function createScim(
  directory: string,
  { baseUrl, token }: Settings,
  { http }: { http: HttpClient },
): Provider {
  const userPath = (userId: string) => `${baseUrl.path}/Users/${encodeURIComponent(userId)}`;
  const patch = (userId: string, { changes }: Step) => ({
    method: 'PATCH' as const,
    path: userPath(userId),
    body: JSON.stringify({
      Operations: changes.map((change) => {
        if (change.field === 'email')
          return { op: 'replace', path: 'emails', value: [{ value: change.value?.address }] };
        return { op: 'replace', path: change.field, value: 'value' in change ? change.value : undefined };
      }),
    }),
  });
  const send = (request: Pick<HttpRequest, 'method' | 'path' | 'body'>, call: CallOptions) =>
    http.send({ ...request, headers: { authorization: `Bearer ${token.reveal()}` } }, call);

  return {
    kind: 'scim',
    capabilities,
    customFieldDefinitions: () => [],
    readUsers: (userIds, _want, call) =>
      readInBatches(userIds, 1, async ([userId = '']) => {
        const answer = await send({ method: 'GET', path: userPath(userId) }, call);
        const user = readAnswer(answer, wireUser, errorFormat);
        return user ? [decode(directory, user)] : [];
      }),
    async findUser(login, call) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(login)}`);
      const answer = await send({ method: 'GET', path: `${baseUrl.path}/Users?filter=${filter}` }, call);
      const users = readAnswer(answer, wireList, errorFormat)?.Resources ?? [];
      return onlyOne(
        users.filter(({ userName }) => userName === login).map((user) => decode(directory, user)),
      );
    },
    describe: patch,
    async write(userId, step, call) {
      return writeResultOf(await send(patch(userId, step), call), {
        ...errorFormat,
        toWriteError: (error) => toError(error, step),
        readSuccess({ status, body }) {
          const user = status === 200 ? parseJson(body, wireUser) : undefined;
          return user?.id === userId ? { kind: 'accepted', user: decode(directory, user) } : undefined;
        },
      });
    },
    close: () => http.close(),
  };
}
