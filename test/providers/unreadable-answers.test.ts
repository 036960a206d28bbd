import { expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import type { DirectoryName } from '../harness/expected.ts';
import { respond } from '../harness/fault-answers.ts';
import type { FaultProxy } from '../harness/fault-proxy.ts';

type Json = Readonly<Record<string, unknown>>;

/** Replaces members of the user in every answer that has one with custom fields. */
function bendUser(proxy: FaultProxy, members: Json): void {
  proxy.fault = () => ({
    delivered: true,
    answer: (socket, given) => {
      const body = JSON.parse(String(given?.body) || 'null');
      const bent = body?.user ? { user: { ...body.user, ...members } } : { ...body, ...members };
      const isUser = body?.user || body?.customFields;
      const status = given?.status ?? 0;
      return respond(
        socket,
        { status, body: isUser ? JSON.stringify(bent) : (given?.body ?? '') },
        undefined,
      );
    },
  });
}

it.each<readonly [DirectoryName, string, Json]>([
  ['customers', 'nick', { customAttributes: ['odd'] }],
  ['employees', 'nick_name', { customFields: 'odd' }],
  ['employees', 'nick_name', { customFields: [{ fieldName: { odd: true }, fieldValue: 'A' }] }],
])(
  'a custom field that may be hidden is not confirmed as removed: %s, %s, %j',
  async (directory, field, odd) => {
    const { door, proxy, id } = await openBehindProxy(directory, { readBackDelaysMs: [] });
    await door.patch({ id }, { customFields: [{ replace: { field, value: { text: 'A' } } }] });
    bendUser(proxy, odd);
    expect(await door.patch({ id }, { customFields: [{ remove: { field } }] })).toMatchObject({
      ...{ outcome: 'UNKNOWN', errors: [{ code: 'NOT_CONFIRMED' }] },
    });
  },
);

it('custom fields that cannot be read are not replaced by a write that has to keep them', async () => {
  const { door, proxy, id } = await openBehindProxy('customers');
  bendUser(proxy, { customAttributes: 'odd' });
  const add = { customFields: [{ add: { field: 'tags', value: { texts: ['vip'] } } }] };
  expect(await door.patch({ id }, add)).toMatchObject({
    outcome: 'NOT_APPLIED',
    errors: [{ code: 'PROVIDER_UNAVAILABLE', path: ['patch', 'customFields'] }],
  });
  expect(proxy.writes).toEqual([]);
});

it.each(['constructor', '__proto__'])('the content coding "%s" is none that is known', async (coding) => {
  const { door, proxy, id } = await openBehindProxy('customers');
  proxy.fault = () => ({
    delivered: true,
    answer: (socket, given) => {
      const headers = { 'content-encoding': coding };
      return respond(socket, { status: given?.status ?? 0, headers, body: given?.body ?? '' }, undefined);
    },
  });
  expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({ outcome: 'APPLIED' });
});
