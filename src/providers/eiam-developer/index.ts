import { z } from 'zod';
import { ReadFailure } from '../../domain/errors.ts';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient } from '../../upstream/client.ts';
import { readInBatches } from '../batches.ts';
import type { ReportUnreadable } from '../decode.ts';
import { capabilities } from '../eiam-shared/capabilities.ts';
import { accountSettings, identifier, instanceId } from '../eiam-shared/config.ts';
import { decodeAccountWithCustomFields } from '../eiam-shared/decode.ts';
import type { Provider, ProviderModule } from '../provider.ts';
import { createReader, onlyOne, unreadableAnswer, writeResultOf } from '../response.ts';
import { createEiamDeveloperClient } from './client.ts';
import { encodeFindUser, encodeGetUser, encodeStep } from './encode.ts';
import { errorFormat } from './errors.ts';
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
export const eiamDeveloper: ProviderModule = {
  kind: 'eiam-developer',
  description: 'Alibaba Cloud IDaaS EIAM, reached through its developer API.',
  settings: settings.transform((settings) => ({
    origin: new URL(settings.baseUrl).origin,
    project: settings.instanceId,
    create: (directory, http, report) => createEiamDeveloper(directory, settings, http, report),
  })),
};

function createEiamDeveloper(
  directory: string,
  settings: Settings,
  http: HttpClient,
  report: ReportUnreadable = () => {},
): Provider {
  const base = `/v2/${settings.instanceId}/${settings.applicationId}`;
  const send = createEiamDeveloperClient(base, createTokenCache({ ...settings, base }, http), http);
  const read = createReader(send, errorFormat);
  const known = settings.customFields ?? null;

  async function readUser(userId: string, call: CallOptions): Promise<UserWithCustomFields | undefined> {
    const wire = await read(encodeGetUser(userId), userAnswer, call);
    if (wire && wire.userId !== userId) throw new ReadFailure(unreadableAnswer());
    return wire && decodeAccountWithCustomFields(directory, wire, known, report);
  }

  return {
    kind: 'eiam-developer',
    capabilities: capabilities(settings),

    customFieldDefinitions: () => known,

    // The API has no call that reads several users by id.
    readUsers: (userIds, _want, call) =>
      readInBatches(userIds, 1, async ([userId = '']) => {
        const user = await readUser(userId, call);
        return user ? [user] : [];
      }),

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
      const sent = await send(encodeStep(userId, step), call);
      return writeResultOf(sent, step, errorFormat, (answer, body) => {
        // `200 {}` is documented; an empty 200 and a 204 are accepted too.
        const isSuccess = answer.status === 200 && (body !== undefined || answer.body.trim() === '');
        return isSuccess || answer.status === 204 ? { kind: 'accepted' } : undefined;
      });
    },

    close: () => http.close(),
  };
}
