import type { Sandbox } from './sandbox.ts';

/** The text on the terminal when the sandbox starts: where GraphiQL is, users to try, and a call to paste. */
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
idpatch sandbox: three emulated providers on this machine. All changes are lost when you stop it.

GraphiQL: ${url}/graphql
Metrics:  ${metricsUrl}

Directories, with some of their users:
${lines.join('\n')}

Change a user from a shell:
  curl ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query, variables })}'

Without a token you are anonymous and may do everything. To call as somebody else, add one of these headers
(examples/callers has the configuration of each caller):
${tokens.join('\n')}

`;
}

/** GraphiQL's tabs: read a user, patch a user of each provider, and a refused patch. Each runs as it is. */
export function starterTabs({ someUserIds: { customers, employees } }: Sandbox): string[] {
  return [
    `# Read a user, and what can be changed in the user's directory.
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
      'Patch a customer, stored in Descope: add to a list, replace a choice, remove a number.',
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
      'Patch an employee, stored in EIAM, through its developer API.',
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
      'Patch a contractor, stored in EIAM, through its management API: two requests, one of them for status.',
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
      'A patch that is refused: all errors at once, and nothing is sent.',
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

function patchTab(name: string, comment: string, input: string): string {
  return `# ${comment}
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
