import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sayListening } from '../../bench/processes.ts';

// A contender that is very fast: it says that everything was applied, and asks nobody.
const body = JSON.stringify({ data: { patchUser: { outcome: 'APPLIED', user: null, errors: [] } } });
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
});
server.listen(0, '127.0.0.1', () => sayListening((server.address() as AddressInfo).port));
