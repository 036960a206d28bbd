import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createAuthenticator } from './auth/authenticator.ts';
import { createRateLimit } from './auth/rate-limit.ts';
import { type Config, ConfigError } from './config/config.ts';
import { createDirectories } from './directories.ts';
import { createGraphQLHandler } from './graphql/yoga.ts';
import type { Journal } from './journal/journal.ts';
import { noJournal } from './journal/no-journal.ts';
import { keepOwedResults } from './journal/owed-results.ts';
import { createPostgresJournal } from './journal/postgres.ts';
import { createSqliteJournal } from './journal/sqlite.ts';
import { folderProblem, foreseeableFolderProblem } from './journal/sqlite-folder.ts';
import { createDigests, type Digests } from './patch/digests.ts';
import { createInFlight } from './patch/in-flight.ts';
import { createReconciler } from './patch/reconciler.ts';
import { createUserLock } from './patch/user-lock.ts';
import { createCors } from './server/cors.ts';
import { createGraphiQL } from './server/graphiql.ts';
import { listen } from './server/http-server.ts';
import { answerProbe, answerRequest } from './server/routes.ts';
import { instrumentAuthenticator, instrumentRateLimit } from './telemetry/instrument-auth.ts';
import { instrumentHandler } from './telemetry/instrument-handler.ts';
import { instrumentJournal } from './telemetry/instrument-journal.ts';
import { instrumentOperations } from './telemetry/instrument-operations.ts';
import type { ShedReason } from './telemetry/labels.ts';
import { answerScrape } from './telemetry/scrape.ts';
import type { Stdout } from './telemetry/stdout.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import { createBudget } from './upstream/budget.ts';
import { createQuotas } from './upstream/quota/quotas.ts';

/**
 * Milliseconds that draining may take beyond the grace period and one deadline: a request may take ten seconds to
 * arrive, and its result must be recorded.
 */
export const drainMarginMs = 14_000;

/** A running service. */
export interface Service {
  /** `http://<host>:<port>` with the actual port. */
  readonly url: string;
  /** `http://<host>:<port>/metrics`; undefined if not configured. */
  readonly metricsUrl: string | undefined;
  /** Changes what can be changed while it runs: see config/reload.ts. */
  reload(config: Config): void;
  /**
   * Drains: `/ready` turns 503, after `graceMs` new connections are refused, operations in flight end, then
   * connections to providers and the journal are closed. Metrics are served until the end.
   */
  close(graceMs?: number): Promise<void>;
}

interface ServiceOptions {
  readonly log: Logger;
  /** Where the log goes, if lines can be dropped there. */
  readonly stdout?: Stdout;
  readonly starterTabs?: readonly string[];
}

/**
 * Starts the service of a configuration and listens. Rejects if the address is taken or the journal's folder cannot
 * be created.
 */
export async function startService(
  config: Config,
  { log, stdout, starterTabs = [] }: ServiceOptions,
): Promise<Service> {
  const opened = config.journal ? openJournal(config.journal, log) : noJournal;
  const telemetry = await startTelemetry(config, log);
  const { metrics } = telemetry;
  const postgres = config.journal && 'postgres' in config.journal ? config.journal.postgres : undefined;
  const quotas = createQuotas(postgres);
  const directories = createDirectories(config, quotas, telemetry, log);
  const { journal, owed } = keepOwedResults(instrumentJournal(telemetry, opened), log);
  let knownDigests: Digests | undefined;
  const digests = () => {
    knownDigests ??= createDigests(journal.digestKey());
    return knownDigests;
  };
  const reconciler = createReconciler(journal, directories, digests, log);
  const stopPruning = config.journal ? pruneDaily(journal, config.journal.retentionDays, log) : () => {};
  const inFlight = createInFlight();
  const { limits } = config;
  const services = {
    directories,
    limits,
    journal,
    digests,
    reconciler,
    inFlight,
    instrumentation: instrumentOperations(telemetry),
    log,
    userLock: createUserLock(journal, limits.deadlineMs),
  };
  let leaving = false;
  metrics?.operationsUnderWay({}, () => inFlight.count());
  metrics?.draining({}, () => Number(leaving));
  for (const [minutes, from, to] of [
    ['0-1', 0, 1],
    ['1-10', 1, 10],
    ['10-', 10, Number.POSITIVE_INFINITY],
  ] as const) {
    const isWithin = (ms: number) => ms >= from * 60_000 && ms < to * 60_000;
    metrics?.operationsNotFinal({ minutes }, () => reconciler.ages().filter(isWithin).length);
  }
  metrics?.owedResults({}, owed);
  if (metrics) stdout?.onDropped((kind) => metrics.linesDropped({ kind }));
  if (config.journal && 'postgres' in config.journal && !config.journal.digestKey) {
    const problem =
      'Without journal.digestKey, an outcome stays UNKNOWN after a restart until its key is used again.';
    log.warn({ event: 'configuration', problem });
  }
  const isReady = async () => {
    if (leaving) return false;
    // Without the key of the digests no intent can be written.
    return journal
      .check()
      .then(digests)
      .then(
        () => true,
        () => false,
      );
  };
  const userIdForms = new Map(
    [...directories].map(([name, { provider }]) => [name, provider.capabilities.userIds]),
  );
  const authenticator = instrumentAuthenticator(telemetry, createAuthenticator(config.callers, userIdForms));
  const rateLimit = instrumentRateLimit(
    telemetry,
    createRateLimit(limits.requestsPerCallerPerMinute, postgres),
  );
  const costLimit = instrumentRateLimit(telemetry, createRateLimit(limits.costPerCallerPerMinute));
  const onShed = (reason: ShedReason) => metrics?.shed({ reason });
  const routes = {
    graphql: createGraphQLHandler(services, {
      ...config.server,
      authenticator,
      ...{ rateLimit, costLimit },
      bodyBudget: createBudget(limits.totalBodyBytes, () => onShed('body_bytes')),
    }),
    isReady,
    graphiql: config.server.graphiql ? createGraphiQL(starterTabs) : undefined,
    ...originRules(config),
    maxEventLoopDelayMs: config.server.maxEventLoopDelayMs,
    onShed: () => onShed('event_loop'),
  };
  // A separate listener, so that callers cannot reach the metrics. Probes on it do not wait behind callers' connections:
  // Node accepts one connection per turn of the event loop.
  const metricsServer =
    metrics && config.metrics
      ? await listen({
          ...config.metrics,
          handle: (request) => answerProbe(request, isReady) ?? answerScrape(request, metrics),
          log,
        }).catch(noMetricsPort)
      : undefined;
  const server = await listen({
    ...config.server,
    handle: instrumentHandler(telemetry, (request, response) => answerRequest(request, response, routes)),
    log,
    limits: { ...config.server, ...limits },
    onCutOff: onShed,
  });
  return {
    url: server.url,
    metricsUrl: metricsServer && `${metricsServer.url}/metrics`,
    reload(config) {
      authenticator.accept(config.callers);
      rateLimit.limitTo(config.limits.requestsPerCallerPerMinute);
      Object.assign(routes, originRules(config));
    },
    async close(graceMs = 0) {
      leaving = true;
      server.drain();
      await delay(graceMs);
      await server.close();
      // A patch goes on after its caller has disconnected.
      await inFlight.settled();
      stopPruning();
      await reconciler.close();
      await Promise.all([...directories.values()].map(({ provider }) => provider.close()));
      await Promise.all([authenticator.close(), rateLimit.close(), quotas.close()]);
      await journal.close();
      await telemetry.close();
      await metricsServer?.close();
    },
  };
}

/** From where requests may come. */
function originRules({ server, callers }: Config) {
  return { cors: createCors(server.cors), loopbackNamesOnly: callers.anonymous === true };
}

/** main.ts reports EADDRINUSE for server.port. */
function noMetricsPort(error: NodeJS.ErrnoException): never {
  if (error.code === 'EADDRINUSE') throw new ConfigError('metrics.port: the port is taken.');
  throw error;
}

function openJournal(config: NonNullable<Config['journal']>, log: Logger): Journal {
  if ('postgres' in config)
    return createPostgresJournal(config.postgres, config.digestKey?.reveal(), (problem) =>
      log.warn({ event: 'journal', problem }),
    );
  refuseFolder(folderProblem(dirname(config.sqlite)));
  return createSqliteJournal(config.sqlite);
}

/**
 * Checks that the journal's folder exists or can be created, without creating it.
 * @throws ConfigError
 */
export function checkJournal(config: Config['journal']): void {
  if (config && 'sqlite' in config) refuseFolder(foreseeableFolderProblem(dirname(config.sqlite)));
}

function refuseFolder(problem: string | undefined): void {
  if (problem === undefined) return;
  const expected = 'a file in a folder that exists or can be created, such as ./data/idpatch.db';
  throw new ConfigError(`journal.sqlite: Expected ${expected}; its folder cannot be created (${problem}).`);
}

/** Prunes the journal now and once a day. Returns a function that stops it. */
function pruneDaily(journal: Journal, retentionDays: number, log: Logger): () => void {
  const dayMs = 24 * 60 * 60 * 1000;
  const prune = () => {
    journal
      .prune(new Date(Date.now() - retentionDays * dayMs))
      .then((count) => count > 0 && log.info({ event: 'prune', count }))
      .catch((err) => log.warn({ event: 'prune', err }));
  };
  prune();
  const timer = setInterval(prune, dayMs);
  timer.unref();
  return () => clearInterval(timer);
}
