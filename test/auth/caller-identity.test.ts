import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerFromClaims } from '../../src/auth/claims.ts';
import type { Verified } from '../../src/auth/jwt.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { keyReused, someUser, written } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { patch } from './policy-door.ts';
import { trusting } from './tokens.ts';

type Identity = readonly [issuer: string, sub: string, audience: string];

const callerOf = ([issuer, sub, audience]: Identity) =>
  callerFromClaims(
    {
      issuer: { settings: { issuer, audience, rights: [], directories: [] }, isOnlyAudience: true },
      claims: { sub },
    } as unknown as Verified,
    new Map(),
  );

/** Texts, and what parts of an id may be joined by. */
const pieces = fc.array(fc.constantFrom('a', 'b', '%', '|', '%7C', '%20'), { minLength: 3, maxLength: 6 });
const separator = fc.constantFrom('', '|', ' ', '%7C', '%20', '\n', '\u00a0', '\ud800');

/** The pieces as an issuer, a subject and an audience, each of pieces joined by the separator. */
function identityOf(all: readonly string[], by: string, seed: number): Identity {
  const first = 1 + (seed % (all.length - 2));
  const second = first + 1 + (Math.floor(seed / 7) % (all.length - first - 1));
  const part = (start: number, end?: number) => all.slice(start, end).join(by);
  return [part(0, first), part(first, second), part(second)];
}

describe('the id of a caller', () => {
  it('is of one issuer, subject and audience, and never an id of older versions', () => {
    fc.assert(
      fc.property(
        pieces,
        separator,
        fc.nat(48),
        fc.nat(48),
        fc.boolean(),
        (all, by, seed, otherSeed, isLike) => {
          const one = identityOf(all, by, seed);
          const like = isLike ? all.map((piece) => encodeURIComponent(piece)) : all;
          const other = identityOf(like, by, otherSeed);
          expect(callerOf(one).id === callerOf(other).id).toBe(one.join('\0') === other.join('\0'));
          // Older versions have a space after the issuer.
          expect(callerOf(one).former?.id).toMatch(/ /);
          expect(callerOf(one).id).not.toMatch(/ /);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

const iss = 'https://login.example.com';
const sub = 'some body';
const idempotencyKey = 'one-key';

function open(journal: SandboxChanges, audiences: readonly string[], changes: SandboxChanges = {}) {
  return openFrontDoor({
    ...{ ...journal, ...changes },
    callers: ({ jwksUrl }) => ({
      jwt: audiences.map((audience) =>
        trusting({ url: iss, jwksUrl }, { audience, rights: { claim: 'scope' } }),
      ),
    }),
  });
}

/** A client of the front door with this audience. */
async function as(door: FrontDoor, aud: string, scope = 'users:read users:write', subject = sub) {
  const token = await door.sandbox.issuer.token({ iss, aud, sub: subject, scope });
  const input = (displayName: string) => ({
    ...{ user: { id: someUser(door, 'customers') }, patch: { displayName }, idempotencyKey },
  });
  return {
    patch: (displayName: string) => patch(door, input(displayName), token),
    async plan(displayName: string) {
      const document = `query ($input: PatchUserInput!) {
        planPatchUser(input: $input) { errors { code path } requests { body } }
      }`;
      const { data } = await door.graphql(document, { input: input(displayName) }, token);
      return (data as { planPatchUser: unknown }).planPatchUser;
    },
    async operation(id: string) {
      const { data } = await door.graphql(`{ operation(id: "${id}") { id caller outcome } }`, {}, token);
      return (data as { operation: unknown }).operation;
    },
    async status() {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = '{"query":"{ directories { name } }"}';
      return (await fetch(`${door.url}/graphql`, { method: 'POST', headers, body })).status;
    },
  };
}

describe('callers of one issuer and subject, with tokens for two audiences,', () => {
  const openTwo = async (changes: SandboxChanges = {}) => {
    const door = await open(freshJournal(), ['one', 'two'], changes);
    return { door, one: await as(door, 'one', 'users:write'), two: await as(door, 'two', 'users:write') };
  };

  it('have idempotency keys, operations and log lines of their own', async () => {
    const { door, one, two } = await openTwo();
    try {
      const [first, second] = [await one.patch('Name of one'), await two.patch('Name of two')];
      expect([first.outcome, second.outcome]).toEqual(['APPLIED', 'APPLIED']);
      expect(await two.patch('Name of two')).toEqual(second);
      expect(written(door)).toHaveLength(2);
      const ids = [`${iss}|some%20body|one`, `${iss}|some%20body|two`];
      expect(await one.operation(first.operationId)).toEqual({
        ...{ id: first.operationId, caller: ids[0], outcome: 'APPLIED' },
      });
      expect(await two.operation(first.operationId)).toBeNull();
      expect(await one.operation(second.operationId)).toBeNull();
      const logged = door.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'patchUser');
      expect(logged.map(({ caller }) => caller)).toEqual([ids[0], ids[1], ids[1]]);
    } finally {
      await door.close();
    }
  });

  it('have a rate limit each', async () => {
    const { door, one, two } = await openTwo({ limits: { requestsPerCallerPerMinute: 2 } });
    try {
      const statuses = [];
      for (const { status } of [one, one, one, two, two, two]) statuses.push(await status());
      expect(statuses).toEqual([200, 200, 429, 200, 200, 429]);
    } finally {
      await door.close();
    }
  });
});

describe('an operation that an older version has recorded, without the audience,', () => {
  /** Lets a patch be recorded as an older version did it, and opens another service on the same journal. */
  async function openAfterUpgrade(...audiences: readonly string[]) {
    const journal = freshJournal();
    const older = await open(journal, ['one']);
    const recorded = await (await as(older, 'one')).patch('Ada');
    expect(recorded.outcome).toBe('APPLIED');
    await older.close();
    const database = new DatabaseSync(journal.journal.sqlite);
    const { changes } = database.prepare('UPDATE idpatch_operation SET caller = ?').run(`${iss} ${sub}`);
    database.close();
    expect(changes).toBe(1);
    return { door: await open(journal, audiences), operationId: recorded.operationId };
  }

  it.each([[['one']], [['one', 'two']]])(
    'is found by its key, whatever the audience: %j',
    async (audiences) => {
      const { door, operationId } = await openAfterUpgrade(...audiences);
      try {
        for (const audience of audiences) {
          const caller = await as(door, audience);
          expect(await caller.patch('Ada')).toMatchObject({ operationId, outcome: 'APPLIED', errors: [] });
          expect(await caller.patch('Bob')).toMatchObject({ outcome: 'NOT_APPLIED', errors: [keyReused] });
          const { code, path } = keyReused;
          expect(await caller.plan('Bob')).toEqual({ errors: [{ code, path }], requests: [] });
        }
        expect(written(door)).toEqual([]);
        const another = await as(door, 'one', undefined, 'somebody');
        expect(await another.patch('Bob')).toMatchObject({ outcome: 'APPLIED', errors: [] });
        expect(written(door)).toHaveLength(1);
      } finally {
        await door.close();
      }
    },
  );

  it('is shown to its caller only where their issuer has no other audience', async () => {
    for (const [audiences, isShown] of [
      [['one'], true],
      [['one', 'two'], false],
    ] as const) {
      const { door, operationId: id } = await openAfterUpgrade(...audiences);
      try {
        for (const audience of audiences) {
          const caller = await as(door, audience, 'users:write');
          const operation = { id, caller: `${iss} ${sub}`, outcome: 'APPLIED' };
          expect(await caller.operation(id)).toEqual(isShown ? operation : null);
        }
        const another = await as(door, 'one', 'users:write', 'somebody');
        expect(await another.operation(id)).toBeNull();
      } finally {
        await door.close();
      }
    }
  });
});
