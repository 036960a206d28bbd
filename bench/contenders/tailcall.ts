import { mkdtempSync, writeFileSync } from 'node:fs';
import { holdPort } from '../../test/harness/held-port.ts';
import { startServer } from '../processes.ts';
import { mirroredExchange, workOf } from '../work.ts';
import type { Contender } from './contender.ts';
import { install } from './install.ts';

/** Tailcall, which is written in Rust, with Descope's patch as it is. */
const contender: Contender = {
  ...{ calls: 1, path: '/graphql' },
  work: (connections) => workOf(connections, (patch) => mirroredExchange(patch, 'PatchUserInput')),
  async start({ cores, folder, upstream }) {
    // The newest version that runs with the C library of Debian 12.
    const installed = install('tailcall', ['@tailcallhq/core-linux-x64-gnu@1.0.0']);
    const { port } = await holdPort();
    const file = `${mkdtempSync(`${folder}/tailcall-`)}/bench.graphql`;
    writeFileSync(file, configuration(port, upstream));
    return startServer({
      command: [`${installed}/node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall`, 'start', file],
      ...{ core: cores.server, port },
      // It would log every request, and tell its makers that it was started.
      env: {
        TAILCALL_LOG_LEVEL: 'error',
        TAILCALL_TRACKER: 'false',
        TC_LOG_LEVEL: 'error',
        TC_TRACKER: 'false',
      },
    });
  },
};

export const tailcall = { title: 'Tailcall', contender };

function configuration(port: number, upstream: string): string {
  return `schema
  @server(port: ${port}, hostname: "127.0.0.1", workers: 1)
  @upstream(poolMaxIdlePerHost: 64) {
  query: Query
  mutation: Mutation
}
type Query { user: Answer @http(url: "${upstream}/v1/mgmt/user") }
type Mutation {
  patchUser(input: PatchUserInput!): Answer
    @http(url: "${upstream}/v1/mgmt/user/patch", method: PATCH, body: "{{.args.input}}"
      headers: [{ key: "authorization", value: "Bearer project:key" }])
}
input PatchUserInput {
  userId: String!, name: String, email: String, verifiedEmail: Boolean, customAttributes: AttributesInput
}
input AttributesInput { plan_1: String }
type Answer { user: User }
type User { userId: String!, name: String, email: String, verifiedEmail: Boolean, customAttributes: Attributes }
type Attributes { plan_1: String }
`;
}
