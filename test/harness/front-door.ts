import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type InlineFragmentNode, Kind, print, visit } from 'graphql';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type Sandbox, type SandboxChanges, startSandbox } from '../../src/sandbox/sandbox.ts';
import { starterTabs } from '../../src/sandbox/welcome.ts';
import { type Service, startService } from '../../src/service.ts';
import { createLog } from '../../src/telemetry/log.ts';
import {
  PatchDocument,
  type PatchedFragment,
  PatchedFragmentDoc,
  type UserBy,
  type UserPatchInput,
  WholeUserFragmentDoc,
} from '../generated/graphql.ts';
import { watchForLeaks } from './leaks.ts';

/** A GraphQL answer as JSON gave it; tests assert it whole. */
interface GraphQLAnswer<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: readonly unknown[];
}

/** An answer of which a patch got no payload: it has errors of its own. */
interface AnswerWithoutPayload extends GraphQLAnswer {
  readonly outcome?: never;
  readonly confirmedBy?: never;
  readonly user?: never;
}

/** idpatch on real HTTP in front of three emulators on real HTTP. */
export interface FrontDoor {
  readonly url: string;
  /** Where the metrics are, where the changes say that there are any. */
  readonly metricsUrl: string | undefined;
  readonly sandbox: Sandbox;
  readonly emulators: Sandbox['emulators'];
  /** Everything that was logged: one JSON text an event. */
  readonly log: readonly string[];
  /** Sends a document by POST and gives the whole answer; with a token, as its caller. */
  graphql(query: string, variables?: object, token?: string): Promise<GraphQLAnswer>;
  /** As `graphql`, with a document that knows its variables and its data. */
  call<Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    token?: string,
  ): Promise<GraphQLAnswer<Data>>;
  /** patchUser with every member of the payload that `payload` selects; the payload alone, or the whole answer on errors. */
  patch(user: UserBy, patch: UserPatchInput, token?: string): Promise<PatchedFragment | AnswerWithoutPayload>;
  /** Ends the service and starts another with the same configuration, as a new process would; the providers stay. */
  restart(): Promise<void>;
  /** Forgets the requests that arrived so far, so that a test counts its own. */
  forgetRequests(): void;
  /** Starts another service before the same providers, with one starter tab; its log is searched and not shown. */
  startAnother(changes?: Partial<Config>): Promise<Service>;
  /** Ends all, and rejects where a secret or personal data came out where it must not. */
  close(): Promise<void>;
}

/** What the first fragment of a document selects, for documents that a test writes as text. */
function selectionOf({ definitions }: DocumentNode): string {
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const [first] = fragments;
  if (!first) throw new Error('The document has no fragment.');
  const whole = visit(first, {
    FragmentSpread(spread): InlineFragmentNode | undefined {
      const found = fragments.find(({ name }) => name.value === spread.name.value);
      return found && { kind: Kind.INLINE_FRAGMENT, selectionSet: found.selectionSet };
    },
  });
  return print(whole.selectionSet).slice(1, -1);
}

/** Every field of a user, for assertions of the whole. */
export const wholeUser = selectionOf(WholeUserFragmentDoc);

/** Every member of a payload but its operationId, which is new in each call, and the user's version and updatedAt. */
export const payload = selectionOf(PatchedFragmentDoc);

const unpaced = { perMinute: 10_000_000 };

/** Opens a front door that is closed when the test is over. */
export async function openDoor(changes: SandboxChanges = {}): Promise<FrontDoor> {
  const door = await openFrontDoor(changes);
  onTestFinished(() => door.close());
  return door;
}

/** Opens a front door; close it in the test that opened it. */
export async function openFrontDoor(changes: SandboxChanges = {}): Promise<FrontDoor> {
  const [log, otherLog]: [string[], string[]] = [[], []];
  const sandbox = await startSandbox(
    {},
    {
      journal: null,
      metrics: null,
      ...changes,
      // The tests share this process's event loop, on a machine that may be busy.
      server: { port: 0, maxEventLoopDelayMs: 60_000, ...changes.server },
      // A test asks more often than a caller may, and than a provider takes.
      directories: {
        ...changes.directories,
        // Who has an address already is looked for in test/patch/contact-conflict.test.ts.
        customers: { pace: unpaced, contactConflict: 'refused', ...changes.directories?.customers },
      },
      limits: {
        ...{ requestsPerCallerPerMinute: 1_000_000, costPerCallerPerMinute: 1_000_000_000 },
        readBackDelaysMs: [10, 20, 40, 80, 160],
        ...changes.limits,
      },
    },
  );
  const leaks = watchForLeaks(sandbox, changes);
  const start = async (config: Config, lines: string[], tabs = starterTabs(sandbox)) => {
    const log = createLog({ write: (line) => void lines.push(line) });
    const started = await startService(config, { log, starterTabs: tabs });
    leaks.watch(started.url);
    leaks.watch(started.metricsUrl);
    return started;
  };
  let service = await start(sandbox.config, log);
  const close = async () => {
    const metrics = service.metricsUrl ? await (await fetch(service.metricsUrl)).text() : '';
    await service.close();
    await sandbox.close();
    leaks.close({ log: [...log, ...otherLog], metrics });
  };
  let closed: Promise<void> | undefined;
  const graphql = async (query: string, variables: object = {}, token?: string) => {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphQLAnswer;
  };
  const call = <Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    token?: string,
  ) => graphql(print(document), variables, token) as Promise<GraphQLAnswer<Data>>;
  return {
    get url() {
      return service.url;
    },
    get metricsUrl() {
      return service.metricsUrl;
    },
    sandbox,
    emulators: sandbox.emulators,
    log,
    graphql,
    call,
    async patch(user, patch, token) {
      const { data, errors } = await call(PatchDocument, { input: { user, patch } }, token);
      if (!errors && data?.patchUser) return data.patchUser;
      return { ...(data === undefined ? {} : { data }), ...(errors && { errors }) };
    },
    forgetRequests() {
      for (const emulator of Object.values(sandbox.emulators)) emulator.requests.length = 0;
    },
    async restart() {
      await service.close();
      service = await start(sandbox.config, log);
    },
    startAnother: (changes = {}) => start({ ...sandbox.config, ...changes }, otherLog, ['{ a }']),
    close: () => (closed ??= close()),
  };
}
