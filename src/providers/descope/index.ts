import { z } from 'zod';
import type { UserWithCustomFields } from '../../domain/user.ts';
import { baseUrl, maxLength, secret } from '../../settings/fields.ts';
import type { CallOptions, HttpClient } from '../../upstream/client.ts';
import { inBatches, readInBatches } from '../batches.ts';
import { isUser, type ReportUnreadable } from '../decode.ts';
import type { Provider, ProviderModule, UserWrite, WriteResult } from '../provider.ts';
import { createReader, refused, writeResultOf, writeResultsOf } from '../response.ts';
import { decodeBatch } from './batch.ts';
import { boundableFields, capabilities } from './capabilities.ts';
import { createDescopeClient } from './client.ts';
import { decodeAttribute, decodeUser, decodeUserWithCustomFields, needsDefinitions } from './decode.ts';
import { createDefinitionsCache, type Definitions } from './definitions.ts';
import {
  encodeAttributes,
  encodeLoad,
  encodeLoadMany,
  encodePatch,
  encodePatchMany,
  idsPerLoad,
  usersPerBatch,
} from './encode.ts';
import { batchRefused, errorFormat, isAboutWholeBatch, toUserError } from './errors.ts';
import { attributesAnswer, batchAnswer, userAnswer, usersAnswer, type WireUser } from './wire.ts';

/** The shortest interval between two refreshes for an attribute that the definitions lack. */
const minRefreshIntervalMs = 1_000;

const settings = z.strictObject({
  projectId: z
    .string()
    .regex(/^[A-Za-z0-9]{1,64}$/, 'Expected a Descope project id, such as P2abc….')
    .describe('The project’s id: P2abc…'),
  managementKey: secret.describe('A management key of the project, that may read and update users.'),
  baseUrl: baseUrl
    .optional()
    .describe('The API’s origin, such as https://api.descope.com. Left out: derived from the project’s id.'),
  // A guess: not published how soon a change takes effect.
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
  contactConflict: z
    .enum(['refused', 'merges'])
    .default('merges')
    .describe(
      'A guess: what a patch does with an email or phone by which another user signs in. `merges` deletes that user, so ' +
        'it is looked for before such a patch.',
    ),
  maxLength: maxLength(boundableFields),
});
type Settings = z.infer<typeof settings>;

/**
 * The API's origin. A project id of 32 characters or more contains its region, between the first character and the
 * last 27, as the official client reads it; for a shorter id the address has no region.
 */
function origin({ baseUrl, projectId }: Settings): string {
  if (baseUrl !== undefined) return new URL(baseUrl).origin;
  const region = projectId.length >= 32 ? `${projectId.slice(1, -27)}.`.toLowerCase() : '';
  return `https://api.${region}descope.com`;
}

/**
 * "User management paths under /v1/mgmt/user/* are limited to 500 requests per 60 seconds, with a 60-second backoff",
 * by project: https://docs.descope.com/rate-limiting. The lower limits there are for paths that are not used here:
 * create, update and search. /v1/mgmt/users/load is outside that path and has no published limit: that it counts
 * with the others is a guess on the safe side.
 */
const pace = { perMinute: 500 };

/** Descope's management API, https://docs.descope.com/api. */
export const descope: ProviderModule = {
  kind: 'descope',
  description: 'Descope.',
  settings: settings.transform((settings) => ({
    origin: origin(settings),
    project: settings.projectId,
    pace,
    create: (directory, http, report) => createDescope(directory, settings, http, report),
  })),
};

function createDescope(
  directory: string,
  settings: Settings,
  http: HttpClient,
  report: ReportUnreadable = () => {},
): Provider {
  const send = createDescopeClient(settings, http);
  const read = createReader(send, errorFormat);

  const definitions = createDefinitionsCache(async (call) => {
    const answer = await read(encodeAttributes(), attributesAnswer, call);
    const known = (answer?.data ?? []).flatMap((attribute) => decodeAttribute(attribute, report) ?? []);
    if (settings.nullRemovesAttribute) return known;
    return known.map((definition) => ({ ...definition, operations: ['ADD', 'REPLACE'] }));
  });

  /** The users of a batch; undefined for an entry that is none. */
  async function readBatch(
    batch: readonly string[],
    call: CallOptions,
  ): Promise<readonly (WireUser | undefined)[]> {
    const [first = '', ...more] = batch;
    if (more.length > 0) {
      const users = (await read(encodeLoadMany(batch), usersAnswer, call))?.users ?? [];
      return users.map((user) => (isUser(user) ? user : undefined));
    }
    const answer = await read(encodeLoad('userId', first), userAnswer, call);
    return answer ? [answer.user] : [];
  }

  /** Decodes the user with custom fields; at once where their definitions are cached or not needed. */
  function withCustomFields(
    user: WireUser,
    call: CallOptions,
  ): UserWithCustomFields | Promise<UserWithCustomFields> {
    const decode = (known: Definitions) => decodeUserWithCustomFields(directory, user, known, report);
    const known = needsDefinitions(user) ? definitions(call, settings.attributesTtlMs) : [];
    return known instanceof Promise ? known.then(decode) : decode(known);
  }

  return {
    kind: 'descope',
    capabilities: capabilities(settings, settings.maxLength),

    customFieldDefinitions(call, refreshFor = []) {
      const complete = (known: Definitions) =>
        refreshFor.every((name) => known.some(({ field }) => field === name))
          ? known
          : definitions(call, minRefreshIntervalMs);
      const known = definitions(call, settings.attributesTtlMs);
      return known instanceof Promise ? known.then(complete) : complete(known);
    },

    readUsers: (userIds, want, call) =>
      readInBatches(userIds, idsPerLoad, async (batch) => {
        const users = await readBatch(batch, call);
        return want.customFields
          ? Promise.all(users.map(async (user) => user && withCustomFields(user, call)))
          : users.map((user) => user && decodeUser(directory, user, report));
      }),

    async findUser(login, call) {
      const user = (await read(encodeLoad('loginId', login), userAnswer, call))?.user;
      // The call also accepts a user id. A login may be listed in another spelling than it was asked for.
      const found = user && (await withCustomFields(user, call));
      return found && (found.userId !== login || found.loginIds.includes(login)) ? found : undefined;
    },

    describe: encodePatch,

    async write(userId, step, call) {
      return writeResultOf(await send(encodePatch(userId, step), call), step, errorFormat, (answer, body) => {
        const user = answer.status === 200 ? userAnswer.safeParse(body).data?.user : undefined;
        return user?.userId === userId ? accepted(user, call) : undefined;
      });
    },

    async writeMany(writes, call) {
      const batches = inBatches(writes, usersPerBatch);
      return (await Promise.all(batches.map((batch) => writeBatch(batch, call)))).flat();
    },

    close: () => http.close(),
  };

  async function accepted(user: WireUser, call: CallOptions): Promise<WriteResult> {
    try {
      return { kind: 'accepted', user: await withCustomFields(user, call) };
    } catch {
      // Without the definitions the user cannot be decoded: the read-back decides what was written.
      return { kind: 'accepted' };
    }
  }

  async function writeBatch(batch: readonly UserWrite[], call: CallOptions): Promise<readonly WriteResult[]> {
    return writeResultsOf(await send(encodePatchMany(batch), call), batch.length, errorFormat, {
      toRefusals: (error, answer) =>
        batch.map(({ step }) =>
          isAboutWholeBatch(error, answer)
            ? refused(errorFormat.toPatchError(error, answer, step))
            : // Not published: whether users before the faulty one were written by then.
              { kind: 'ambiguous', refusedUnlessApplied: [batchRefused(error, step)] },
        ),
      readSuccesses: (answer, body) => {
        const entries = decodeBatch(
          (answer.status === 200 && batchAnswer.safeParse(body).data) || {},
          batch.map(({ userId }) => userId),
        );
        return batch.map(({ step }, index) => {
          const one = entries[index];
          if (one?.kind === 'written') return accepted(one.user, call);
          return one && refused(toUserError(one.failure, answer, step));
        });
      },
    });
  }
}
