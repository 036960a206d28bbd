import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../processes.ts';
import { createDescope } from './descope.ts';
import { createEiamDeveloper, createEiamManagement } from './eiam.ts';
import { createIssuer } from './issuer.ts';

/** A request as the upstream receives it; `path` with its query. */
type Asked = { method: string; path: string; body: string; headers: IncomingHttpHeaders };

/** The body of the answer to a request for this provider; undefined where it is for another. */
export type Provider = (request: Asked) => object | undefined;

const issuer = await createIssuer();
const providers: readonly Provider[] = [createDescope(), createEiamDeveloper(), createEiamManagement()];
let calls = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { method = '', url: path = '', headers } = request;
    const asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
    const answer =
      path === '/bench' ? await state(headers.host) : path === '/jwks.json' ? issuer.keySet : call(asked);
    const body = JSON.stringify(answer ?? {});
    const length = Buffer.byteLength(body);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json', 'content-length': length });
    response.end(body);
  });
});
// A connection that the server under test keeps is not closed between two of its requests.
server.keepAliveTimeout = 0;
listen(server);

function call(request: Asked): object | undefined {
  calls += 1;
  for (const provider of providers) {
    const answer = provider(request);
    if (answer) return answer;
  }
  return undefined;
}

/** What the bench asks for: how many calls there have been, and a token. */
const state = async (host: string | undefined) => ({ calls, token: await issuer.token(`http://${host}`) });
