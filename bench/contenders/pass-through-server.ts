import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { sayListening } from '../processes.ts';

const pool = new Pool(process.argv[2] ?? '', { connections: 64, pipelining: 1 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const answer = await pool.request({
      method: 'PATCH',
      path: request.url ?? '/',
      headers: { 'content-type': 'application/json', authorization: 'Bearer project:key' },
      body: Buffer.concat(chunks),
    });
    const body = await answer.body.text();
    response.writeHead(answer.statusCode, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => sayListening((server.address() as AddressInfo).port));
