import { ConfigError, loadConfig } from './config.ts';
import { loggedError } from './logged-error.ts';
import { createLog, startService } from './service.ts';

/** Milliseconds in which `/ready` says that this process leaves, before it takes no more connections. */
const graceMs = 1_000;

/** Milliseconds that the requests under way have when the process is asked to leave. */
const drainMs = 25_000;

async function main(): Promise<void> {
  const [command] = process.argv.slice(2);
  if (command === 'check') return check();
  if (command !== undefined) {
    throw new ConfigError(
      'There is no such command. Say nothing to start, or check to read the configuration.',
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
    leaveOnSignal(() => service.close(graceMs));
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
  });
  process.stdout.write(welcome(service, sandbox));
}

/** A dry start: reads the configuration and the secrets that it names, says what it found, and reaches nobody. */
function check(): void {
  const config = loadConfig(process.env);
  if (!config) throw new ConfigError('There is no ./idpatch.yaml, and IDPATCH_CONFIG names no other file.');
  const { directories, callers, journal } = config;
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
  process.stdout.write(`The configuration can be started with.\n${lines.join('\n')}\n`);
}

/** What is the same for all callers; or where it is read in a token. */
function told(source: readonly string[] | { readonly claim: string | readonly string[] }): string {
  if ('claim' in source) return `by the claim ${[source.claim].flat().join('.')}`;
  return source.join(' ') || 'none';
}

function leaveOnSignal(close: () => Promise<void>): void {
  const leave = () => {
    setTimeout(() => process.exit(1), drainMs).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
}

// Node itself would print all that the error has, whatever that quotes.
process.on('uncaughtException', (error) => {
  process.stderr.write(`idpatch ends over a bug: ${JSON.stringify(loggedError(error))}\n`);
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
    process.stderr.write(`idpatch does not start: ${JSON.stringify(loggedError(error))}\n`);
  }
  process.exit(1);
}
