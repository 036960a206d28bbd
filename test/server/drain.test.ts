import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';

it('a patch that began while the process leaves is finished and on record, though its caller left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'idpatch-drain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { door, proxy, id } = await openBehindProxy(
    'customers',
    {},
    { journal: { sqlite: join(folder, 'journal.db') } },
  );
  const { promise: arrived, resolve: arrives } = Promise.withResolvers<void>();
  proxy.fault = ({ isWrite }) => {
    if (!isWrite) return undefined;
    arrives();
    return { delivered: true, answer: 'its answer', after: delay(300) };
  };
  const query = `mutation { patchUser(input: { user: { id: "${id}" }, patch: { displayName: "Ada" } }) { outcome } }`;
  const body = JSON.stringify({ query });
  const { hostname, port } = new URL(door.url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  await delay(50);
  const restarted = door.restart();
  // By now the process has looked for patches under way, and found none.
  await delay(50);
  socket.write(body);
  await arrived;
  socket.destroy();
  await restarted;
  const lines = door.log.map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ event: 'patchUser', outcome: 'APPLIED', errors: [] }]);
  const { operationId } = lines[0];
  expect(await door.graphql(`{ operation(id: "${operationId}") { outcome } }`)).toEqual({
    data: { operation: { outcome: 'APPLIED' } },
  });
});

it('a document with many patches does not keep a process from leaving: they share the time of one call', async () => {
  const limits = { deadlineMs: 1_000, readBackMs: 300 };
  const { door, proxy, id } = await openBehindProxy('customers', limits);
  const { promise: arrived, resolve: arrives } = Promise.withResolvers<void>();
  proxy.fault = () => {
    arrives();
    return { delivered: false, answer: 'nothing' };
  };
  const patch = `patchUser(input: { user: { id: "${id}" }, patch: { displayName: "Ada" } })`;
  const patches = Array.from(
    { length: 6 },
    (_, nth) => `p${nth}: ${patch} { outcome errors { code retryable } }`,
  );
  const answer = door.graphql(`mutation { ${patches.join(' ')} }`);
  await arrived;
  const restarted = door.restart();
  const { data } = await answer;
  const [first, ...later] = Object.values(data as object);
  expect(first).toMatchObject({ outcome: 'UNKNOWN' });
  const refused = { outcome: 'NOT_APPLIED', errors: [{ code: 'DEADLINE_EXCEEDED', retryable: true }] };
  expect(later).toEqual(Array(5).fill(refused));
  expect(proxy.writes).toHaveLength(1);
  await restarted;
  expect(door.log.filter((line) => line.includes('"patchUser"'))).toHaveLength(6);
});
