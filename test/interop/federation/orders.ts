import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import type { Served } from '../../graphql/served.ts';

/**
 * A second subgraph: it knows of users nothing but their ids, `<directory>:<native id>`. Nobody can ask it for an
 * entity, so it has no `_entities`.
 */
const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query {
  "An order for each of these ids, as its buyer."
  orders(buyers: [ID!]!): [Order!]!
}
type Order { id: ID! buyer: User }
type User @key(fields: "id", resolvable: false) { id: ID! }`;

/** Serves the orders on a free port of loopback. */
export async function startOrders(): Promise<Served> {
  const server = createServer(
    createYoga({
      schema: createSchema({
        typeDefs: `type Query { orders(buyers: [ID!]!): [Order!]! _service: _Service! }
          type Order { id: ID! buyer: User } type User { id: ID! } type _Service { sdl: String! }`,
        resolvers: {
          Query: {
            _service: () => ({ sdl }),
            orders: (_root, { buyers }: { readonly buyers: readonly string[] }) =>
              buyers.map((id, index) => ({ id: `order-${index}`, buyer: { id } })),
          },
        },
      }),
      logging: false,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
