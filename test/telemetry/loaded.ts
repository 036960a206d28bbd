import { createRequire } from 'node:module';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startService } from '../../src/service.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { openStdout } from '../../src/telemetry/stdout.ts';

/** Starts a service with the metrics and traces of its argument, and prints which libraries for telemetry are loaded.
 * prom-client brings OpenTelemetry's interfaces along, for exemplars; they are not what costs. */
const changes = JSON.parse(process.argv[2] ?? '{}') as object;
const sandbox = await startSandbox({}, { journal: null, server: { port: 0 }, ...changes });
const service = await startService(sandbox.config, { log: createLog(await openStdout()) });
const loaded = Object.keys(createRequire(import.meta.url).cache).flatMap(
  (path) => /node_modules\/(pino-pretty|prom-client|@opentelemetry\/sdk-trace-base)\//.exec(path)?.[1] ?? [],
);
process.stdout.write(JSON.stringify([...new Set(loaded)].toSorted()));
await service.close();
await sandbox.close();
