import { z } from 'zod';
import { callers, unknownDirectories } from '../auth/config.ts';
import { directoryNamePattern } from '../domain/user.ts';
import { providers } from '../providers/registry.ts';
import { secret } from '../settings/fields.ts';
import { isLoopback, isLoopbackHost, originProblem } from '../settings/origin.ts';
import { metrics, traces } from '../telemetry/config.ts';

/** The configuration as the program uses it: checked, complete, every secret a Secret. */
export type Config = z.output<typeof configuration>;

/** A configuration that must not be started with: one line a problem, each naming its key and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const kinds = Object.keys(providers) as [keyof typeof providers, ...(keyof typeof providers)[]];

/** One directory: these keys, and the settings of its provider beside them. */
export const directory = z
  .looseObject({
    provider: z.enum(kinds).describe('The kind of back end that holds the users.'),
    allowLoopback: z
      .boolean()
      .default(false)
      .describe('Permits a base URL on this machine’s loopback interface, for tests and the sandbox.'),
    pace: z
      .strictObject({
        perMinute: z
          .int()
          .min(2)
          .max(10_000_000)
          .describe(
            'Requests in any minute, of all replicas together. A patch needs two of them, to write and to look, and up to three more: for a login, what it adds to, a token or the definitions of custom fields.',
          ),
      })
      .optional()
      .describe('The quota to stay within. Left out: as the provider publishes.'),
  })
  .transform(({ provider, allowLoopback, pace, ...settings }, context) => {
    const parsed = providers[provider].safeParse(settings);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    }
    const message = originProblem(parsed.data.origin, allowLoopback);
    if (message) context.addIssue({ code: 'custom', path: ['baseUrl'], message });
    return { ...parsed.data, pace: pace ?? parsed.data.pace };
  });

/** The origin of a page, in the way that a browser sends it. */
const pageOrigin = z.string().refine((text) => isPageOrigin(text), {
  error: 'Expected the origin of a page, such as https://app.example.com; http on loopback only.',
});

function isPageOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopback(origin)));
}

const documentLimits = z
  .strictObject({
    tokens: z.int().positive().max(1_500).default(1_000).describe('Tokens of the whole document.'),
    depth: z.int().positive().default(15).describe('How deep fields may lie in fields.'),
    fields: z
      .int()
      .positive()
      .default(450)
      .describe('Fields, with those of a fragment counted wherever it is spread.'),
    aliases: z.int().positive().default(30).describe('Fields that are given another name.'),
    directives: z.int().positive().default(4).describe('Directives on one place of the document.'),
    rootMutations: z
      .int()
      .positive()
      .default(10)
      .describe('Fields of the mutation itself, each of which is a call of its own.'),
  })
  .prefault({})
  .describe('What one document may have.');

const server = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('The address to listen on. HOST in the environment replaces it.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(4000)
      .describe('The port to listen on, 0 for a free one. PORT in the environment replaces it.'),
    graphiql: z.boolean().default(false).describe('Whether a browser that opens /graphql gets GraphiQL.'),
    introspection: z.boolean().default(false).describe('Whether callers may ask for the schema itself.'),
    suggestions: z
      .boolean()
      .default(false)
      .describe('Whether an error of a document names what is wrong, and what may have been meant.'),
    cors: z
      .array(pageOrigin)
      .default([])
      .describe('Pages of other origins that may call from a browser, such as https://app.example.com.'),
    graceMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(1_000)
      .describe(
        'Milliseconds for which `/ready` says that the process leaves, before it takes no more connections.',
      ),
  })
  .prefault({})
  .describe('Where requests are taken, and from which pages.');

// Our own choice.
const retentionDays = z
  .number()
  .positive()
  .max(3650)
  .default(30)
  .describe('Days after which the journal forgets an operation, and with it its key.');

const journal = z
  .union(
    [
      z.strictObject({
        sqlite: z.string().min(1).describe('The path of a file that one process alone has.'),
        retentionDays,
      }),
      z.strictObject({
        postgres: secret.describe('The address of a PostgreSQL that replicas share: postgres://…'),
        retentionDays,
      }),
    ],
    { error: 'Expected { sqlite: PATH } or { postgres: { env: NAME } }, and retentionDays if wanted.' },
  )
  .optional()
  .describe(
    'Where operations are put on record. Left out: nothing is remembered, and idempotency keys are refused.',
  );

const limits = z
  .strictObject({
    deadlineMs: z
      .int()
      .min(100)
      .max(120_000)
      .default(10_000)
      .describe('Milliseconds for one request and all that its document asks for, reading back included.'),
    readBackMs: z
      .int()
      .min(50)
      .max(60_000)
      .default(3_000)
      .describe('Milliseconds of the deadline that are kept for reading back what was written.'),
    operationsPerPatch: z
      .int()
      .positive()
      .max(1_000)
      .default(50)
      .describe('Operations on custom fields in one patch.'),
    bodyBytes: z
      .int()
      .min(1_024)
      .max(64 * 1024 * 1024)
      .default(1_048_576)
      .describe('Bytes of one request’s body at most.'),
    requestsPerCallerPerMinute: z
      .int()
      .positive()
      .default(600)
      .describe('Requests of one caller in a minute, on all replicas together where they share a journal.'),
    // Our own choices: GraphiQL's own question for the schema is within them.
    document: documentLimits,
  })
  .refine(({ deadlineMs, readBackMs }) => readBackMs < deadlineMs, {
    path: ['readBackMs'],
    error: 'Expected less than deadlineMs: it is a part of it.',
  })
  .prefault({})
  .describe('What one request, one patch and one caller may take.');

/** All of idpatch.yaml. */
export const configuration = z
  .strictObject({
    server,
    callers: callers.describe(
      'Who is let in: whoever brings a token of one of the issuers, and on a loopback host whoever brings none.',
    ),
    directories: z
      .record(
        z.string().regex(directoryNamePattern, 'A name has lower-case letters, digits and hyphens.'),
        directory,
      )
      .refine((all) => Object.keys(all).length > 0, 'Name at least one directory.')
      .meta({ minProperties: 1 })
      .describe('Where users are, each directory by its name: lower-case letters, digits and hyphens.'),
    journal,
    metrics: metrics
      .optional()
      .describe('Where metrics are served, for Prometheus: on a port of their own. Left out: nowhere.'),
    traces: traces
      .optional()
      .describe('Where traces go, as OTLP over HTTP, and how many. Left out: nowhere.'),
    limits,
  })
  .superRefine(({ server, callers, directories, metrics }, context) => {
    if (metrics && metrics.port !== 0 && metrics.port === server.port) {
      const message = 'Expected a port of its own: this is server.port.';
      context.addIssue({ code: 'custom', path: ['metrics', 'port'], message });
    }
    if (callers.anonymous && !isLoopbackHost(server.host)) {
      const message =
        'Anonymous callers are let in only where server.host is a loopback address such as 127.0.0.1.';
      context.addIssue({ code: 'custom', path: ['callers', 'anonymous'], message });
    }
    for (const { path, message } of unknownDirectories(callers, Object.keys(directories))) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

/**
 * Checks a configuration in which every secret is a Secret already.
 * @throws ConfigError
 */
export function parseConfig(raw: unknown): Config {
  const parsed = configuration.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues
      .map(({ path, message }) => `${path.join('.') || 'the configuration'}: ${message}`)
      .join('\n'),
  );
}
