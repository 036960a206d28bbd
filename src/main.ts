import { setFlagsFromString } from 'node:v8';
import { ConfigError } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import { checkJournal, startService } from './service.ts';
import { errorFields } from './telemetry/error-fields.ts';
import { createLog } from './telemetry/log.ts';

/**
 * Milliseconds beyond its grace and one deadline that a process has when it is asked to leave: a request may take
 * ten seconds to arrive, and its result is still to be put on record.
 */
const drainMarginMs = 14_000;

/**
 * By how many per cent the heap may grow until all of it is collected. graphql-js remembers what each request selects
 * in WeakMaps (jsutils/memoize3.js), whose values outlive the collections of young objects: four kilobytes a request
 * that only a whole collection finds. V8 left alone lets them grow to three times what is alive: 374 MiB in place of
 * 316 after a million requests, at the same CPU time. V8 reads this whenever it sets the next limit.
 */
const heapGrowingPercent = 100;

async function main(): Promise<void> {
  const [command] = process.argv.slice(2);
  if (command === 'check') return check();
  if (command === 'config-schema') return printConfigSchema();
  if (command !== undefined) {
    throw new ConfigError(
      'There is no such command. Say nothing to start, check to read the configuration, or config-schema for its JSON Schema.',
    );
  }
  const log = createLog();
  const config = loadConfig(process.env);
  if (config) {
    const service = await startService(config, { log });
    log.info({
      event: 'listening',
      url: `${service.url}/graphql`,
      ...(service.metricsUrl === undefined ? {} : { metrics: service.metricsUrl }),
      directories: Object.keys(config.directories),
    });
    const { graceMs } = config.server;
    leaveOnSignal(() => service.close(graceMs), graceMs + config.limits.deadlineMs + drainMarginMs);
    return;
  }
  // Loaded only where there is no configuration: a real directory never runs beside an emulated one.
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const { starterTabs, welcome } = await import('./sandbox/welcome.ts');
  const sandbox = await startSandbox(process.env);
  const service = await startService(sandbox.config, { log, starterTabs: starterTabs(sandbox) });
  leaveOnSignal(async () => {
    await service.close();
    await sandbox.close();
  }, sandbox.config.limits.deadlineMs + drainMarginMs);
  print(welcome(service, sandbox));
}

/** A dry start: reads the configuration and the secrets that it names, says what it found, and reaches and makes nothing. */
function check(): void {
  const config = loadConfig(process.env);
  if (!config) throw new ConfigError('There is no ./idpatch.yaml, and IDPATCH_CONFIG names no other file.');
  const { directories, callers, journal } = config;
  checkJournal(journal);
  const lines = [
    `directories: ${Object.keys(directories).join(', ')}`,
    ...(callers.anonymous ? ['callers: anonymous, who may do everything'] : []),
    ...(callers.jwt ?? []).map(
      ({ issuer, audience, rights, directories: where, self }) =>
        `callers: of ${issuer} for ${audience}, rights ${told(rights)} in ${told(where)}` +
        (self ? `, and their own record in ${self.directory}` : ''),
    ),
    `journal: ${journal ? Object.keys(journal).find((key) => key !== 'retentionDays') : 'none'}`,
  ];
  print(`The configuration can be started with.\n${lines.join('\n')}\n`);
}

/** What an editor completes and checks idpatch.yaml by, as examples/idpatch.schema.json has it. */
async function printConfigSchema(): Promise<void> {
  const { configSchema } = await import('./config/json-schema.ts');
  print(configSchema());
}

function print(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it, a pager or `head`, has read enough.
    if (error.code !== 'EPIPE') throw error;
  });
  process.stdout.write(text);
}

/** What is the same for all callers; or where it is read in a token. */
function told(source: readonly string[] | { readonly claim: string | readonly string[] }): string {
  if ('claim' in source) return `by the claim ${[source.claim].flat().join('.')}`;
  return source.join(' ') || 'none';
}

function leaveOnSignal(close: () => Promise<void>, drainMs: number): void {
  let leaving = false;
  const leave = () => {
    // A second signal ends nothing early: npm passes on what the terminal has sent to both already.
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}

setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);

// Node itself would print all that the error has, whatever that quotes.
process.on('uncaughtException', (error) => {
  process.stderr.write(`idpatch ends over a bug: ${JSON.stringify(errorFields(error))}\n`);
  process.exit(1);
});

try {
  await main();
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError) {
    process.stderr.write(`idpatch does not start:\n${error.message}\n`);
  } else if (code === 'EADDRINUSE') {
    process.stderr.write(
      'idpatch does not start: the port is taken. Set PORT to another, such as PORT=4001.\n',
    );
  } else {
    process.stderr.write(`idpatch does not start: ${JSON.stringify(errorFields(error))}\n`);
  }
  process.exit(1);
}
