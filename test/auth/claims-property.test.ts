import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type DirectoryName, directoryNames, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { type Granted, granted, grantedBy } from './granted.ts';
import { answers, audience, call, now, trusting } from './tokens.ts';

/** The rights that the values of the claim `access.rights` grant. */
const grants = {
  agent: ['users:read'],
  lead: ['users:read', 'users:write'],
  chief: ['users:write:privileged'],
  member: ['profile:write:self'],
} as const;

const door = await openFrontDoor({
  customers: { requestsPerMinute: 1_000_000 },
  limits: { requestsPerCallerPerMinute: 1_000_000 },
  callers: (issuer) => ({
    jwt: [
      trusting(issuer, {
        rights: { claim: ['access', 'rights'], grants },
        directories: { claim: 'desks' },
        self: { directory: 'customers', claim: 'record', fields: ['displayName'] },
      }),
    ],
  }),
});
afterAll(() => door.close());

const members = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'length', '0'];
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom<unknown>(...members, 'users:read', 'users:write:privileged', '*', '', ' '),
);
const words = (...good: readonly string[]) => {
  const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...good) }, junk);
  const list = fc.array(word, { maxLength: 4 });
  return fc.oneof(
    { weight: 3, arbitrary: list },
    { weight: 2, arbitrary: list.map((all) => all.join(' ')) },
    junk,
  );
};
const rights = words('agent', 'lead', 'chief', 'member');
const access = fc.oneof(
  { weight: 5, arbitrary: fc.record({ rights, other: junk }, { requiredKeys: [] }) },
  rights,
  junk,
);
const anyClaims = fc.record(
  {
    access,
    desks: words(...directoryNames),
    record: fc.oneof(fc.constantFrom('first', 'second'), junk),
    sub: fc.oneof({ weight: 6, arbitrary: fc.constant('somebody') }, junk),
    exp: fc.oneof({ weight: 12, arbitrary: fc.constant(9e9) }, junk),
    iat: fc.oneof({ weight: 12, arbitrary: fc.constant(now()) }, junk),
    nbf: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, junk),
    rights: junk,
    scope: rights,
    jti: junk,
    cnf: junk,
  },
  { requiredKeys: ['sub', 'exp', 'iat'] },
);
type Claims = Readonly<Record<string, unknown>>;

/** True if the token is valid, by the rules of the README. */
function isValid({ sub, exp, iat, nbf = 0 }: Claims): boolean {
  const isTime = (value: unknown): value is number => typeof value === 'number';
  const subject = typeof sub === 'string' && /^[ -~]{1,255}$/.test(sub) && /[^ ]/.test(sub);
  return subject && isTime(exp) && isTime(iat) && isTime(nbf) && exp > now() && iat <= now() && nbf <= now();
}

function wordsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return value.split(/ /);
  return Array.isArray(value) ? value : [];
}

/** The rules of the configuration a second time. */
function expected({ access: within, desks, record }: Claims): Granted {
  const isObject = typeof within === 'object' && within !== null;
  const named = isObject && Object.keys(within).includes('rights') ? (within as Claims).rights : undefined;
  const all = wordsOf(named);
  const has = (...names: (keyof typeof grants)[]) => names.some((name) => all.includes(name));
  const isOwn = has('member') && record === 'first';
  const mayHaveOwn = has('member') && typeof record === 'string' && /^[\w-]{1,128}$/.test(record);
  const letters = (name: DirectoryName) => {
    const over = wordsOf(desks).includes(name) && has('agent', 'lead', 'chief');
    const self = name === 'customers';
    return [
      over || (self && mayHaveOwn) ? 's' : '',
      (over && has('agent', 'lead')) || (self && isOwn) ? 'r' : '',
      (over && has('lead')) || (self && isOwn) ? 'w' : '',
      over && has('chief') ? 'p' : '',
    ].join('');
  };
  return grantedBy(letters);
}

const runs = 250;

it('a signed token with any claims has the rights that the configuration reads in them, and never causes a 5xx', async () => {
  const idOf = (which: number) => someUser(door, 'customers', which).replace('customers:', '');
  const { issuer } = door.sandbox;
  let valid = 0;
  const lettersSeen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyClaims, async (claims) => {
      const ids = new Map<unknown, string>([
        ['first', idOf(0)],
        ['second', idOf(1)],
      ]);
      const record = ids.get(claims.record) ?? claims.record;
      const sent = { ...claims, ...('record' in claims ? { record } : {}), aud: audience };
      const token = await issuer.token(sent as Parameters<typeof issuer.token>[0]);
      const answer = await call(door, token);
      if (!isValid(claims)) {
        expect(answer).toEqual(answers.badToken);
        return;
      }
      expect(answer.status).toBe(200);
      const seen = await granted(door, token);
      expect(seen).toEqual(expected(claims));
      valid += 1;
      for (const letters of Object.values(seen)) lettersSeen.add(letters);
    }),
    { numRuns: runs },
  );
  // Otherwise the generated claims would test nothing.
  expect(valid).toBeGreaterThan(runs / 4);
  expect(lettersSeen.size).toBeGreaterThan(3);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
}, 120_000);
