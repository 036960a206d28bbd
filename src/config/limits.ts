import { z } from 'zod';
import { between, positive } from '../settings/fields.ts';

const documentLimits = z
  .strictObject({
    tokens: positive.max(1_500).default(1_000).describe('Tokens of the document.'),
    depth: positive.default(15).describe('Nesting of fields.'),
    fields: positive.default(450).describe('Fields; those of a fragment count each time it is spread.'),
    aliases: positive.default(30).describe('Aliases.'),
    directives: positive.default(4).describe('Directives at one location.'),
    rootMutations: positive.default(10).describe('Root fields of a mutation; each is a call of its own.'),
  })
  .prefault({})
  .describe('Limits of one document.');

/** The limits of idpatch.yaml. */
export const limits = z
  .strictObject({
    deadlineMs: between(100, 120_000)
      .default(10_000)
      .describe('Milliseconds for one request with everything its document asks for, read-back included.'),
    readBackMs: between(50, 60_000)
      .default(3_000)
      .describe('Milliseconds of the deadline that are reserved for the read-back after a write.'),
    // Our own choice: no provider says how far its reads may lag behind its writes.
    readBackDelaysMs: z
      .array(positive.max(60_000))
      .max(5)
      .default([50, 150, 400, 1_000, 2_000])
      .describe('Milliseconds between the reads after a write, as long as the user does not show it.'),
    operationsPerPatch: positive.max(1_000).default(50).describe('Operations on custom fields in one patch.'),
    // Our own choice: far more than users have.
    membersPerList: positive.max(100_000).default(10_000).describe('Members of one list in a patch.'),
    bodyBytes: between(1_024, 64 * 1024 * 1024)
      .default(1_048_576)
      .describe('Maximum size of a request body in bytes, decompressed.'),
    // Our own choices, for a process of about 400 MiB: a value takes up to 80 bytes, and 5 µs to parse.
    bodyValues: between(1_000, 10_000_000)
      .default(50_000)
      .describe('Maximum number of JSON values in a request body.'),
    totalBodyBytes: between(2_048, 1024 * 1024 * 1024)
      .default(8_388_608)
      .describe(
        'Bytes of all request bodies under way; one caller gets at most as many as are left. Beyond it: 503 with Retry-After.',
      ),
    // Our own choice: one of the largest answers fits, and dozens of lists of a hundred users do.
    totalAnswerBytes: between(131_072, 1024 * 1024 * 1024)
      .default(16_777_216)
      .describe(
        'Bytes of all large answers of providers to reads under way; one directory gets at most as many as are left. Beyond it an answer is cut off: PROVIDER_UNAVAILABLE.',
      ),
    unreadResponseBytes: between(1_024, 1024 * 1024 * 1024)
      .default(33_554_432)
      .describe(
        'Bytes of responses that clients have not read yet. Beyond it the client with the most of them is disconnected.',
      ),
    requestsPerCallerPerMinute: positive
      .default(600)
      .describe('Requests of one caller per minute, of all replicas together if they share a journal.'),
    // Our own choices, by measurement: a point is about a microsecond of CPU, and 50 bytes of an answer. A list of a
    // thousand users with ten fields costs 60,000, a patch about 350.
    costPerRequest: positive
      .default(200_000)
      .describe('Points that one request may cost: users named × fields selected, about.'),
    costPerCallerPerMinute: positive
      .default(3_000_000)
      .describe('Points that the requests of one caller may cost per minute in one process.'),
    requestsUnderWayPerCaller: positive
      .default(300)
      .describe('Requests of one caller that are under way in one process at the same time.'),
    costUnderWay: positive
      .default(400_000)
      .describe(
        'Points of all requests under way in one process, one caller’s at most half of them; others wait.',
      ),
    // Our own choices: GraphiQL's introspection query is within them.
    document: documentLimits,
  })
  .refine(({ deadlineMs, readBackMs }) => readBackMs < deadlineMs, {
    path: ['readBackMs'],
    error: 'Expected less than deadlineMs, of which it is a part.',
  })
  .refine(({ bodyBytes, totalBodyBytes }) => totalBodyBytes >= 2 * bodyBytes, {
    path: ['totalBodyBytes'],
    error: 'Expected at least twice limits.bodyBytes.',
  })
  .refine(({ costPerRequest, costUnderWay }) => costPerRequest <= costUnderWay, {
    path: ['costPerRequest'],
    error: 'Expected at most costUnderWay, or such a request could never begin.',
  })
  .refine(({ costPerRequest, costPerCallerPerMinute }) => costPerRequest <= costPerCallerPerMinute, {
    path: ['costPerRequest'],
    error: 'Expected at most costPerCallerPerMinute, or such a request would always be refused.',
  })
  .prefault({})
  .describe('Limits of one request, one patch and one caller.');
