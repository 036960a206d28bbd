import { z } from 'zod';
import { ReadFailure } from '../../domain/errors.ts';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient, HttpResponse } from '../../upstream/client.ts';
import { readInBatches } from '../batches.ts';
import { capabilities } from '../eiam-shared/capabilities.ts';
import { accountSettings, identifier, instanceId } from '../eiam-shared/config.ts';
import { defineProvider, type Provider } from '../provider.ts';
import { jsonObject, onlyOne, readAnswer, unreadableAnswer, writeResultOf } from '../response.ts';
import { createEiamDeveloperClient } from './client.ts';
import { decodeUser } from './decode.ts';
import { encodeFindUser, encodeGetUser, encodeStep, type WireRequest } from './encode.ts';
import { errorFormat, readError, toPatchError } from './errors.ts';
import { createTokenCache } from './token.ts';
import { userAnswer, userIdAnswer } from './wire.ts';

const settings = z.strictObject({
  baseUrl: baseUrl.describe(
    'The API’s origin, https://eiam-developerapi.<region>.aliyuncs.com; other networks use other names.',
  ),
  instanceId,
  applicationId: identifier.describe('The id of the application as which idpatch calls: app_…'),
  clientSecret: secret.describe('The application’s client secret.'),
  ...accountSettings,
});
type Settings = z.infer<typeof settings>;

/** The EIAM developer API 2022-02-25: REST with an application's token. */
export const eiamDeveloper = defineProvider({
  kind: 'eiam-developer',
  description: 'Alibaba Cloud IDaaS EIAM, reached through its developer API.',
  settings,
  origin: ({ baseUrl }) => new URL(baseUrl).origin,
  project: ({ instanceId }) => instanceId,
  create: createEiamDeveloper,
});

function createEiamDeveloper(
  directory: string,
  settings: Settings,
  { http }: { http: HttpClient },
): Provider {
  const base = `/v2/${settings.instanceId}/${settings.applicationId}`;
  const tokens = createTokenCache({ ...settings, base }, http);
  const client = createEiamDeveloperClient(base, tokens, http);
  const known = settings.customFields ?? null;

  /** Sends a read. Undefined: the provider has no such user. */
  async function read<T>(
    request: WireRequest,
    schema: z.ZodType<T>,
    call: CallOptions,
  ): Promise<T | undefined> {
    const sent = await client.send(request, call);
    if (sent.kind === 'no-token') throw new ReadFailure(sent.error);
    return readAnswer(sent, schema, errorFormat);
  }

  async function readUser(userId: string, call: CallOptions): Promise<UserWithCustomFields | undefined> {
    const wire = await read(encodeGetUser(userId), userAnswer, call);
    if (wire && wire.userId !== userId) throw new ReadFailure(unreadableAnswer());
    return wire && decodeUser(directory, wire, known);
  }

  return {
    kind: 'eiam-developer',
    capabilities: capabilities(settings),

    customFieldDefinitions() {
      return known;
    },

    // The API has no call that reads several users by id.
    readUsers: (userIds, _want, call) =>
      readInBatches(userIds, 1, async ([userId = '']) =>
        [await readUser(userId, call)].filter((user) => user !== undefined),
      ),

    async findUser(login, call) {
      const found = new Map<string, UserWithCustomFields>();
      for (const request of encodeFindUser(login)) {
        const userId = (await read(request, userIdAnswer, call))?.userId;
        const user = userId === undefined || found.has(userId) ? undefined : await readUser(userId, call);
        // A phone number is looked up without its region, so the user found must show the whole login.
        if (user?.userId === userId && user?.loginIds.includes(login)) found.set(user.userId, user);
      }
      return onlyOne([...found.values()]);
    },

    describe(userId, step) {
      const { method, path, body } = encodeStep(userId, step);
      return { method, path: `${base}${path}`, ...(body === undefined ? {} : { body }) };
    },

    async write(userId, step, call) {
      const sent = await client.send(encodeStep(userId, step), call);
      if (sent.kind === 'no-token') return { kind: 'refused', errors: [sent.error] };
      return writeResultOf(sent, {
        ...errorFormat,
        toWriteError: (error, answer) => toPatchError(error, answer, step),
        readSuccess: (answer) => (isSuccess(answer) ? { kind: 'accepted' } : undefined),
      });
    },

    close: () => http.close(),
  };
}

/** `200 {}` is documented; an empty 200 and a 204 are accepted too. */
function isSuccess(answer: HttpResponse): boolean {
  const { status, body } = answer;
  if (status === 204) return true;
  return status === 200 && (body.trim() === '' || (jsonObject(body) !== undefined && !readError(answer)));
}
