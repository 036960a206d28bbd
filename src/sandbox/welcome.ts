import type { StarterTab } from '../server.ts';
import type { Sandbox } from './sandbox.ts';

/** What a person sees who starts the sandbox: where GraphiQL is, whom there is to change, and a call to paste. */
export function welcome(url: string, { someUserIds }: Sandbox): string {
  const lines = Object.entries(someUserIds).map(
    ([directory, ids]) => `  ${directory.padEnd(12)} ${ids.join('\n               ')}`,
  );
  const query =
    'mutation($input: PatchUserInput!) { patchUser(input: $input) { outcome user { displayName } errors { code message path } } }';
  const variables = {
    input: { user: { id: someUserIds.customers[0] }, patch: { displayName: 'Ada Lovelace' } },
  };
  return `
idpatch sandbox: three emulated providers on loopback, gone when you stop it.

GraphiQL: ${url}/graphql

Directories and some of their users:
${lines.join('\n')}

Change one from a shell:
  curl ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query, variables })}'

`;
}

/** GraphiQL's tabs: read a user, patch one of each provider, and a patch that is refused. */
export function starterTabs({ someUserIds }: Sandbox): StarterTab[] {
  const tab = (says: string, query: string, variables: object) => ({
    query: `# ${says}\n${query}`,
    variables: JSON.stringify(variables, null, 2),
  });
  const patch = (directory: keyof typeof someUserIds, fields: object) => ({
    input: { user: { id: someUserIds[directory][0] }, patch: fields },
  });
  return [
    tab('Read a user, and what can be done where they are held.', readUser, { id: someUserIds.customers[0] }),
    tab(
      'Patch a customer, who is held by Descope: add to a list, replace a choice, remove a number.',
      patchUser('PatchCustomer'),
      patch('customers', {
        displayName: 'Ada C. Okafor',
        email: { address: 'ada@example.com', verified: false },
        customFields: [
          { add: { field: 'tags', value: { texts: ['press'] } } },
          { replace: { field: 'plan', value: { text: 'enterprise' } } },
          { remove: { field: 'age' } },
        ],
      }),
    ),
    tab(
      'Patch an employee, who is held by EIAM and reached through its developer API.',
      patchUser('PatchEmployee'),
      patch('employees', {
        displayName: '李娜 (Li Na)',
        phone: { number: '+8613800138099', verified: false },
        customFields: [
          { add: { field: 'nick_name', value: { text: '小娜' } } },
          { replace: { field: 'age', value: { number: 35 } } },
          { remove: { field: 'vip' } },
        ],
      }),
    ),
    tab(
      'Patch a contractor, who is held by EIAM and reached through its management API.',
      patchUser('PatchContractor'),
      patch('contractors', {
        status: 'DISABLED',
        customFields: [
          { add: { field: 'nick_name', value: { text: 'Nick' } } },
          { replace: { field: 'age', value: { number: 40 } } },
          { remove: { field: 'vip' } },
        ],
      }),
    ),
    tab('A patch that is refused: every error at once, and nothing was sent.', patchUser('Refused'), {
      input: {
        user: { id: someUserIds.employees[0] },
        patch: {
          givenName: 'Na',
          displayName: '',
          email: { address: 'not an address', verified: false },
          customFields: [
            { replace: { field: 'age', value: { text: 'thirty' } } },
            { replace: { field: 'shoe_size', value: { number: 38 } } },
          ],
        },
      },
    }),
  ];
}

const readUser = `query ReadUser($id: ID!) {
  user(by: { id: $id }) {
    id
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
`;

function patchUser(name: string): string {
  return `mutation ${name}($input: PatchUserInput!) {
  patchUser(input: $input) {
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
