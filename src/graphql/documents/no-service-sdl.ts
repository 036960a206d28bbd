import { GraphQLError, getNamedType, type ValidationRule } from 'graphql';

/**
 * Refuses a document that asks for `_service`, whose SDL is the whole schema with its descriptions: for a server that
 * answers no introspection. Gateways are composed from schema.graphql, which is the same text.
 */
export const NoServiceSdlRule: ValidationRule = (context) => ({
  Field(node) {
    const type = context.getType();
    if (type && getNamedType(type).name === '_Service') {
      context.reportError(new GraphQLError('The schema is not shown here.', { nodes: node }));
    }
  },
});
