import { z } from 'zod';
import {
  AmbiguousLogin,
  type InputPath,
  invalidInput,
  type PatchError,
  ReadFailure,
} from '../../domain/errors.ts';
import type { User, UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient, HttpResponse } from '../../upstream/client.ts';
import { readInBatches } from '../batches.ts';
import { capabilities } from '../eiam-shared/capabilities.ts';
import { accountSettings, instanceId } from '../eiam-shared/config.ts';
import { defineProvider, type Provider, stepPath } from '../provider.ts';
import { onlyOne, parseJson, readAnswer, unreadableAnswer, writeResultOf } from '../response.ts';
import { createEiamManagementClient } from './client.ts';
import { decodeUser, decodeUsers } from './decode.ts';
import {
  encodeFindUser,
  encodeGetUser,
  encodeListUsers,
  encodeStep,
  idsPerList,
  type WireRequest,
} from './encode.ts';
import { errorFormat, readError, toPatchError } from './errors.ts';
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
  maxQueryBytes: z
    .int()
    .positive()
    .default(8_000)
    .describe(
      'Bytes of an encoded query at most: all parameters travel in the URL, and no page says how long it may be.',
    ),
});
type Settings = z.infer<typeof settings>;

function origin({ baseUrl }: Settings): string {
  return new URL(baseUrl).origin;
}

/** The EIAM management API 2021-12-01: RPC, signed with an access key. */
export const eiamManagement = defineProvider({
  kind: 'eiam-management',
  description: 'Alibaba Cloud IDaaS EIAM, reached through its management API.',
  settings,
  origin,
  project: ({ instanceId }) => instanceId,
  create: createEiamManagement,
});

function createEiamManagement(
  directory: string,
  settings: Settings,
  { http }: { http: HttpClient },
): Provider {
  const { instanceId } = settings;
  const credentials = { ...settings, accessKeyId: settings.accessKeyId.reveal() };
  const client = createEiamManagementClient(origin(settings), credentials, http);
  const known = settings.customFields ?? null;

  /** Sends a read. Undefined: the provider has no such user. */
  async function read<T>(
    request: WireRequest,
    schema: z.ZodType<T>,
    call: CallOptions,
  ): Promise<T | undefined> {
    return readAnswer(await client.send(request, call), schema, errorFormat);
  }

  async function readUser(userId: string, call: CallOptions): Promise<UserWithCustomFields | undefined> {
    const answer = await read(encodeGetUser(instanceId, userId), userAnswer, call);
    if (answer && answer.user.userId !== userId) throw new ReadFailure(unreadableAnswer());
    return answer && decodeUser(directory, answer, known);
  }

  async function readBatch(batch: readonly string[], call: CallOptions): Promise<readonly User[]> {
    const [first, ...more] = batch;
    if (first !== undefined && more.length === 0)
      return [await readUser(first, call)].filter((user) => user !== undefined);
    const answer = await read(encodeListUsers(instanceId, batch), usersAnswer, call);
    return answer ? decodeUsers(directory, answer) : [];
  }

  return {
    kind: 'eiam-management',
    capabilities: capabilities(settings),

    customFieldDefinitions() {
      return known;
    },

    // Lists carry no custom fields: with custom fields, each user is a call of its own.
    readUsers: (userIds, want, call) =>
      readInBatches(userIds, want.customFields ? 1 : idsPerList, (batch) => readBatch(batch, call)),

    async findUser(login, call) {
      const found = new Set<string>();
      for (const request of encodeFindUser(instanceId, login)) {
        const answer = await read(request, usersAnswer, call);
        const users = answer ? decodeUsers(directory, answer) : [];
        // The filters match more than the login: only a user who signs in by exactly this login is meant.
        for (const user of users) if (user.loginIds.includes(login)) found.add(user.userId);
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
      if (canonicalQuery(request.parameters).length > settings.maxQueryBytes) {
        return { kind: 'refused', errors: [tooLong(stepPath(step))] };
      }
      const sent = await client.send(request, call);
      return writeResultOf(sent, {
        ...errorFormat,
        toWriteError: (error, answer) => toPatchError(error, answer, step),
        readSuccess: (answer) => (isSuccess(answer) ? { kind: 'accepted' } : undefined),
      });
    },

    close: () => http.close(),
  };
}

function isSuccess(answer: HttpResponse): boolean {
  return answer.status === 200 && !readError(answer) && parseJson(answer.body, writeAnswer) !== undefined;
}

function tooLong(path: InputPath): PatchError<'INVALID_INPUT'> {
  const message =
    'All that the patch sets is too long together: this provider takes it in the address of a request.';
  return invalidInput(message, path);
}

const tooMany = 'Too many users begin with this login to tell whom it means: say who is meant by id.';
