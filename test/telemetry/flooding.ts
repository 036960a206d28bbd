import { createLog } from '../../src/telemetry/log.ts';
import { openStdout } from '../../src/telemetry/stdout.ts';

/** Logs as many lines of each kind as its argument says, faster than anybody can read them, and ends. */
const log = createLog(await openStdout());
const more = 'x'.repeat(250);
for (let count = 0; count < Number(process.argv[2]); count += 1) {
  log.info({ event: 'patchUser', more });
  log.warn({ event: 'journal', more });
}
