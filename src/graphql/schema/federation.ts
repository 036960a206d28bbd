import { invalidInput } from '../../domain/errors.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { limitNamedUsers, readUser } from './read-user.ts';
import { subgraphSdl } from './subgraph-sdl.ts';
import { UserType } from './user.ts';

/** The fields by which a gateway may ask for a type, as `@key` names them. */
export const entityKeys = { User: 'id' } as const;

builder.scalarType('_Any', {
  description: 'What a gateway knows of an entity: its __typename and the fields of its key.',
  serialize: () => {
    throw new Error('A representation only ever comes in.');
  },
});

const Entity = builder.unionType('_Entity', {
  description: 'What a gateway can ask for by its key.',
  types: [UserType],
  resolveType: () => UserType,
});

/** Printing it takes some ten milliseconds, and a document can ask for it many times. */
let sdl: string | undefined;

const Service = builder.objectRef<object>('_Service').implement({
  description: 'What a gateway is to know of this subgraph.',
  fields: (t) => ({
    sdl: t.string({
      description: 'The schema, with the keys of its entities; where introspection is off, it is refused.',
      resolve: (_root, _args, _context, { schema }) => {
        sdl ??= subgraphSdl(schema, entityKeys);
        return sdl;
      },
    }),
  }),
});

builder.queryFields((t) => ({
  _service: t.field({ type: Service, description: 'For gateways: the schema.', resolve: () => ({}) }),
  _entities: t.field({
    type: [Entity],
    nullable: { list: false, items: true },
    args: {
      representations: t.arg({
        type: ['_Any'],
        required: true,
        description: 'At most 1000, each with __typename and the fields of the key.',
        validate: { maxLength: [1000, { message: 'At most 1000 representations.' }] },
      }),
    },
    description:
      'For gateways: the entities that they know by their keys, in the same order, read like users(ids:). Null where ' +
      'there is no such entity.',
    resolve: (_root, { representations }, context, info) => {
      limitNamedUsers(representations.length, ['representations'], context);
      return representations.map(async (representation, index) => {
        const at = ['representations', String(index)];
        const id = userIdIn(representation);
        if (id === undefined) {
          throw toGraphQLError(invalidInput('Expected { __typename: "User", id: … }.', at));
        }
        return readUser({ id }, { id: [...at, 'id'], login: [] }, context, info);
      });
    },
  }),
}));

function userIdIn(representation: unknown): string | undefined {
  if (typeof representation !== 'object' || representation === null) return undefined;
  const { __typename: type, id } = representation as { readonly __typename?: unknown; readonly id?: unknown };
  return type === 'User' && typeof id === 'string' ? id : undefined;
}
