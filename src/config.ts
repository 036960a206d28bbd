import { z } from 'zod';
import { callers, unknownDirectories } from './callers/settings.ts';
import { providers } from './providers/registry.ts';
import { isLoopback, isLoopbackHost, originProblem, secret } from './settings.ts';
import { metrics, traces } from './telemetry/settings.ts';
import { directoryNamePattern } from './user.ts';

/** The configuration as the program uses it: checked, complete, every secret a Secret. */
export type Config = z.output<typeof schema>;

/** A configuration that must not be started with: one line a problem, each naming its key and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const kinds = Object.keys(providers) as [keyof typeof providers, ...(keyof typeof providers)[]];

const directory = z
  .looseObject({
    provider: z.enum(kinds),
    /** Permits a base URL on this machine's loopback interface, for tests and the sandbox. */
    allowLoopback: z.boolean().default(false),
    /** Requests in any minute; left out: as the provider publishes. A write needs a second one, to look at it. */
    pace: z.strictObject({ perMinute: z.int().min(2).max(10_000_000) }).optional(),
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
    tokens: z.int().positive().max(1_500).default(1_000),
    depth: z.int().positive().default(15),
    /** Fields, with those of a fragment counted wherever it is spread. */
    fields: z.int().positive().default(450),
    aliases: z.int().positive().default(30),
    /** Directives on one place of the document. */
    directives: z.int().positive().default(4),
    /** Fields of the mutation itself, each of which is a call of its own. */
    rootMutations: z.int().positive().default(10),
  })
  .prefault({});

/** Days after which the journal forgets an operation, and with it its key. Our own choice. */
const retentionDays = z.number().positive().max(3650).default(30);

const schema = z
  .strictObject({
    server: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        port: z.int().min(0).max(65_535).default(4000),
        graphiql: z.boolean().default(false),
        introspection: z.boolean().default(false),
        /** Whether an error of a document names what is wrong, and what may have been meant. */
        suggestions: z.boolean().default(false),
        /** Pages of other origins that may call from a browser, such as https://app.example.com. */
        cors: z.array(pageOrigin).default([]),
        /** Milliseconds for which `/ready` says that the process leaves, before it takes no more connections. */
        graceMs: z.int().min(0).max(60_000).default(1_000),
      })
      .prefault({}),
    callers,
    directories: z
      .record(
        z.string().regex(directoryNamePattern, 'A name has lower-case letters, digits and hyphens.'),
        directory,
      )
      .refine((all) => Object.keys(all).length > 0, 'Name at least one directory.'),
    /** Left out: nothing is remembered, and idempotency keys are refused. */
    journal: z
      .union(
        [
          z.strictObject({ sqlite: z.string().min(1), retentionDays }),
          z.strictObject({ postgres: secret, retentionDays }),
        ],
        { error: 'Expected { sqlite: PATH } or { postgres: { env: NAME } }, and retentionDays if wanted.' },
      )
      .optional(),
    metrics: metrics.optional(),
    traces: traces.optional(),
    limits: z
      .strictObject({
        /** Milliseconds for one whole operation, reading back included. */
        deadlineMs: z.int().min(100).max(120_000).default(10_000),
        /** Milliseconds of them that are kept for reading back what was written. */
        readBackMs: z.int().min(50).max(60_000).default(3_000),
        operationsPerPatch: z.int().positive().max(1_000).default(50),
        /** Bytes of one request's body at most. */
        bodyBytes: z
          .int()
          .min(1_024)
          .max(64 * 1024 * 1024)
          .default(1_048_576),
        /** Requests of one caller in a minute, on all replicas together where they share a journal. */
        requestsPerCallerPerMinute: z.int().positive().default(600),
        /** What one document may have. Our own choices: GraphiQL's own question for the schema is within them. */
        document: documentLimits,
      })
      .refine(({ deadlineMs, readBackMs }) => readBackMs < deadlineMs, {
        path: ['readBackMs'],
        error: 'Expected less than deadlineMs: it is a part of it.',
      })
      .prefault({}),
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
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues
      .map(({ path, message }) => `${path.join('.') || 'the configuration'}: ${message}`)
      .join('\n'),
  );
}
