import { type EmulatorRequest, serveOnLoopback } from '../../../src/sandbox/emulator.ts';
import type { Served } from '../../graphql/served.ts';

/** What stands between a gateway and its subgraph: it notes what passes, and can lose an answer. */
export interface Line extends Served {
  /** What the gateway sent, in order. */
  readonly requests: EmulatorRequest[];
  /** Answers that are lost: the subgraph has done what it was asked, and the gateway gets a 502. */
  answersToLose: number;
}

/** Whose names are for one connection alone, or for fetch to say. */
const notPassedOn = /^(host|connection|keep-alive|content-length|transfer-encoding|accept-encoding)$/;

/** Serves what is at `target`, an origin, on a free port of loopback. */
export async function openLine(target: () => string): Promise<Line> {
  const { url, requests, close } = await serveOnLoopback(async ({ method, url: path, headers, body }) => {
    const passed = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || notPassedOn.test(name) ? [] : [[name, String(value)] as const],
    );
    const answer = await fetch(`${target()}${path}`, {
      method,
      headers: Object.fromEntries(passed),
      ...(body ? { body } : {}),
    });
    const text = await answer.text();
    if (line.answersToLose > 0) {
      line.answersToLose -= 1;
      return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' };
    }
    return {
      status: answer.status,
      headers: { 'content-type': answer.headers.get('content-type') ?? '' },
      body: text,
    };
  });
  const line: Line = { url: `${url}/graphql`, requests, close, answersToLose: 0 };
  return line;
}
