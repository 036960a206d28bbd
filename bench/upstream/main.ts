import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sayListening } from '../processes.ts';
import type { UpstreamAnswer } from './answer.ts';
import { createDescope } from './descope.ts';
import { createEiamDeveloper, createEiamManagement } from './eiam.ts';
import type { UpstreamSettings } from './settings.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as UpstreamSettings;
const upstreams = [createDescope(settings.fields), createEiamDeveloper(), createEiamManagement()];
const keySet = JSON.stringify(settings.keySet);
let calls = 0;

function answer(request: IncomingMessage, body: string): UpstreamAnswer {
  const { method = '', url: path = '', headers } = request;
  if (path === '/jwks.json') return { status: 200, body: keySet };
  calls += 1;
  for (const upstream of upstreams) {
    const given = upstream({ method, path, body, headers });
    if (given) return given;
  }
  return { status: 404, body: '{}' };
}

function send(response: ServerResponse, { status, body }: UpstreamAnswer): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length });
  response.end(body);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const given = answer(request, Buffer.concat(chunks).toString());
    if (settings.latencyMs === 0) send(response, given);
    else setTimeout(send, settings.latencyMs, response, given);
  });
});
// A connection that the server under test keeps is not closed between two of its requests.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => sayListening((server.address() as AddressInfo).port));

// Any message asks how many calls there have been; the key set is not one.
process.on('message', () => process.send?.({ calls }));
