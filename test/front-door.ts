import { Writable } from 'node:stream';
import { type Sandbox, type SandboxChanges, startSandbox } from '../src/sandbox/sandbox.ts';
import { starterTabs } from '../src/sandbox/welcome.ts';
import { createLog, startService } from '../src/service.ts';

/** A GraphQL answer as JSON gave it; tests assert it whole. */
interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** idpatch on real HTTP in front of three emulators on real HTTP. */
export interface FrontDoor {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly emulators: Sandbox['emulators'];
  /** Everything that was logged: one JSON text an event. */
  readonly log: readonly string[];
  /** Sends a document by POST and gives the whole answer; with a token, as its caller. */
  graphql(query: string, variables?: object, token?: string): Promise<GraphQLAnswer>;
  /** patchUser with every member of the payload that `payload` selects; the payload alone, or the whole answer on errors. */
  patch(user: object, patch: object, token?: string): Promise<Record<string, unknown>>;
  /** Ends the service and starts another with the same configuration, as a new process would; the providers stay. */
  restart(): Promise<void>;
  /** Forgets the requests that arrived so far, so that a test counts its own. */
  forgetRequests(): void;
  close(): Promise<void>;
}

/** Every field of a user, for assertions of the whole. */
export const wholeUser = `
  id userId directory { name } version username loginIds displayName givenName middleName familyName
  email { address verified } phone { number verified } picture status roleNames
  tenants { tenantId name roleNames } ssoAppIds
  customFields { field value { text number boolean texts date } } createdAt updatedAt
`;

/** Every member of a payload but its operationId, which is new in each call, and the user's version and updatedAt. */
export const payload = `
  outcome confirmedBy
  user { ${wholeUser.replace('version', '').replace('updatedAt', '')} }
  errors {
    __typename code message path retryable
    ... on RateLimitedError { retryAfterSeconds }
    ... on ProviderRefusedError { providerCode providerRequestId }
  }
`;

/** Opens a front door; close it in the test that opened it. */
export async function openFrontDoor(changes: SandboxChanges = {}): Promise<FrontDoor> {
  const log: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const sandbox = await startSandbox(
    {},
    {
      journal: null,
      ...changes,
      server: { port: 0, ...changes.server },
      // A test asks more often than a caller may.
      limits: { requestsPerCallerPerMinute: 1_000_000, ...changes.limits },
    },
  );
  const start = () =>
    startService(sandbox.config, { log: createLog(stream), starterTabs: starterTabs(sandbox) });
  let service = await start();
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
  return {
    get url() {
      return service.url;
    },
    sandbox,
    emulators: sandbox.emulators,
    log,
    graphql,
    async patch(user, patch, token) {
      const answer = await graphql(
        `mutation ($input: PatchUserInput!) { patchUser(input: $input) { ${payload} } }`,
        { input: { user, patch } },
        token,
      );
      const data = answer.data as { patchUser?: Record<string, unknown> | null } | null | undefined;
      return answer.errors || !data?.patchUser ? { ...answer } : data.patchUser;
    },
    forgetRequests() {
      for (const emulator of Object.values(sandbox.emulators)) emulator.requests.length = 0;
    },
    async restart() {
      await service.close();
      service = await start();
    },
    async close() {
      await service.close();
      await sandbox.close();
    },
  };
}
