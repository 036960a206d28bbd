import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { head, type WriteAnswer } from '../harness/fault-answers.ts';

/** One directory gets half of it. */
const limits = { totalAnswerBytes: 1024 * 1024 };

/** The provider's own answer behind so many spaces; the end of it comes when `isWanted` resolves. */
const padded =
  (bytes: number, isWanted: Promise<unknown> = Promise.resolve(), isCompressed = false): WriteAnswer =>
  (socket, answer) => {
    const plain = Buffer.concat([Buffer.alloc(bytes, ' '), answer?.body ?? Buffer.alloc(0)]);
    const body = isCompressed ? gzipSync(plain) : plain;
    const coding = isCompressed ? { 'content-encoding': 'gzip' } : {};
    socket.write(head(answer?.status ?? 200, { 'content-length': body.length, ...coding }));
    socket.write(body.subarray(0, -1));
    void isWanted.then(() => socket.write(body.subarray(-1)));
    return undefined;
  };

const read = (id: string) => `{ users(ids: ["${id}"]) { id } }`;

const cutOff = {
  message:
    'There is no room now for an answer of this size (limits.totalAnswerBytes): call again in a second.',
  locations: [{ line: 1, column: 3 }],
  path: ['users', 0],
  extensions: { code: 'PROVIDER_UNAVAILABLE' },
};

/** A door whose provider gives `answer` to every request about one user. */
async function open(answer: WriteAnswer) {
  const { door, proxy, id } = await openBehindProxy('customers', limits, { metrics: {} });
  const [, other = ''] = door.sandbox.someUserIds.customers;
  const [, userId = ''] = id.split(':');
  proxy.fault = ({ target, body }) =>
    `${target} ${body}`.includes(userId) ? { delivered: true, answer } : undefined;
  const shed = async () =>
    Number(
      /_shed_total\{reason="answer_bytes"\} (\d+)/.exec(
        await (await fetch(`${door.metricsUrl}`)).text(),
      )?.[1],
    );
  return { door, proxy, id, other, shed };
}

it('many large answers to reads are cut off, and a patch beside them is applied', async () => {
  const { promise: end, resolve: goOn } = Promise.withResolvers<void>();
  const { door, proxy, id, other, shed } = await open(padded(100_000, end));
  const { promise: manyAreCutOff, resolve } = Promise.withResolvers<void>();
  let settled = 0;
  const reads = Array.from({ length: 20 }, async () => {
    const answer = await door.graphql(read(id));
    settled += 1;
    if (settled === 15) resolve();
    return answer;
  });
  await manyAreCutOff;
  expect(await door.patch({ id: other }, { displayName: 'Beside' })).toMatchObject({
    outcome: 'APPLIED',
    user: { displayName: 'Beside' },
  });
  goOn();
  const answers = await Promise.all(reads);
  const whole = answers.filter(({ errors }) => !errors);
  expect(whole.length).toBeGreaterThan(0);
  for (const answer of whole) expect(answer).toEqual({ data: { users: [{ id }] } });
  for (const { errors } of answers.filter((one) => !whole.includes(one))) expect(errors).toEqual([cutOff]);
  expect(
    proxy.requests.filter(({ target, body }) => `${target} ${body}`.includes(id.slice(10))),
  ).toHaveLength(20);
  expect(await shed()).toBe(20 - whole.length);
  expect(await door.graphql(read(id))).toEqual({ data: { users: [{ id }] } });
});

it.each([
  ['plain', false],
  ['compressed', true],
])('one that is too large on its own is cut off: %s', async (_, isCompressed) => {
  const { door, id, shed } = await open(padded(700_000, undefined, isCompressed));
  expect(await door.graphql(read(id))).toEqual({ data: { users: [null] }, errors: [cutOff] });
  expect(await shed()).toBe(1);
});

it('the answer to a write is never cut off', async () => {
  const { door, id, shed } = await open(padded(700_000));
  expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({
    outcome: 'APPLIED',
    confirmedBy: 'RESPONSE',
    user: { displayName: 'Ada' },
  });
  expect(await shed()).toBe(0);
});

it('nor is the answer to the read-back of a write', async () => {
  const { door, proxy, id, shed } = await open(padded(700_000));
  const { fault } = proxy;
  proxy.fault = (request) => (request.isWrite ? { delivered: true, answer: 'reset' } : fault(request));
  expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({
    outcome: 'APPLIED',
    confirmedBy: 'READ_BACK',
    user: { displayName: 'Ada' },
  });
  expect(await shed()).toBe(0);
});
