import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { hear, lines, open } from '../harness/raw.ts';
import { type CalledOperation, callingOf, planCall } from './called.ts';
import { callPatchUser, callPatchUsers } from './calls.ts';
import { draw, drawInt } from './draw.ts';

/** A caller who takes what there is, with what every bearer of a token can do. */
export interface Hostile {
  readonly url: string;
  readonly token: string;
  readonly ids: readonly string[];
  readonly seed: string;
  /** When they stop. */
  readonly until: number;
  readonly operations: CalledOperation[];
  hear(text: string): void;
  /** Counts what was done, or answered. */
  count(what: string): void;
}

type Act = (hostile: Hostile, turn: string) => Promise<unknown>;

/** Everything of a user that can be asked for. */
const allOfUser = `id userId username displayName givenName middleName familyName picture status version createdAt updatedAt
  loginIds roleNames ssoAppIds email { address verified } phone { number verified } tenants { tenantId roleNames }
  directory { name } customFields { field value { text texts } }`;

/** As many users as limits.costPerRequest lets one request name with all of that. */
const widest = 1_350;

/** Milliseconds of one act. */
const actMs = 2_000;

const times = <T>(count: number, make: (nth: number) => T): T[] =>
  Array.from({ length: count }, (_, nth) => make(nth));
const endOf = ({ until }: Hostile) => Math.min(until, performance.now() + actMs);

/** A new patch of one of their users, with a key: so that it can be asked what became of it. */
function plan({ ids, seed, operations }: Hostile, of = operations.length): CalledOperation {
  const operation = planCall(
    ids[of % ids.length] ?? '',
    'displayName',
    true,
    seed,
    'hostile',
    operations.length,
  );
  operations.push(operation);
  return operation;
}

async function patch(hostile: Hostile, operation: CalledOperation, leaveAfterMs?: number): Promise<void> {
  const calling = callingOf(operation, hostile.token, hostile.hear);
  const reply = await callPatchUser(hostile.url, { ...calling, leaveAfterMs });
  // Whom a flood of their own cuts off has left.
  operation.replies.push(reply === 'lost' ? 'left' : reply);
  hostile.count(
    typeof reply === 'object' ? `patch ${[reply.outcome, ...reply.errors].join(' ')}` : `patch ${reply}`,
  );
}

function request({ token }: Pick<Hostile, 'token'>, body: string): string {
  return lines(head(token, Buffer.byteLength(body)), body);
}

function head(token: string, bytes: number): string[] {
  return [
    ...['POST /graphql HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${token}`],
    ...['Content-Type: application/json', `Content-Length: ${bytes}`],
  ];
}

/** Sends this on a connection of its own, and reads until so many responses came, or it is time; counts their status. */
async function pipeline(hostile: Hostile, bytes: string, responses: number, end: number): Promise<void> {
  const { socket, heard, closed } = hear(hostile.url);
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  socket.on('data', () => {
    for (const [, status] of heard.said.matchAll(/HTTP\/1\.1 (\d{3}) [^\r]*\r\n/g)) {
      seen += 1;
      hostile.count(`status ${status}`);
    }
    // A status line that is cut in two is kept.
    heard.said = heard.said.slice(heard.said.lastIndexOf('\n') + 1).slice(-40);
    if (seen >= responses) resolve();
  });
  socket.write(bytes);
  const late = new AbortController();
  await Promise.race([
    all,
    closed,
    delay(Math.max(0, end - performance.now()), undefined, late).catch(() => {}),
  ]);
  late.abort();
  socket.destroy();
}

/** What they do; each is over after some seconds. */
export const acts = {
  async 'patches side by side'(hostile) {
    const end = endOf(hostile);
    await Promise.all(
      times(20, async () => {
        while (performance.now() < end) {
          const operation = plan(hostile);
          await patch(hostile, operation);
          // What is refused costs the checker as much as it costs them.
          if (operation.replies.some((reply) => typeof reply === 'object' && reply.isRefusal))
            await delay(500);
        }
      }),
    );
  },

  async 'patches of one user'(hostile) {
    await Promise.all(times(30, () => patch(hostile, plan(hostile, 0))));
  },

  async 'patches of many in one call'(hostile) {
    const some = times(Math.min(hostile.ids.length, 50), () => plan(hostile));
    const [first] = some;
    if (!first) return;
    const inputs = some.map(({ input }) => input);
    const calling = callingOf(first, hostile.token, hostile.hear);
    const replies = await callPatchUsers(hostile.url, inputs, calling);
    for (const [nth, reply] of replies.entries()) some[nth]?.replies.push(reply === 'lost' ? 'left' : reply);
  },

  async 'the same key many times'(hostile) {
    const operation = plan(hostile);
    await Promise.all(times(30, () => patch(hostile, operation)));
  },

  async leaves(hostile, turn) {
    await Promise.all(
      times(20, (nth) => patch(hostile, plan(hostile), drawInt(1, 60, hostile.seed, turn, nth))),
    );
  },

  async 'widest reads'(hostile, turn) {
    const lists = drawInt(1, 8, hostile.seed, turn, 'lists');
    const from = drawInt(0, hostile.ids.length, hostile.seed, turn, 'from');
    const ids = times(
      Math.min(1_000, Math.floor(widest / lists)),
      (nth) => hostile.ids[(from + nth) % hostile.ids.length],
    );
    const reads = times(lists, (nth) => `r${nth}: users(ids: $ids) { ${allOfUser} }`);
    const body = JSON.stringify({ query: `query ($ids: [ID!]!) { ${reads.join(' ')} }`, variables: { ids } });
    // They take long.
    const end = Math.min(hostile.until, performance.now() + 5 * actMs);
    await pipeline(hostile, request(hostile, body).repeat(20), 20, end);
  },

  /** As wide as the limits of documents let it be, and another one each time, so that none is known. */
  async 'documents at the limits'(hostile, turn) {
    const reads = (nth: number) =>
      times(
        28,
        (one) =>
          `r${nth}_${one}: user(by: { id: "${hostile.ids[(nth * 28 + one) % hostile.ids.length]}" }) { id displayName email { address } }`,
      );
    const all = times(20, (nth) => JSON.stringify({ query: `{ # ${turn}\n ${reads(nth).join(' ')} }` }));
    await pipeline(hostile, all.map((body) => request(hostile, body)).join(''), 20, endOf(hostile));
  },

  async 'bodies near the limit'(hostile) {
    const body = JSON.stringify({ query: '{ __typename }', variables: { much: 'x'.repeat(900_000) } });
    const bytes = request(hostile, body);
    await Promise.all(times(40, () => pipeline(hostile, bytes, 1, endOf(hostile))));
  },

  async 'many values'(hostile) {
    const body = `{"query":"{ __typename }","variables":{"many":[${'{},'.repeat(300_000)}0]}}`;
    const bytes = request(hostile, body);
    await Promise.all(times(10, () => pipeline(hostile, bytes, 1, endOf(hostile))));
  },

  async 'many connections'(hostile, turn) {
    const sockets = times(500, () => open(hostile.url));
    for (const socket of sockets) socket.write(`${lines(head(hostile.token, 900_000))}{`);
    await delay(drawInt(200, actMs, hostile.seed, turn));
    for (const socket of sockets) socket.destroy();
  },

  async 'slow senders'(hostile, turn) {
    const bytes = request(hostile, JSON.stringify({ query: '{ __typename }' }));
    const sockets = times(50, () => open(hostile.url));
    const sent = drawInt(1, 20, hostile.seed, turn);
    for (let at = 0; at < sent; at += 1) {
      for (const socket of sockets) socket.write(bytes.slice(at, at + 1));
      await delay(actMs / 20);
    }
    for (const socket of sockets) socket.destroy();
  },

  async 'junk tokens'(hostile) {
    const junk = () => {
      const header = { alg: 'ES256', typ: 'at+jwt', kid: randomBytes(8).toString('hex') };
      const [, claims] = hostile.token.split('.');
      return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.${randomBytes(64).toString('base64url')}`;
    };
    const body = JSON.stringify({ query: '{ __typename }' });
    await Promise.all(
      times(10, () => {
        const bytes = times(20, () => request({ token: junk() }, body)).join('');
        return pipeline(hostile, bytes, 20, endOf(hostile));
      }),
    );
  },

  /** A moment of quiet, after which everything that was saved up is used at once. */
  async waits({ seed }, turn) {
    await delay(1_000 * draw(seed, turn));
  },
} satisfies Readonly<Record<string, Act>>;

/** The name of an act. */
export type ActName = keyof typeof acts;
