import { z } from 'zod';
import { ReadFailure } from '../../domain/errors.ts';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, maxLength, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient, HttpResponse } from '../../upstream/client.ts';
import { createDeadline, withDeadline } from '../../upstream/deadline.ts';
import { inBatches, readInBatches } from '../batches.ts';
import {
  type CustomFieldDefinition,
  defineProvider,
  type Provider,
  type UserWrite,
  type WriteResult,
  wholePath,
} from '../provider.ts';
import { parseJson, readAnswer, refusalOf, unreachable } from '../response.ts';
import { decodeBatch } from './batch.ts';
import { boundableFields, capabilities } from './capabilities.ts';
import { createDescopeClient } from './client.ts';
import { decodeAttribute, decodeUser, decodeWholeUser, needsDefinitions } from './decode.ts';
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

/** Milliseconds for reading the definitions. Its own deadline, for it serves every caller that waits. */
const definitionsDeadlineMs = 5_000;

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

type Definitions = readonly CustomFieldDefinition[];

function createDescope(directory: string, settings: Settings, { http }: { http: HttpClient }): Provider {
  const client = createDescopeClient(settings, http);
  let cached:
    | {
        readonly definitions: Promise<Definitions>;
        /** By a clock that nobody sets back. */
        readonly at: number;
        /** What they are, once they have come. */
        known?: Definitions;
      }
    | undefined;

  /** What a read gives; undefined where the user is not there. */
  async function read<T>(
    request: WireRequest,
    schema: z.ZodType<T>,
    call: CallOptions,
  ): Promise<T | undefined> {
    return readAnswer(await client.send(request, call), schema, errorGrammar);
  }

  /** The definitions, no older than that. Callers share one request, which has a deadline of its own. */
  function definitions(call: CallOptions, maxAgeMs: number): Definitions | Promise<Definitions> {
    if (!cached || performance.now() - cached.at >= maxAgeMs) {
      const entry: typeof cached = { definitions: loadDefinitions(), at: performance.now() };
      cached = entry;
      entry.definitions.then(
        (known) => {
          entry.known = known;
        },
        () => {
          // A failure is not kept: the next call asks again.
          if (cached === entry) cached = undefined;
        },
      );
    }
    return cached.known ?? awaitDefinitions(cached.definitions, call);
  }

  async function awaitDefinitions(loading: Promise<Definitions>, call: CallOptions): Promise<Definitions> {
    const known = await withDeadline(loading, call.deadline);
    if (known === 'deadline')
      throw new ReadFailure(unreachable({ kind: 'not-sent', reason: 'deadline' }, []));
    return known;
  }

  async function loadDefinitions(): Promise<Definitions> {
    // Patches wait for it, too, and it is seldom sent.
    const call = { deadline: createDeadline(definitionsDeadlineMs), priority: 'urgent' as const };
    const answer = await read(encodeAttributes(), attributesAnswer, call);
    const known = (answer?.data ?? []).flatMap((attribute) => decodeAttribute(attribute) ?? []);
    if (settings.nullRemovesAttribute) return known;
    return known.map((definition) => ({ ...definition, operations: ['ADD', 'REPLACE'] }));
  }

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
    const known = needsDefinitions(user) ? definitions(call, settings.attributesTtlMs) : [];
    return known instanceof Promise ? known.then(decode) : decode(known);
  }

  return {
    kind: 'descope',
    capabilities: capabilities(settings, settings.maxLength),

    customFieldDefinitions(call, seek = []) {
      const complete = (known: Definitions) =>
        seek.every((name) => known.some(({ field }) => field === name))
          ? known
          : definitions(call, seekEveryMs);
      const known = definitions(call, settings.attributesTtlMs);
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
      const exchange = await client.send(encodePatch(userId, step), call);
      if (exchange.kind === 'not-sent')
        return { kind: 'refused', errors: [unreachable(exchange, ['patch'])] };
      if (exchange.kind === 'no-answer') return { kind: 'ambiguous' };
      const refusal = refusalOf(exchange, errorGrammar);
      if (refusal) return { kind: 'refused', errors: [toPatchError(refusal, exchange, wholePath(step))] };
      const user = parseSuccess(exchange, userAnswer)?.user;
      return user?.userId === userId ? accepted(user, call) : { kind: 'ambiguous' };
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
    const exchange = await client.send(encodePatchMany(lot), call);
    if (exchange.kind === 'not-sent')
      return lot.map(() => ({ kind: 'refused', errors: [unreachable(exchange, ['patch'])] }));
    if (exchange.kind === 'no-answer') return lot.map(() => ({ kind: 'ambiguous' }));
    const refusal = refusalOf(exchange, errorGrammar);
    if (refusal)
      return lot.map(({ step }) =>
        isOfAll(refusal, exchange)
          ? { kind: 'refused', errors: [toPatchError(refusal, exchange, wholePath(step))] }
          : // A guess that is not made: whether the users before the one that is at fault were written by then.
            { kind: 'ambiguous', refusedUnlessApplied: [refusedTogether(refusal, wholePath(step))] },
      );
    const answer = parseSuccess(exchange, batchAnswer) ?? {};
    const said = decodeBatch(
      answer,
      lot.map(({ userId }) => userId),
    );
    return Promise.all(
      lot.map(({ step }, index): WriteResult | Promise<WriteResult> => {
        const one = said[index];
        if (!one) return { kind: 'ambiguous' };
        return one.kind === 'written'
          ? accepted(one.user, call)
          : { kind: 'refused', errors: [toFailure(one.failure, exchange, wholePath(step))] };
      }),
    );
  }
}

function parseSuccess<T>(answer: HttpResponse, schema: z.ZodType<T>): T | undefined {
  return answer.status === 200 ? parseJson(answer.body, schema) : undefined;
}
