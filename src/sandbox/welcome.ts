import type { Sandbox } from './sandbox.ts';

/** What a person sees who starts the sandbox: where GraphiQL is, whom there is to change, and a call to paste. */
export function welcome(
  { url, metricsUrl }: { readonly url: string; readonly metricsUrl: string | undefined },
  { someUserIds, tokenUrls }: Sandbox,
): string {
  const lines = Object.entries(someUserIds).map(
    ([directory, ids]) => `  ${directory.padEnd(12)} ${ids.join('\n               ')}`,
  );
  const query =
    'mutation($input: PatchUserInput!) { patchUser(input: $input) { outcome user { displayName } errors { code message path } } }';
  const variables = {
    input: { user: { id: someUserIds.customers[0] }, patch: { displayName: 'Ada Lovelace' } },
  };
  const tokens = Object.values(tokenUrls).map((at) => `  -H "authorization: Bearer $(curl -s ${at})"`);
  return `
idpatch sandbox: three emulated providers on loopback, gone when you stop it.

GraphiQL: ${url}/graphql
Metrics:  ${metricsUrl}

Directories and some of their users:
${lines.join('\n')}

Change one from a shell:
  curl ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query, variables })}'

Without a token you are anonymous and may do everything. To come as somebody else, add one of these to the call
(examples/callers has the configuration that lets each of them in):
${tokens.join('\n')}

`;
}

/** GraphiQL's tabs: read a user, patch one of each provider, and a patch that is refused. Whole as they stand. */
export function starterTabs({ someUserIds: { customers, employees } }: Sandbox): string[] {
  return [
    `# Read a user, and what can be done where they are held.
query ReadUser {
  user(by: { id: "${customers[0]}" }) {
    id
    version
    displayName
    email { address verified }
    phone { number verified }
    status
    customFields { field value { text number boolean texts date } }
    directory {
      name
      provider
      capabilities { field settable clearable maxLength }
      customFields { field type choices { value } operations }
    }
  }
}
`,
    patchTab(
      'PatchCustomer',
      'Patch a customer, who is held by Descope: add to a list, replace a choice, remove a number.',
      `user: { id: "${customers[0]}" }
    patch: {
      displayName: "Ada C. Okafor"
      email: { address: "ada@example.com", verified: false }
      customFields: [
        { add: { field: "tags", value: { texts: ["press"] } } }
        { replace: { field: "plan", value: { text: "pro" } } }
        { remove: { field: "age" } }
      ]
    }`,
    ),
    patchTab(
      'PatchEmployee',
      'Patch an employee, who is held by EIAM and reached through its developer API.',
      `user: { id: "${employees[0]}" }
    patch: {
      displayName: "李娜 (Li Na)"
      phone: { number: "+8613800138099", verified: false }
      customFields: [
        { add: { field: "nick_name", value: { text: "小娜" } } }
        { replace: { field: "age", value: { number: 35 } } }
        { remove: { field: "vip" } }
      ]
    }`,
    ),
    patchTab(
      'PatchContractor',
      'Patch a contractor, who is held by EIAM and reached through its management API: two requests, one for status.',
      `user: { login: { directory: "contractors", login: "zhao.min@example.com" } }
    patch: {
      status: DISABLED
      customFields: [
        { add: { field: "nick_name", value: { text: "Min" } } }
        { replace: { field: "age", value: { number: 26 } } }
        { remove: { field: "vip" } }
      ]
    }`,
    ),
    patchTab(
      'Refused',
      'A patch that is refused: every error at once, and nothing was sent.',
      `user: { id: "${employees[1]}" }
    patch: {
      givenName: "Wei"
      displayName: ""
      email: { address: "not an address", verified: false }
      customFields: [
        { replace: { field: "age", value: { text: "thirty" } } }
        { replace: { field: "shoe_size", value: { number: 43 } } }
      ]
    }`,
    ),
  ];
}

function patchTab(name: string, says: string, input: string): string {
  return `# ${says}
mutation ${name} {
  patchUser(input: {
    ${input}
  }) {
    operationId
    outcome
    confirmedBy
    user {
      id
      displayName
      email { address verified }
      phone { number verified }
      status
      customFields { field value { text number boolean texts date } }
    }
    errors { __typename code message path retryable }
  }
}
`;
}
