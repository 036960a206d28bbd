import { filterSchema } from '@graphql-tools/utils';
import { type GraphQLSchema, parse, print, printSchema } from 'graphql';
import { invalidInput } from '../../domain/errors.ts';
import { costs } from '../documents/cost.ts';
import { inTurns } from '../in-turns.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { limitNamedUsers, userReader } from './read-user.ts';
import { UserType } from './user.ts';

builder.scalarType('_Any', {
  description: 'An entity’s representation: its __typename and the fields of its key.',
  serialize: () => {
    throw new Error('Unreachable: _Any is an input type only.');
  },
});

const Entity = builder.unionType('_Entity', {
  description: 'The entities that a gateway can resolve by their key.',
  types: [UserType],
  resolveType: () => UserType,
});

/** Kept, because printing it takes about ten milliseconds and a document can select it many times. */
let sdl: string | undefined;

const Service = builder.objectRef<object>('_Service').implement({
  description: 'The federation service of this subgraph.',
  fields: (t) => ({
    sdl: t.string({
      description: 'The subgraph’s schema with its @key directives. Rejected if introspection is off.',
      ...costs({ points: 1_000 }),
      resolve: (_root, _args, _context, { schema }) => (sdl ??= subgraphSdl(schema)),
    }),
  }),
});

builder.queryFields((t) => ({
  _service: t.field({
    type: Service,
    description: 'For gateways: the subgraph’s schema.',
    resolve: () => ({}),
  }),
  _entities: t.field({
    type: [Entity],
    nullable: { list: false, items: true },
    args: {
      representations: t.arg({
        type: ['_Any'],
        required: true,
        description: 'At most 1000 representations, each with __typename and the fields of the key.',
      }),
    },
    description:
      'For gateways: the entities of these representations, in the same order, read like users(ids:). Null if there is ' +
      'no such entity.',
    ...costs({ argument: 'representations', points: 50 }),
    resolve: (_root, { representations }, context, info) => {
      const ids = representations.map(userIdIn);
      limitNamedUsers(
        ids.length,
        'representations',
        context,
        ids.filter((id) => id !== undefined),
      );
      const read = userReader(context, info);
      const users = ids.map(async (id, index) => {
        const at = ['representations', String(index)];
        if (id === undefined) {
          throw toGraphQLError(invalidInput('Expected { __typename: "User", id: … }.', at));
        }
        return read({ id }, { id: [...at, 'id'], login: [] });
      });
      return inTurns(users, context);
    },
  }),
}));

function userIdIn(representation: unknown): string | undefined {
  if (typeof representation !== 'object' || representation === null) return undefined;
  const { __typename: type, id } = representation as { readonly __typename?: unknown; readonly id?: unknown };
  return type === 'User' && typeof id === 'string' ? id : undefined;
}

/**
 * What makes a schema a subgraph. `@oneOf` is declared because Apollo's composition does not know it.
 * https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
const prologue = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
directive @oneOf on INPUT_OBJECT`;

/** Types and fields for gateways, which are not part of the subgraph's own schema. */
const gatewayNames: ReadonlySet<string> = new Set(['_Any', '_Entity', '_Service', '_entities', '_service']);

/** The schema as a gateway composes it: Federation 2, with the key of its entity. */
export function subgraphSdl(schema: GraphQLSchema): string {
  const isOwn = (name: string) => !gatewayNames.has(name);
  const own = filterSchema({ schema, typeFilter: isOwn, rootFieldFilter: (_type, name) => isOwn(name) });
  const keyed = printSchema(own).replace('type User {', 'type User @key(fields: "id") {');
  return print(parse(`${prologue}\n${keyed}`));
}
