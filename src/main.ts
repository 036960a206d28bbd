import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Config, ConfigError, parseConfig } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import { createReload, readConfig } from './config/reload.ts';
import { type Found, reachPostgres } from './journal/postgres-reach.ts';
import { checkJournal, drainMarginMs, startService } from './service.ts';
import { errorFields } from './telemetry/error-fields.ts';
import { createLog } from './telemetry/log.ts';
import { openStdout } from './telemetry/stdout.ts';

/**
 * Heap growth in percent before the next full collection. graphql-js memoizes each request's selections in WeakMaps
 * (jsutils/memoize3.js) that survive minor collections: four kilobytes per request. With V8's default the heap grows
 * to three times the live size: 374 MiB instead of 316 after a million requests, at the same CPU time.
 */
const heapGrowingPercent = 100;

/**
 * Milliseconds between minor collections. V8 gives memory back at rest (--memory-reducer), but measures how much is
 * allocated only when it collects: after a flood, with nothing more to do, it would never notice the rest. A collection
 * takes half a millisecond, and under load there are several a second anyway. Our own choice.
 */
const minorCollectionMs = 10_000;

function giveMemoryBackAtRest(): void {
  // The function is in contexts that are made after the flag.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  setInterval(() => collect({ type: 'minor' }), minorCollectionMs).unref();
}

async function main(): Promise<void> {
  const [command, ...options] = process.argv.slice(2);
  if (command === 'check') return check(options);
  if (command === 'config-schema') return printConfigSchema();
  if (command !== undefined) {
    throw new ConfigError(
      'Unknown command. Use no command to start, check to validate the configuration, or config-schema to print its JSON Schema.',
    );
  }
  // Without a listener the signal would end the process.
  const reload = Promise.withResolvers<() => void>();
  process.on('SIGHUP', () => void reload.promise.then((now) => now()));
  const stdout = await openStdout();
  const log = createLog(stdout);
  // Before standard output writes its last lines.
  process.prependOnceListener('exit', () => log.flush());
  const raw = readConfig(process.env, log);
  if (raw !== undefined) {
    const config = parseConfig(raw);
    const service = await startService(config, { log, stdout });
    log.info({
      event: 'listening',
      url: `${service.url}/graphql`,
      ...(service.metricsUrl === undefined ? {} : { metrics: service.metricsUrl }),
      directories: Object.keys(config.directories),
    });
    reload.resolve(createReload(raw, process.env, log, service.reload));
    const { graceMs } = config.server;
    closeOnSignal(() => service.close(graceMs), graceMs + config.limits.deadlineMs + drainMarginMs);
    return;
  }
  // Loaded only without a configuration: real and emulated directories never run together.
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const { starterTabs, welcome } = await import('./sandbox/welcome.ts');
  const sandbox = await startSandbox(process.env);
  const service = await startService(sandbox.config, { log, stdout, starterTabs: starterTabs(sandbox) });
  const problems = ['The sandbox has no configuration to read.'];
  reload.resolve(() => log.error({ event: 'not-reloaded', problems }));
  closeOnSignal(async () => {
    await service.close();
    await sandbox.close();
  }, sandbox.config.limits.deadlineMs + drainMarginMs);
  print(welcome(service, sandbox));
}

/**
 * Validates the configuration and its secrets and prints a summary. Creates nothing, and connects to nothing but with
 * `--reach`: then it says what it found, and fails where something cannot be reached.
 */
async function check(options: readonly string[]): Promise<void> {
  const unknown = options.find((option) => option !== '--reach');
  if (unknown !== undefined) throw new ConfigError('Unknown option of check. There is --reach.');
  const config = loadConfig(process.env);
  if (!config) throw new ConfigError('There is no ./idpatch.yaml, and IDPATCH_CONFIG names no other file.');
  const { directories, callers, journal } = config;
  checkJournal(journal);
  const lines = [
    `directories: ${Object.keys(directories).join(', ')}`,
    ...(callers.anonymous ? ['callers: anonymous, with every right'] : []),
    ...(callers.jwt ?? []).map(
      ({ issuer, audience, rights, directories: where, self }) =>
        `callers: of ${issuer} for ${audience}, rights ${summaryOf(rights)} in ${summaryOf(where)}` +
        (self ? `, and their own record in ${self.directory}` : ''),
    ),
    `journal: ${journal ? Object.keys(journal).find((key) => key !== 'retentionDays') : 'none'}`,
  ];
  if (options.includes('--reach')) lines.push(...(await reach(config)));
  print(`The configuration is valid.\n${lines.join('\n')}\n`);
}

/** What `check --reach` connects to, each by the key of the configuration that names it. */
const looks: readonly { readonly key: string; look(config: Config): Promise<Found> | undefined }[] = [
  {
    key: 'journal',
    look: ({ journal }) =>
      journal && 'postgres' in journal ? reachPostgres(journal.postgres.reveal()) : undefined,
  },
];

async function reach(config: Config): Promise<readonly string[]> {
  const lines = looks.map(async ({ key, look }) => {
    try {
      const found = await look(config);
      if (!found) return [];
      return [
        `reached: ${key}: ${found.facts.join(', ')}`,
        ...found.problems.map((problem) => `warning: ${key}: ${problem}`),
      ];
    } catch (error) {
      process.exitCode = 1;
      return [`not reached: ${key}: ${error instanceof Error ? error.message : 'for an unknown reason'}`];
    }
  });
  return (await Promise.all(lines)).flat();
}

/** Prints the JSON Schema of idpatch.yaml for editors: the text of examples/idpatch.schema.json. */
async function printConfigSchema(): Promise<void> {
  const { configSchema } = await import('./config/json-schema.ts');
  print(configSchema());
}

function print(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader, such as a pager or `head`, has closed the pipe.
    if (error.code !== 'EPIPE') throw error;
  });
  process.stdout.write(text);
}

/** Fixed values, or the claim that contains them. */
function summaryOf(source: readonly string[] | { readonly claim: string | readonly string[] }): string {
  if ('claim' in source) return `by the claim ${[source.claim].flat().join('.')}`;
  return source.join(' ') || 'none';
}

function closeOnSignal(close: () => Promise<void>, drainMs: number): void {
  let isClosing = false;
  const onSignal = () => {
    // A second signal is ignored: npm forwards a signal that the terminal has already sent to this process.
    if (isClosing) return;
    isClosing = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return `\n${error.message}`;
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? ' the port is taken. Set PORT to another, such as PORT=4001.'
    : ` ${JSON.stringify(errorFields(error))}`;
}

setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
giveMemoryBackAtRest();

// Node would print the whole error, which may contain personal data.
process.on('uncaughtException', (error) => {
  process.stderr.write(`idpatch ends over a bug: ${JSON.stringify(errorFields(error))}\n`);
  process.exit(1);
});

try {
  await main();
} catch (error) {
  process.stderr.write(`idpatch does not start:${reasonOf(error)}\n`);
  process.exit(1);
}
