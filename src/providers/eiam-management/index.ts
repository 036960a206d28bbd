import { z } from 'zod';
import type { HttpAnswer, HttpClient } from '../../http/client.ts';
import { InvalidInputError, ProviderUnavailableError, ReadFailure } from '../../outcome.ts';
import { baseUrl, maxLength, secret } from '../../settings.ts';
import type { User, WholeUser } from '../../user.ts';
import { boundableFields, capabilities, customFields, definitions } from '../eiam/capabilities.ts';
import { parseJson, readInLots, refusalOf, unreachable } from '../exchange.ts';
import { type Call, defineProvider, type Provider } from '../provider.ts';
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
import { errorGrammar, readError, toPatchError } from './errors.ts';
import { canonicalQuery } from './sign.ts';
import { doneAnswer, userAnswer, usersAnswer } from './wire.ts';

const settings = z.strictObject({
  /** `https://eiam.<region>.aliyuncs.com`. */
  baseUrl,
  instanceId: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'Expected letters, digits, _ and -.'),
  accessKeyId: secret,
  accessKeySecret: secret,
  /** For temporary credentials of a role (STS). */
  securityToken: secret.optional(),
  customFields: customFields.optional(),
  /** A guess that is off: that `""` clears displayName, email and phone is published nowhere. */
  emptyStringClears: z.boolean().default(false),
  maxLength: maxLength(boundableFields).default({}),
});
type Settings = z.infer<typeof settings>;

function origin({ baseUrl }: Settings): string {
  return new URL(baseUrl).origin;
}

/** The EIAM management API 2021-12-01: RPC, signed with an access key. */
export const eiamManagement = defineProvider({
  kind: 'eiam-management',
  settings,
  origin,
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
  const known = definitions(settings.customFields);

  /** Sends a read and gives the whole answer; undefined where the user is not there. */
  async function read<T>(request: WireRequest, schema: z.ZodType<T>, call: Call): Promise<T | undefined> {
    const exchange = await client.send(request, call);
    if (exchange.kind !== 'answered') throw new ReadFailure(unreachable(exchange, []));
    const refusal = refusalOf(exchange, errorGrammar);
    if (refusal?.code === 'ResourceNotFound.User') return undefined;
    if (refusal) throw new ReadFailure(toPatchError(refusal, exchange));
    const answer =
      exchange.status === 200 && !readError(exchange) ? parseJson(exchange.body, schema) : undefined;
    if (!answer)
      throw new ReadFailure(new ProviderUnavailableError('The answer could not be understood.', []));
    return answer;
  }

  async function readUser(userId: string, call: Call): Promise<WholeUser | undefined> {
    const answer = await read(encodeGetUser(instanceId, userId), userAnswer, call);
    return answer && decodeUser(directory, answer, known);
  }

  async function readLot(lot: readonly string[], call: Call): Promise<readonly User[]> {
    const [first, ...more] = lot;
    if (first !== undefined && more.length === 0)
      return [await readUser(first, call)].filter((user) => user !== undefined);
    const answer = await read(encodeListUsers(instanceId, lot), usersAnswer, call);
    return answer ? decodeUsers(directory, answer) : [];
  }

  return {
    kind: 'eiam-management',
    capabilities: capabilities(settings),

    async customFieldDefinitions() {
      return known;
    },

    // Lists carry no custom fields: where they are wanted, each user is a call of its own.
    readUsers: (userIds, want, call) =>
      readInLots(userIds, want.customFields ? 1 : idsPerList, (lot) => readLot(lot, call)),

    async findUser(login, call) {
      for (const request of encodeFindUser(instanceId, login)) {
        const answer = await read(request, usersAnswer, call);
        const users = answer ? decodeUsers(directory, answer) : [];
        // The filters are wider than the login: only a user who signs in by exactly it is meant.
        const user = users.find(({ loginIds }) => loginIds.includes(login));
        if (user) return readUser(user.userId, call);
        if (users.length >= idsPerList) {
          throw new ReadFailure(
            new InvalidInputError(
              'Too many users begin with this login to tell whom it means: give the id.',
              [],
            ),
          );
        }
      }
      return undefined;
    },

    describe(userId, step) {
      const { action, parameters } = encodeStep(instanceId, userId, step);
      return { method: 'POST', path: `/?${canonicalQuery(parameters)}`, action };
    },

    async write(userId, step, call) {
      const exchange = await client.send(encodeStep(instanceId, userId, step), call);
      if (exchange.kind === 'not-sent')
        return { kind: 'refused', errors: [unreachable(exchange, ['patch'])] };
      if (exchange.kind === 'no-answer') return { kind: 'ambiguous' };
      const refusal = refusalOf(exchange, errorGrammar);
      if (refusal) return { kind: 'refused', errors: [toPatchError(refusal, exchange, step)] };
      return isYes(exchange) ? { kind: 'accepted' } : { kind: 'ambiguous' };
    },

    close: () => http.close(),
  };
}

function isYes(answer: HttpAnswer): boolean {
  return answer.status === 200 && !readError(answer) && parseJson(answer.body, doneAnswer) !== undefined;
}
