import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { post } from '../harness/answers.ts';
import { holdPort } from '../harness/held-port.ts';
import { openFolder, startProcess } from '../harness/process.ts';
import { scrape } from './scraped.ts';

interface Line {
  readonly time: string;
  readonly event: string;
  readonly operationId?: string;
  readonly reason?: string;
  readonly count?: number;
  readonly patchUser?: number;
  readonly other?: number;
}

const folder = openFolder();
afterAll(() => folder.remove());

/** A process whose journal refuses connections, so that each patch with a key has two lines: its own, and a long one. */
async function startIdpatch() {
  const { port, release } = await holdPort();
  const idpatch = await startProcess(
    {
      metrics: { port: 0 },
      journal: { postgres: { env: 'DATABASE' }, digestKey: { env: 'SECRET' } },
      directories: {
        customers: { provider: 'descope', projectId: 'P2abc', managementKey: { env: 'SECRET' } },
      },
      limits: { requestsPerCallerPerMinute: 1_000_000 },
    },
    { DATABASE: `postgres://idpatch@127.0.0.1:${port}/idpatch`, SECRET: 'a-secret-of-32-characters-or-more' },
    folder.path,
  );
  onTestFinished(async () => {
    await idpatch.kill();
    release();
  });
  const url = new URL(idpatch.url).origin;
  const [, metricsUrl = ''] = await idpatch.printed(/"metrics":"([^"]+)"/);
  const lines = (event: string) =>
    idpatch.lines.map((line) => JSON.parse(line) as Line).filter((line) => line.event === event);
  return {
    ...{ idpatch, lines },
    dropped: async () => {
      const samples = await scrape(metricsUrl);
      const ofKind = (kind: string) => samples.get(`idpatch_log_lines_dropped_total{kind="${kind}"}`) ?? 0;
      return { patchUser: ofKind('patchUser'), other: ofKind('other') };
    },
    /** Patches whose keys cannot be looked up: the ids of their operations. */
    async patch(count: number): Promise<readonly string[]> {
      const input = { user: { id: 'customers:U2abc' }, patch: { displayName: 'Ada' } };
      const inputs = Array.from({ length: count }, (_, at) => ({
        ...input,
        idempotencyKey: `order-number-${at}`,
      }));
      const query =
        'mutation ($inputs: [PatchUserInput!]!) { patchUsers(inputs: $inputs) { operationId outcome } }';
      const { body } = await post({ url }, JSON.stringify({ query, variables: { inputs } }));
      const { data } = JSON.parse(body) as {
        data: { patchUsers: { operationId: string; outcome: string }[] };
      };
      expect(new Set(data.patchUsers.map(({ outcome }) => outcome))).toEqual(new Set(['UNKNOWN']));
      return data.patchUsers.map(({ operationId }) => operationId);
    },
    knock: (count: number) => knock(new URL(url), count),
  };
}

/** Sends as many requests with a token that is none, one behind the other on one connection: all are refused. */
async function knock({ hostname, port }: URL, count: number): Promise<void> {
  const request = (connection: string) =>
    `GET /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a.b.c\r\nconnection: ${connection}\r\n\r\n`;
  const socket = connect(Number(port), hostname);
  socket.write(request('keep-alive').repeat(count - 1) + request('close'));
  let received = '';
  for await (const text of socket.setEncoding('utf8')) received += text;
  expect(received.split('HTTP/1.1 401 ').length - 1).toBe(count);
}

const total = (lines: readonly Line[]) => lines.reduce((sum, { count = 1 }) => sum + count, 0);

test('bad tokens are told of once a second, and push out nothing, while the reader of the log is slow', async () => {
  const { idpatch, lines, dropped, knock, patch } = await startIdpatch();
  idpatch.child.stdout?.pause();
  await knock(10_000);
  const ids = await patch(20);
  idpatch.child.stdout?.resume();
  await expect.poll(() => total(lines('unauthenticated')), { timeout: 30_000 }).toBe(10_000);
  await expect.poll(() => lines('patchUser').length).toBe(20);
  expect(lines('patchUser').map(({ operationId }) => operationId)).toEqual(ids);
  const told = lines('unauthenticated');
  expect(new Set(told.map(({ reason }) => reason)).size).toBe(1);
  const [first, last] = [told.at(0), told.at(-1)].map((line) => Date.parse(line?.time ?? ''));
  expect(told.length).toBeLessThanOrEqual(2 + ((last ?? 0) - (first ?? 0)) / 1_000);
  expect(told[0]?.count).toBe(1);
  expect(await dropped()).toEqual({ patchUser: 0, other: 0 });

  // What was gathered is told at the end as well.
  await knock(100);
  expect(await idpatch.stop()).toBe(0);
  expect(total(lines('unauthenticated'))).toBe(10_100);
});

test('lines for which there is no room are counted, and none of a patch is among them', async () => {
  const { idpatch, lines, dropped, patch } = await startIdpatch();
  idpatch.child.stdout?.pause();
  const ids: string[] = [];
  for (let calls = 0; calls < 200 && (await dropped()).other < 100; calls += 1)
    ids.push(...(await patch(100)));
  const missing = await dropped();
  expect(missing.other).toBeGreaterThanOrEqual(100);
  expect(missing.patchUser).toBe(0);
  idpatch.child.stdout?.resume();
  await expect.poll(() => lines('log-dropped').length, { timeout: 30_000 }).toBe(1);
  expect(lines('log-dropped')).toMatchObject([missing]);
  expect(lines('patchUser').map(({ operationId }) => operationId)).toEqual(ids);
  expect(lines('journal').filter(({ operationId }) => operationId).length + missing.other).toBe(ids.length);

  // There is room again.
  const more = await patch(1);
  await expect.poll(() => lines('patchUser').at(-1)?.operationId).toBe(more[0]);
  expect(lines('journal').at(-1)?.operationId).toBe(more[0]);
  expect(await dropped()).toEqual(missing);
});

test('lines of patches have bounds of their own, and are counted too', async () => {
  const program = fileURLToPath(new URL('./flooding.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, '50000'], {
    maxBuffer: 64 * 1024 ** 2,
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const seen = (event: string) => lines.filter((line) => line.event === event).length;
  const reports = lines.filter(({ event }) => event === 'log-dropped');
  const dropped = (kind: 'patchUser' | 'other') => reports.reduce((sum, line) => sum + (line[kind] ?? 0), 0);
  expect(dropped('patchUser')).toBeGreaterThan(0);
  expect(seen('patchUser') + dropped('patchUser')).toBe(50_000);
  expect(dropped('other')).toBeGreaterThan(dropped('patchUser'));
  expect(seen('journal') + dropped('other')).toBe(50_000);
});
