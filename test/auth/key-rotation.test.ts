import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  type Answer,
  answers,
  call,
  claimsFor,
  createSigner,
  noKeys,
  openTokenDoor,
  refusesToken,
  refusesUnknownKey,
  type Signer,
  trusting,
} from './tokens.ts';

const junk = await createSigner('ES256', 'junk');
const withKid = (kid?: string) => createSigner('ES256', kid);
const tokenOf = (door: FrontDoor, signer: Signer, header = {}) =>
  signer.sign(claimsFor(door, { sub: `somebody-${Math.random()}` }), header);

/** Sends tokens of unknown keys until it is stopped; gives the answers. */
function sendJunk(door: FrontDoor) {
  const given: Answer[] = [];
  let stopped = false;
  const worker = async (name: number) => {
    for (let count = 0; !stopped; count += 1) {
      given.push(await call(door, await tokenOf(door, junk, { kid: `junk-${name}-${count}` })));
      await sleep(5);
    }
  };
  const workers = [0, 1, 2, 3].map(worker);
  return {
    async stop() {
      stopped = true;
      await Promise.all(workers);
      return given;
    },
  };
}

/** A rightful call by a client that honours Retry-After: every answer that it gets. */
async function callUntilDone(door: FrontDoor, token: string): Promise<readonly Answer[]> {
  const given: Answer[] = [];
  for (;;) {
    const answer = await call(door, token);
    given.push(answer);
    if (answer.status !== 503 || given.length > 5) return given;
    await sleep(Number(answer.retryAfter) * 1_000);
  }
}

/** Asserts that a client got in, without a 401, and was asked to wait for three seconds at most. */
function expectAccepted(given: readonly Answer[]): void {
  expect(given.at(-1)).toEqual(answers.applied);
  let waited = 0;
  for (const answer of given.slice(0, -1)) {
    expect(noKeys).toContainEqual(answer);
    waited += Number(answer.retryAfter);
  }
  expect(waited).toBeLessThanOrEqual(3);
}

describe.each([
  ['with a kid each', 'first', 'second'],
  ['without kid', undefined, undefined],
])('an issuer rotates its keys, %s, while junk tokens come', (_, ...kids) => {
  let published: readonly Signer[] = [];
  let door: FrontDoor;
  beforeEach(async () => {
    door = await openTokenDoor(() => published.map(({ publicJwk }) => publicJwk));
  });
  afterEach(() => door.close());

  it('and loses no rightful call', async () => {
    const [first, second] = [await withKid(kids[0]), await withKid(kids[1])];
    published = [first];
    const since = performance.now();
    const flood = sendJunk(door);
    expectAccepted(await callUntilDone(door, await tokenOf(door, first)));
    const cached = await tokenOf(door, first);
    const rightful: Promise<readonly Answer[]>[] = [];
    const send = async (signer: Signer, count: number) => {
      for (let index = 0; index < count; index += 1) {
        rightful.push(callUntilDone(door, await tokenOf(door, signer)), callUntilDone(door, cached));
        await sleep(20);
      }
    };
    await send(first, 20);
    // Both are published as long as tokens of the first are about.
    published = [first, second];
    await send(second, 60);
    for (const given of await Promise.all(rightful)) expectAccepted(given);
    const junkAnswers = await flood.stop();

    // Never accepted: 401 for what a fetch since its arrival did not know, else 503.
    expect(junkAnswers.length).toBeGreaterThan(100);
    for (const answer of junkAnswers) expect([answers.badToken, ...noKeys]).toContainEqual(answer);
    const fetches = door.sandbox.issuer.requests.length;
    expect(fetches).toBeLessThanOrEqual(1 + Math.floor((performance.now() - since) / 2_000));
    expect(fetches).toBeGreaterThanOrEqual(2);
  });
});

describe('a key that the issuer has withdrawn', async () => {
  const signer = await withKid('first');
  let published = [signer.publicJwk];
  const door = await openTokenDoor(
    () => published,
    // The shortest time counts for a key set that entries share.
    (issuer) => ({
      jwt: [trusting(issuer), trusting(issuer, { audience: 'another', jwksMaxAgeSeconds: 5 })],
    }),
  );
  afterAll(() => door.close());

  it('is out within jwksMaxAgeSeconds, for a cached token too', async () => {
    const cached = await tokenOf(door, signer);
    expect(await call(door, cached)).toEqual(answers.applied);
    published = [];
    let answer: Answer = answers.applied;
    for (let times = 0; times < 100 && answer.status === 200; times += 1) {
      await sleep(100);
      answer = await call(door, cached);
    }
    expect([answers.badToken, ...noKeys]).toContainEqual(answer);
    expect((await callUntilDone(door, await tokenOf(door, signer))).at(-1)).toEqual(answers.badToken);
  });
});

describe('several keys that fit', async () => {
  const signers = await Promise.all(
    [...['twice', 'twice'], ...Array(20).fill('crowd')].map((kid: string) => withKid(kid)),
  );
  const plain = await withKid();
  const door = await openTokenDoor(() => [...signers, plain].map(({ publicJwk }) => publicJwk));
  afterAll(() => door.close());
  const [one, other, ...crowd] = signers as [Signer, Signer, ...Signer[]];

  it.each([
    ['the first of one kid', one],
    ['the second of one kid', other],
    ['the tenth of one kid', crowd[9]],
  ])('are each tried: %s', async (_, signer = junk) => {
    expect(await call(door, await tokenOf(door, signer))).toEqual(answers.applied);
  });

  it('are each tried for a token without a kid', async () => {
    for (const signer of [one, other]) {
      expect(await call(door, await tokenOf(door, signer, { kid: undefined }))).toEqual(answers.applied);
    }
  });

  it('are tried up to ten, and verify nothing that none of them signed', async () => {
    expect(await call(door, await tokenOf(door, crowd[10] ?? junk))).toEqual(answers.badToken);
    expect(await call(door, await tokenOf(door, junk, { kid: 'twice' }))).toEqual(answers.badToken);
    await refusesUnknownKey(door, await tokenOf(door, junk, { kid: undefined }));
  });
});

it('a key without kid beside others of its type is found for tokens without a kid', async () => {
  const [plain, other, another] = [await withKid(), await withKid(), await withKid('named')];
  const door = await openTokenDoor(() => [other, another, plain].map(({ publicJwk }) => publicJwk));
  try {
    for (const signer of [plain, other]) {
      expect(await call(door, await tokenOf(door, signer, { kid: undefined }))).toEqual(answers.applied);
    }
    await refusesToken(door, await tokenOf(door, plain, { kid: 'named' }));
  } finally {
    await door.close();
  }
});
