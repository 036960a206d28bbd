import { z } from 'zod';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, maxLength, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient, HttpResponse } from '../../upstream/client.ts';
import { inBatches, readInBatches } from '../batches.ts';
import { defineProvider, type Provider, type UserWrite, type WriteResult, wholePath } from '../provider.ts';
import { parseJson, readAnswer, writeResultOf, writeResultsOf } from '../response.ts';
import { decodeBatch } from './batch.ts';
import { boundableFields, capabilities } from './capabilities.ts';
import { createDescopeClient } from './client.ts';
import { decodeAttribute, decodeUser, decodeWholeUser, needsDefinitions } from './decode.ts';
import { createDefinitionsCache, type Definitions } from './definitions.ts';
import {
  encodeAttributes,
  encodeLoad,
  encodeLoadByLogin,
  encodeLoadMany,
  encodePatch,
  encodePatchMany,
  idsPerLoad,
  usersPerBatch,
  type WireRequest,
} from './encode.ts';
import { errorGrammar, isOfAll, refusedTogether, toFailure, toPatchError } from './errors.ts';
import { attributesAnswer, batchAnswer, userAnswer, usersAnswer, type WireUser } from './wire.ts';

/** The shortest time between two looks for an attribute that the definitions lack. */
const seekEveryMs = 1_000;

const settings = z.strictObject({
  projectId: z
    .string()
    .regex(/^[A-Za-z0-9]{1,64}$/, 'Expected a Descope project id, such as P2abc….')
    .describe('The project’s id: P2abc…'),
  managementKey: secret.describe('A management key of the project, that may read and update users.'),
  baseUrl: baseUrl
    .optional()
    .describe('The API’s origin, such as https://api.descope.com. Left out: derived from the project’s id.'),
  // A guess: no page says how soon a change counts.
  attributesTtlMs: z
    .int()
    .nonnegative()
    .default(60_000)
    .describe('Milliseconds for which the definitions of custom attributes are kept.'),
  // Guesses with their likeliest answers: see capabilities.ts.
  emptyStringClears: z.boolean().default(true).describe('A guess: `""` in a patch clears a text.'),
  attributesMerge: z
    .boolean()
    .default(true)
    .describe('A guess: custom attributes that a patch does not name stay as they are.'),
  nullRemovesAttribute: z
    .boolean()
    .default(true)
    .describe('A guess: `null` takes a custom attribute’s value away.'),
  maxLength: maxLength(boundableFields),
});
type Settings = z.infer<typeof settings>;

/**
 * The API's origin. A project id of 32 characters or more carries its region between the first character
 * and the last 27, as the official client reads it; others live at the address without a region.
 */
function origin({ baseUrl, projectId }: Settings): string {
  if (baseUrl !== undefined) return new URL(baseUrl).origin;
  const region = projectId.length >= 32 ? `${projectId.slice(1, -27)}.`.toLowerCase() : '';
  return `https://api.${region}descope.com`;
}

/**
 * "User management paths under /v1/mgmt/user/* are limited to 500 requests per 60 seconds, with a 60-second backoff",
 * by project: https://docs.descope.com/rate-limiting. The lower limits there are of paths that are not used here:
 * create, update and search. Loading many, /v1/mgmt/users/load, lies beside that path, and no limit of its own is
 * published: that it counts with the others is a guess on the safe side.
 */
const pace = { perMinute: 500 };

/** Descope's management API, https://docs.descope.com/api. */
export const descope = defineProvider({
  kind: 'descope',
  settings,
  pace,
  origin,
  project: ({ projectId }) => projectId,
  create: createDescope,
});

function createDescope(directory: string, settings: Settings, { http }: { http: HttpClient }): Provider {
  const client = createDescopeClient(settings, http);
  /** What a read gives; undefined where the user is not there. */
  async function read<T>(
    request: WireRequest,
    schema: z.ZodType<T>,
    call: CallOptions,
  ): Promise<T | undefined> {
    return readAnswer(await client.send(request, call), schema, errorGrammar);
  }

  const definitions = createDefinitionsCache(async (call) => {
    const answer = await read(encodeAttributes(), attributesAnswer, call);
    const known = (answer?.data ?? []).flatMap((attribute) => decodeAttribute(attribute) ?? []);
    if (settings.nullRemovesAttribute) return known;
    return known.map((definition) => ({ ...definition, operations: ['ADD', 'REPLACE'] }));
  });

  async function readLot(lot: readonly string[], call: CallOptions): Promise<readonly WireUser[]> {
    const [first, ...more] = lot;
    if (first === undefined) return [];
    if (more.length > 0) return (await read(encodeLoadMany(lot), usersAnswer, call))?.users ?? [];
    const answer = await read(encodeLoad(first), userAnswer, call);
    return answer ? [answer.user] : [];
  }

  /** The user with custom fields: at once where their definitions are known already, or not needed. */
  function whole(user: WireUser, call: CallOptions): UserWithCustomFields | Promise<UserWithCustomFields> {
    const decode = (known: Definitions) => decodeWholeUser(directory, user, known);
    const known = needsDefinitions(user) ? definitions.get(call, settings.attributesTtlMs) : [];
    return known instanceof Promise ? known.then(decode) : decode(known);
  }

  return {
    kind: 'descope',
    capabilities: capabilities(settings, settings.maxLength),

    customFieldDefinitions(call, seek = []) {
      const complete = (known: Definitions) =>
        seek.every((name) => known.some(({ field }) => field === name))
          ? known
          : definitions.get(call, seekEveryMs);
      const known = definitions.get(call, settings.attributesTtlMs);
      return known instanceof Promise ? known.then(complete) : complete(known);
    },

    readUsers: (userIds, want, call) =>
      readInBatches(userIds, idsPerLoad, async (lot) => {
        const users = await readLot(lot, call);
        return want.customFields
          ? Promise.all(users.map(async (user) => whole(user, call)))
          : users.map((user) => decodeUser(directory, user));
      }),

    async findUser(login, call) {
      const user = (await read(encodeLoadByLogin(login), userAnswer, call))?.user;
      // The call also takes a user id for a login id: only a user who signs in by it is meant.
      return user?.loginIds?.includes(login) ? whole(user, call) : undefined;
    },

    describe: encodePatch,

    async write(userId, step, call) {
      return writeResultOf(await client.send(encodePatch(userId, step), call), {
        ...errorGrammar,
        toWriteError: (error, answer) => toPatchError(error, answer, wholePath(step)),
        readSuccess: (answer) => {
          const user = parseSuccess(answer, userAnswer)?.user;
          return user?.userId === userId ? accepted(user, call) : undefined;
        },
      });
    },

    async writeMany(writes, call) {
      const lots = inBatches(writes, usersPerBatch);
      return (await Promise.all(lots.map((lot) => writeLot(lot, call)))).flat();
    },

    close: () => http.close(),
  };

  async function accepted(user: WireUser, call: CallOptions): Promise<WriteResult> {
    try {
      return { kind: 'accepted', user: await whole(user, call) };
    } catch {
      // The definitions could not be had, or the user not be read: it is read again, and says what was written.
      return { kind: 'accepted' };
    }
  }

  async function writeLot(lot: readonly UserWrite[], call: CallOptions): Promise<readonly WriteResult[]> {
    return writeResultsOf(await client.send(encodePatchMany(lot), call), lot.length, {
      ...errorGrammar,
      toRefusals: (error, answer) =>
        lot.map(({ step }) =>
          isOfAll(error, answer)
            ? { kind: 'refused', errors: [toPatchError(error, answer, wholePath(step))] }
            : // A guess that is not made: whether the users before the one that is at fault were written by then.
              { kind: 'ambiguous', refusedUnlessApplied: [refusedTogether(error, wholePath(step))] },
        ),
      readSuccesses: (answer) => {
        const said = decodeBatch(
          parseSuccess(answer, batchAnswer) ?? {},
          lot.map(({ userId }) => userId),
        );
        return lot.map(({ step }, index) => {
          const one = said[index];
          if (one?.kind === 'written') return accepted(one.user, call);
          if (one?.kind === 'failed')
            return { kind: 'refused', errors: [toFailure(one.failure, answer, wholePath(step))] };
          return undefined;
        });
      },
    });
  }
}

function parseSuccess<T>(answer: HttpResponse, schema: z.ZodType<T>): T | undefined {
  return answer.status === 200 ? parseJson(answer.body, schema) : undefined;
}
