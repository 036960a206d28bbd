import { z } from 'zod';
import { callers, unknownDirectories } from '../auth/config.ts';
import { directoryNamePattern } from '../domain/user.ts';
import { providers } from '../providers/registry.ts';
import { between, host, port, positive, secret } from '../settings/fields.ts';
import { isLoopback, isLoopbackHost, originProblem } from '../settings/origin.ts';
import { metrics, traces } from '../telemetry/config.ts';
import { defaultBurst } from '../upstream/quota/shares.ts';
import { limits } from './limits.ts';

/** The validated configuration, with defaults; every secret is a Secret. */
export type Config = z.output<typeof configuration>;

/** The configuration is invalid. The message has one line per problem with its key, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One directory: the common keys and the settings of its provider. */
export const directory = z
  .looseObject({
    provider: z
      .enum(providers.map(({ kind }) => kind))
      .describe('The kind of back end that holds the users.'),
    allowLoopback: z
      .boolean()
      .default(false)
      .describe('Permits a base URL on this machine’s loopback interface, for tests and the sandbox.'),
    pace: z
      .strictObject({
        perMinute: between(2, 10_000_000).describe(
          'Requests per minute, of all replicas together. A patch needs two, for the write and the read-back, and up to three more: for a login, the current value of a list, a token or the definitions of custom fields.',
        ),
        burst: z
          .number()
          .min(0.01)
          .max(1)
          .default(defaultBurst)
          .describe(
            'The part of it that callers may use as fast as they like. The rest is given out evenly over the minute, ' +
              'those first who have used least, so that nobody uses up what others need. 1 where there is one caller alone.',
          ),
      })
      .optional()
      .describe('The quota of the directory. Left out: the one that the provider publishes.'),
  })
  .transform(({ provider, allowLoopback, pace, ...settings }, context) => {
    const module = providers.find(({ kind }) => kind === provider);
    if (!module) throw new Error('Unreachable: the enum takes the kinds of the registry only.');
    const parsed = module.settings.safeParse(settings);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    }
    const message = originProblem(parsed.data.origin, allowLoopback);
    if (message) context.addIssue({ code: 'custom', path: ['baseUrl'], message });
    return { ...parsed.data, pace: pace ?? parsed.data.pace };
  });

/** An origin of a web page, exactly as a browser sends it. */
const pageOrigin = z.string().refine((text) => isPageOrigin(text), {
  error: 'Expected the origin of a page, such as https://app.example.com; http on loopback only.',
});

function isPageOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopback(origin)));
}

const server = z
  .strictObject({
    host: host.describe('The address to listen on. The environment variable HOST overrides it.'),
    port: port
      .default(4000)
      .describe('The port to listen on, 0 for a free one. The environment variable PORT overrides it.'),
    graphiql: z.boolean().default(false).describe('Serves GraphiQL to browsers at /graphql.'),
    introspection: z.boolean().default(false).describe('Allows introspection of the schema.'),
    suggestions: z.boolean().default(false).describe('Adds "Did you mean …" to validation errors.'),
    cors: z.array(pageOrigin).default([]).describe('Allowed CORS origins, such as https://app.example.com.'),
    graceMs: between(0, 60_000)
      .default(1_000)
      .describe('Milliseconds between SIGTERM, when `/ready` turns 503, and the end of new connections.'),
    // Our own choices.
    maxConnections: positive
      .default(2_000)
      .describe(
        'Connections at once. Beyond it a new one is closed at once, and an idle one makes room for the next.',
      ),
    requestsPerConnection: positive
      .default(4)
      .describe('Requests of one connection that are under way at once (pipelining); others wait.'),
    maxEventLoopDelayMs: between(10, 60_000)
      .default(500)
      .describe(
        'Milliseconds that a request may have waited for the process; else it gets 503 with Retry-After.',
      ),
  })
  .prefault({})
  .describe('The HTTP server.');

// Our own choice.
const retentionDays = z
  .number()
  .positive()
  .max(3650)
  .default(30)
  .describe('Days after which the journal deletes an operation and its idempotency key.');

const journal = z
  .union(
    [
      z.strictObject({
        sqlite: z.string().min(1).describe('The path of the database file, owned by one process.'),
        retentionDays,
      }),
      z.strictObject({
        postgres: secret.describe('The connection string of a PostgreSQL that replicas share: postgres://…'),
        digestKey: secret
          .refine((key) => key.reveal().length >= 32, 'Expected at least 32 characters.')
          .optional()
          .describe(
            'The secret key of the digests in the journal, the same for all replicas; 32 random characters or more. ' +
              'Left out: digests of inputs have no key, and none are kept of the values asked for.',
          ),
        retentionDays,
      }),
    ],
    { error: 'Expected { sqlite: PATH } or { postgres: { env: NAME } }, and retentionDays if wanted.' },
  )
  .optional()
  .describe('The journal of operations. Left out: nothing is recorded and idempotency keys are refused.');

/** All of idpatch.yaml. */
export const configuration = z
  .strictObject({
    server,
    callers: callers.describe(
      'Accepted callers: those with a token of a listed issuer; on a loopback host also anonymous ones.',
    ),
    directories: z
      .record(
        z.string().regex(directoryNamePattern, 'A name has lower-case letters, digits and hyphens.'),
        directory,
      )
      .refine((all) => Object.keys(all).length > 0, 'Name at least one directory.')
      .meta({ minProperties: 1 })
      .describe('The directories of users by name: lower-case letters, digits and hyphens.'),
    journal,
    metrics: metrics.optional().describe('Serves Prometheus metrics on a port of their own. Left out: none.'),
    traces: traces.optional().describe('Exports traces as OTLP over HTTP. Left out: none.'),
    limits,
  })
  .superRefine(({ server, callers, directories, metrics }, context) => {
    if (metrics && metrics.port !== 0 && metrics.port === server.port) {
      const message = 'Expected a port of its own: this is server.port.';
      context.addIssue({ code: 'custom', path: ['metrics', 'port'], message });
    }
    if (callers.anonymous && !isLoopbackHost(server.host)) {
      const message =
        'Anonymous callers are accepted only if server.host is a loopback address such as 127.0.0.1.';
      context.addIssue({ code: 'custom', path: ['callers', 'anonymous'], message });
    }
    for (const { path, message } of unknownDirectories(callers, Object.keys(directories))) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

/**
 * Validates a configuration whose secrets are resolved.
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
