import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directoryNames, outcomeUnknown, someUser, written } from '../harness/expected.ts';
import { type Fault, openBadLine } from '../harness/faulty-proxy.ts';

const unknown = 'The change was sent and could not be confirmed: it may have been written, or may still be.';
const short = { deadlineMs: 800, readBackMs: 500 };
const huge = ' '.repeat(8 * 1024 * 1024);

/** Each with the answer that a well-meaning provider never gives, and the limits under which it shows. */
const ambiguous: readonly (readonly [what: string, answer: Fault['answer'], limits: object])[] = [
  ['a reset connection', 'reset', {}],
  ['half of an answer', 'half', {}],
  ['no answer at all', 'nothing', short],
  ['a 500', { status: 500, body: '{"Code":"InternalError","errorCode":"E000001"}' }, {}],
  ['a 503 by somebody in between', { status: 503, body: '<html>' }, {}],
  ['a 404 by somebody in between', { status: 404, body: '<html>' }, {}],
  ['a 301 without a place to go', { status: 301 }, {}],
  ['a 200 that is no JSON', { status: 200, body: 'OK' }, {}],
  ['a 200 that is a list', { status: 200, body: '[]' }, {}],
  ['a 200 longer than the limit', { status: 200, body: `{}${huge}` }, {}],
  ['a 202', { status: 202, body: '{}' }, {}],
];

const patch = {
  displayName: 'Canary Lovelace',
  email: { address: 'canary@example.com', verified: true },
  customFields: [{ replace: { field: 'age', value: { number: 77 } } }],
};
const paths = [
  ['patch', 'displayName'],
  ['patch', 'email'],
  ['patch', 'customFields', '0', 'replace'],
];

describe.each(directoryNames)('a write to %s that got', (directory) => {
  it.each(ambiguous)('%s but is in was applied, as reading back shows', async (_, answer, limits) => {
    const { door, proxy, id } = await openBadLine(directory, limits);
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer } : undefined);
    const told = await door.patch({ id }, patch);
    expect(told).toMatchObject({
      outcome: 'APPLIED',
      confirmedBy: 'READ_BACK',
      errors: [],
      user: { id, displayName: 'Canary Lovelace', email: patch.email },
    });
    expect(proxy.writes).toHaveLength(1);
    expect(written(door)).toHaveLength(1);
  });

  it.each(ambiguous)(
    '%s and is not in may yet come: it is unknown, and not sent again',
    async (_, answer, limits) => {
      const { door, proxy, id } = await openBadLine(directory, limits);
      proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer } : undefined);
      const told = await door.patch({ id }, patch);
      expect(told).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null, user: { id } });
      expect(told.errors).toEqual(paths.map((path) => outcomeUnknown(unknown, ...path)));
      expect(proxy.writes).toHaveLength(1);
      expect(written(door)).toEqual([]);
    },
  );

  it('a reset connection, and could not be read back, is unknown even where it is in', async () => {
    const { door, proxy, id } = await openBadLine(directory, short);
    proxy.fault = ({ isWrite }) =>
      isWrite
        ? { delivered: true, answer: 'reset' }
        : proxy.writes.length > 0
          ? { delivered: true, answer: 'nothing' }
          : undefined;
    expect(await door.patch({ id }, patch)).toEqual({
      ...{ outcome: 'UNKNOWN', confirmedBy: null, user: null },
      errors: paths.map((path) => outcomeUnknown(unknown, ...path)),
    });
    expect(written(door)).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('a %d to another host does not follow it', async (status) => {
    const { door, proxy, id } = await openBadLine(directory);
    const arrivedElsewhere: string[] = [];
    const elsewhere = createServer(({ url = '' }, answer) => {
      arrivedElsewhere.push(url);
      answer.end('{}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void elsewhere.close());
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    proxy.fault = ({ isWrite }) =>
      isWrite ? { delivered: false, answer: { status, headers: { location } } } : undefined;
    expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({
      outcome: 'UNKNOWN',
      errors: [outcomeUnknown(unknown, 'patch', 'displayName')],
    });
    expect(arrivedElsewhere).toEqual([]);
    expect(proxy.writes).toHaveLength(1);
  });
});

describe.each(['employees', 'contractors'] as const)('a patch of two steps for %s', (directory) => {
  it('whose second is in doubt is unknown, and says so of the second alone', async () => {
    const { door, proxy, id } = await openBadLine(directory);
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 2 ? { delivered: false, answer: 'reset' } : undefined;
    const told = await door.patch({ id }, { status: 'DISABLED', displayName: 'Ada' });
    expect(told).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null, user: { id, status: 'DISABLED' } });
    expect(told.errors).toEqual([outcomeUnknown(unknown, 'patch', 'displayName')]);
    expect(written(door)).toHaveLength(1);
  });

  it('whose first is in doubt does not send the second', async () => {
    const { door, proxy, id } = await openBadLine(directory);
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    const told = await door.patch({ id }, { status: 'DISABLED', displayName: 'Ada' });
    expect(told).toMatchObject({
      outcome: 'UNKNOWN',
      errors: [
        outcomeUnknown(unknown, 'patch', 'status'),
        { code: 'PROVIDER_REFUSED', path: ['patch', 'displayName'], retryable: false },
      ],
    });
    expect(proxy.writes).toHaveLength(1);
  });

  it('whose first was in doubt but is in goes on to the second', async () => {
    const { door, proxy, id } = await openBadLine(directory);
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 1 ? { delivered: true, answer: 'reset' } : undefined;
    const told = await door.patch({ id }, { status: 'DISABLED', displayName: 'Ada' });
    expect(told).toMatchObject({ outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] });
    expect(written(door)).toHaveLength(2);
  });

  it('whose second is refused was partly written', async () => {
    const { door, proxy, id } = await openBadLine(directory);
    const taken = { email: { address: 'liu.yang@example.com', verified: true } };
    const others = { email: { address: 'zhang.wei@example.com', verified: true } };
    const told = await door.patch(
      { id: someUser(door, directory, directory === 'employees' ? 0 : 1) },
      { status: 'DISABLED', displayName: 'Ada', ...(directory === 'employees' ? others : taken) },
    );
    expect(told).toMatchObject({
      outcome: 'PARTIAL',
      confirmedBy: null,
      user: { status: 'DISABLED' },
      errors: [
        {
          __typename: 'ConflictError',
          code: 'CONFLICT',
          path: ['patch', 'email', 'address'],
          retryable: false,
        },
        { code: 'PROVIDER_REFUSED', path: ['patch', 'displayName'], retryable: false },
      ],
    });
    expect(id).toContain(directory);
    expect(proxy.writes).toHaveLength(2);
    expect(written(door)).toHaveLength(1);
  });
});
