import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
import { directoryNames } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { forbidden, openPolicyDoor, tells, tokenOf, userIdOf } from './policy-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor();
});
afterAll(() => door.close());

/** The log lines of one call, as JSON. */
async function logged(call: () => Promise<unknown>): Promise<readonly Record<string, unknown>[]> {
  const before = door.log.length;
  await call();
  return door.log.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
}

const canary: UserPatchInput = {
  displayName: 'Katarina Canary',
  status: 'DISABLED',
  email: { address: 'canary@example.com', verified: true },
  customFields: [{ replace: { field: 'nick', value: { text: 'canary' } } }, { remove: { field: 'canary' } }],
};

describe.each(directoryNames)('a refused patch of %s', (directory) => {
  it('is an error of its own type, which asking again does not help', async () => {
    const token = await tokenOf(door, { rights: ['users:write'] });
    const user = { id: `${directory}:${userIdOf(door, directory)}` };
    expect(await door.patch(user, canary, token)).toEqual({
      outcome: 'NOT_APPLIED',
      confirmedBy: null,
      user: null,
      errors: [
        forbidden(tells.needs('users:write:privileged', directory), 'patch', 'email', 'verified'),
        forbidden(tells.needs('users:write:privileged', directory), 'patch', 'status'),
      ],
    });
    const described = await door.graphql(
      `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
        errors { ... on ForbiddenError { code path } ... on PatchUserError { __typename } }
      } }`,
      { input: { user, patch: { status: 'DISABLED' } } },
      token,
    );
    const told = { __typename: 'ForbiddenError', code: 'FORBIDDEN', path: ['patch', 'status'] };
    expect(described).toEqual({ data: { patchUser: { errors: [told] } } });
  });

  it('is one line in the log: who, where, which paths, and no value', async () => {
    const token = await tokenOf(door, { rights: ['users:read'], sub: 'reader-7' });
    const user = { id: `${directory}:${userIdOf(door, directory)}` };
    const lines = await logged(() => door.patch(user, canary, token));
    expect(lines).toEqual([
      {
        ...{ level: 30, time: expect.anything() },
        event: 'patchUser',
        operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        caller: `${door.sandbox.issuer.url} reader-7`,
        directory,
        fields: ['displayName', 'email', 'status', 'customFields'],
        outcome: 'NOT_APPLIED',
        errors: [
          'FORBIDDEN patch.displayName',
          'FORBIDDEN patch.email',
          'FORBIDDEN patch.email.verified',
          'FORBIDDEN patch.status',
          'FORBIDDEN patch.customFields.0.replace.field',
          'FORBIDDEN patch.customFields.1.remove.field',
        ],
        durationMs: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/canary|katarina/i);
    expect(JSON.stringify(lines)).not.toContain(token);
  });

  it('of a directory that the caller does not see has none in the log, and nothing of the login', async () => {
    const token = await tokenOf(door, { sub: 'stranger' });
    const users = [
      { id: `${directory}:canary` },
      { id: 'canary:canary' },
      { login: { directory, login: 'canary@example.com' } },
    ];
    for (const user of users) {
      const lines = await logged(() => door.patch(user, canary, token));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({
        ...{ caller: `${door.sandbox.issuer.url} stranger`, directory: null, outcome: 'NOT_APPLIED' },
        errors: ['login' in user ? 'FORBIDDEN user.login.directory' : 'FORBIDDEN user.id'],
      });
      expect(JSON.stringify(lines)).not.toMatch(/canary|katarina/i);
    }
  });
});

it('a refusal of many operations names each of them', async () => {
  const token = await tokenOf(door, { own: { directory: 'customers', list: 'some' } });
  const customFields = Array.from({ length: 30 }, (_, index) => ({ remove: { field: `field ${index}` } }));
  const user = { id: `customers:${userIdOf(door, 'customers')}` };
  const answer = await door.patch(user, { customFields }, token);
  expect(answer.errors).toEqual(
    customFields.map((_, index) =>
      forbidden(tells.ownField, 'patch', 'customFields', String(index), 'remove', 'field'),
    ),
  );
});
