import { createServer } from 'node:http';
import { Pool } from 'undici';
import { listen } from '../processes.ts';

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
listen(server);
