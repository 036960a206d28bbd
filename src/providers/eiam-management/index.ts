import { z } from 'zod';
import { AmbiguousLogin, invalidInput, ReadFailure } from '../../domain/errors.ts';
import type { User, UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, positive, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient } from '../../upstream/client.ts';
import { readInBatches } from '../batches.ts';
import { isUser, type ReportUnreadable } from '../decode.ts';
import { capabilities } from '../eiam-shared/capabilities.ts';
import { accountSettings, instanceId } from '../eiam-shared/config.ts';
import { decodeAccount, decodeAccountWithCustomFields } from '../eiam-shared/decode.ts';
import { type Provider, type ProviderModule, stepPath } from '../provider.ts';
import { createReader, onlyOne, refused, unreadableAnswer, writeResultOf } from '../response.ts';
import { createEiamManagementClient } from './client.ts';
import { encodeFindUser, encodeGetUser, encodeListUsers, encodeStep, idsPerList } from './encode.ts';
import { errorFormat } from './errors.ts';
import { canonicalQuery } from './sign.ts';
import { userAnswer, usersAnswer, writeAnswer } from './wire.ts';

const settings = z.strictObject({
  baseUrl: baseUrl.describe('The API’s origin, https://eiam.<region>.aliyuncs.com.'),
  instanceId,
  accessKeyId: secret.describe('The id of the access key that requests are signed with.'),
  accessKeySecret: secret.describe('The secret of the access key.'),
  securityToken: secret.optional().describe('For temporary credentials of a role (STS): its token.'),
  ...accountSettings,
  // A guess: what common HTTP servers take in a request line.
  maxQueryBytes: positive
    .default(8_000)
    .describe(
      'Bytes of an encoded query at most: all parameters travel in the URL, and no page says how long it may be.',
    ),
});
type Settings = z.infer<typeof settings>;

/** The EIAM management API 2021-12-01: RPC, signed with an access key. */
export const eiamManagement: ProviderModule = {
  kind: 'eiam-management',
  description: 'Alibaba Cloud IDaaS EIAM, reached through its management API.',
  settings: settings.transform((settings) => ({
    origin: new URL(settings.baseUrl).origin,
    project: settings.instanceId,
    create: (directory, http, report) => createEiamManagement(directory, settings, http, report),
  })),
};

function createEiamManagement(
  directory: string,
  settings: Settings,
  http: HttpClient,
  report: ReportUnreadable = () => {},
): Provider {
  const { instanceId } = settings;
  const send = createEiamManagementClient(settings, http);
  const read = createReader(send, errorFormat);
  const known = settings.customFields ?? null;

  async function readUser(userId: string, call: CallOptions): Promise<UserWithCustomFields | undefined> {
    const answer = await read(encodeGetUser(instanceId, userId), userAnswer, call);
    if (answer && answer.user.userId !== userId) throw new ReadFailure(unreadableAnswer());
    return answer && decodeAccountWithCustomFields(directory, answer.user, known, report);
  }

  async function readBatch(
    batch: readonly string[],
    call: CallOptions,
  ): Promise<readonly (User | undefined)[]> {
    const [first, ...more] = batch;
    if (first !== undefined && more.length === 0) {
      const user = await readUser(first, call);
      return user ? [user] : [];
    }
    const answer = await read(encodeListUsers(instanceId, batch), usersAnswer, call);
    return listed(answer?.users);
  }

  /** The users of a list; undefined for an entry that is none. */
  function listed(users: readonly unknown[] | null | undefined): readonly (User | undefined)[] {
    return (users ?? []).map((user) => (isUser(user) ? decodeAccount(directory, user, report) : undefined));
  }

  return {
    kind: 'eiam-management',
    capabilities: capabilities(settings),

    customFieldDefinitions: () => known,

    // Lists carry no custom fields: with custom fields, each user is a call of its own.
    readUsers: (userIds, want, call) =>
      readInBatches(userIds, want.customFields ? 1 : idsPerList, (batch) => readBatch(batch, call)),

    async findUser(login, call) {
      const found = new Set<string>();
      for (const request of encodeFindUser(instanceId, login)) {
        const answer = await read(request, usersAnswer, call);
        const users = listed(answer?.users);
        // The filters match more than the login: only a user who signs in by exactly this login is meant.
        for (const user of users) if (user?.loginIds.includes(login)) found.add(user.userId);
        if (found.size === 0 && (answer?.totalCount ?? 0) > users.length) throw new AmbiguousLogin(tooMany);
      }
      const userId = onlyOne([...found]);
      return userId === undefined ? undefined : readUser(userId, call);
    },

    describe(userId, step) {
      const { action, parameters } = encodeStep(instanceId, userId, step);
      return { method: 'POST', path: `/?${canonicalQuery(parameters)}`, action };
    },

    async write(userId, step, call) {
      const request = encodeStep(instanceId, userId, step);
      if (canonicalQuery(request.parameters).length > settings.maxQueryBytes)
        return refused(invalidInput(tooLong, stepPath(step)));
      return writeResultOf(await send(request, call), step, errorFormat, ({ status }, body) =>
        status === 200 && writeAnswer.safeParse(body).success ? { kind: 'accepted' } : undefined,
      );
    },

    close: () => http.close(),
  };
}

const tooLong =
  'All that the patch sets is too long together: this provider takes it in the address of a request.';
const tooMany = 'Too many users begin with this login to tell whom it means: say who is meant by id.';
