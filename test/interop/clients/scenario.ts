import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { describe, expect, it } from 'vitest';
import {
  type CustomFieldOperationInput,
  type CustomFieldValueInput,
  type PatchUserInput,
  PatchWholeDocument,
  PlanDocument,
  ReadUserDocument,
  type UserBy,
} from '../../generated/graphql.ts';
import { someUser, written } from '../../harness/expected.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';

/** What a client tells whoever calls by it, in whatever form it has it. */
export interface Told<Data> {
  readonly data: Data | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[] | undefined;
    readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  }[];
}

/** Sends an operation by a client. */
type Ask = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Told<Data>>;

/** Makes a client as its manual says, which asks at `url` by `fetch`, with these headers beside its own. */
export type Connect = (options: {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
}) => Ask;

/** One request that a client made, and how it was answered. */
interface Exchange {
  readonly method: string;
  readonly headers: readonly string[];
  readonly status: number;
}

/** What a client that needs nothing special sends; `authorization` comes from whoever uses it. */
const ordinaryHeaders = ['accept', 'authorization', 'content-type'];

/** The scenario that every client goes through: what a front end does, and what it is refused. */
export function describeClient(name: string, connect: Connect): void {
  const open = () => openDoor(freshJournal());

  function connected(door: FrontDoor, token?: string): { readonly ask: Ask; readonly exchanges: Exchange[] } {
    const exchanges: Exchange[] = [];
    const watched: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const headers = [...new Headers(init?.headers).keys()];
      exchanges.push({ method: init?.method ?? 'GET', headers, status: answer.status });
      return answer;
    };
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return { ask: connect({ url: `${door.url}/graphql`, fetch: watched, headers }), exchanges };
  }

  describe(name, () => {
    it('reads a user, plans a change of that version, makes it once by its key, and sees it', async () => {
      const door = await open();
      const { ask, exchanges } = connected(door);
      const id = someUser(door, 'customers');
      const before = await ask(ReadUserDocument, { by: { id } });
      expect(before).toMatchObject({ errors: [], data: { user: { id, directory: { name: 'customers' } } } });
      const settable = before.data?.user?.directory.capabilities.filter((one) => one.settable);
      expect(settable?.map(({ field }) => field)).toContain('displayName');

      const ifVersion = before.data?.user?.version ?? null;
      const input = { user: { id }, patch: { displayName: 'Ada Lovelace' }, ifVersion };
      const { displayName } = before.data?.user ?? {};
      const changes = [{ path: ['patch', 'displayName'], before: displayName, after: 'Ada Lovelace' }];
      expect((await ask(PlanDocument, { input })).data).toMatchObject({
        planPatchUser: { errors: [], changes },
      });
      expect(written(door)).toEqual([]);

      const withKey: PatchUserInput = { ...input, idempotencyKey: crypto.randomUUID() };
      const first = await ask(PatchWholeDocument, { input: withKey });
      expect(first).toMatchObject({
        errors: [],
        data: { patchUser: { outcome: 'APPLIED', user: { displayName: 'Ada Lovelace' }, errors: [] } },
      });
      expect(await ask(PatchWholeDocument, { input: withKey })).toEqual(first);
      expect(written(door)).toHaveLength(1);

      const version = first.data?.patchUser?.user?.version;
      expect(version).not.toBe(ifVersion);
      const after = { id, version, displayName: 'Ada Lovelace' };
      expect((await ask(ReadUserDocument, { by: { id } })).data).toMatchObject({ user: after });
      const stale = await ask(PatchWholeDocument, {
        input: { ...input, idempotencyKey: crypto.randomUUID() },
      });
      const error = { __typename: 'StaleVersionError', path: ['ifVersion'], currentVersion: version };
      expect(stale.data?.patchUser).toMatchObject({ outcome: 'NOT_APPLIED', user: after, errors: [error] });
      expect(written(door)).toHaveLength(1);
      for (const { method, headers, status } of exchanges) {
        expect({ method, status }).toEqual({ method: 'POST', status: 200 });
        expect(ordinaryHeaders).toEqual(expect.arrayContaining([...headers]));
      }
    });

    it('is told what its token does not let it do', async () => {
      const door = await open();
      const claims = { aud: 'idpatch-gateway', sub: 'gateway' };
      const token = await door.sandbox.issuer.token({ ...claims, scope: 'users:write' });
      const { ask, exchanges } = connected(door, token);
      const id = someUser(door, 'customers');
      const patched = await ask(PatchWholeDocument, {
        input: { user: { id }, patch: { status: 'DISABLED' } },
      });
      expect(patched.errors).toEqual([]);
      expect(patched.data?.patchUser).toMatchObject({
        outcome: 'NOT_APPLIED',
        errors: [{ __typename: 'ForbiddenError', code: 'FORBIDDEN', path: ['patch', 'status'] }],
      });
      const looked = await ask(ReadUserDocument, { by: { id } });
      expect(looked.data).toEqual({ user: null });
      expect(looked.errors).toMatchObject([
        { path: ['user'], extensions: { code: 'FORBIDDEN', inputPath: ['by', 'id'] } },
      ]);
      expect(exchanges.map(({ status }) => status)).toEqual([200, 200]);
      expect(written(door)).toEqual([]);
    });

    it('is told that its token is not valid', async () => {
      const door = await open();
      const { ask, exchanges } = connected(door, 'none');
      const { data, errors } = await ask(ReadUserDocument, { by: { id: someUser(door, 'customers') } });
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(exchanges.map(({ status }) => status)).toEqual([401]);
    });

    it('cannot give two where there is one: its types refuse it, and so does the server', async () => {
      const door = await open();
      const { ask, exchanges } = connected(door);
      const user = { id: someUser(door, 'customers') };
      const login = { directory: 'customers', login: 'ada@example.com' };
      const tag = { field: 'tags', value: { texts: ['press'] } };
      // @ts-expect-error: of a @oneOf input exactly one field is given.
      const who: UserBy = { ...user, login };
      // @ts-expect-error: the same.
      const operation: CustomFieldOperationInput = { add: tag, remove: { field: 'tags' } };
      // @ts-expect-error: the same.
      const value: CustomFieldValueInput = { text: 'press', texts: ['press'] };
      const inputs = [
        ['user', { user: who, patch: { displayName: 'Ada' } }],
        ['patch customFields 0', { user, patch: { customFields: [operation] } }],
        ['patch customFields 0 add value', { user, patch: { customFields: [{ add: { ...tag, value } }] } }],
      ] as const;
      for (const [place, input] of inputs) {
        const { data, errors } = await ask(PatchWholeDocument, { input });
        expect(data).toBeNull();
        const inputPath = ['input', ...place.split(' ')];
        expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', inputPath } }]);
      }
      expect(exchanges.map(({ status }) => status)).toEqual([400, 400, 400]);
      expect(written(door)).toEqual([]);
    });
  });
}
