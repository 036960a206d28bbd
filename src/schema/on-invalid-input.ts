import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type InputShapeFromFields,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLError, GraphQLFieldResolver } from 'graphql';
import type { ZodError } from 'zod';
import { InvalidInputError, type PatchError } from '../outcome.ts';
import { toGraphQLError } from './read-failed.ts';

/** What plugin-zod throws here in place of a ZodError: everything that the schema found wrong with the arguments. */
export class InvalidArguments extends Error {
  override readonly name = 'InvalidArguments';
  readonly #issues: ZodError['issues'];
  constructor({ issues }: ZodError) {
    super('The arguments are not valid.');
    this.#issues = issues;
  }
  /** The errors with paths that start below the argument: its own name, such as `input`, is left away. */
  below(): readonly PatchError[] {
    return this.#issues.map(({ message, path }) => new InvalidInputError(message, path.slice(1).map(String)));
  }
  /** The first error, for a field that has no payload to put them in. */
  toGraphQLError(): GraphQLError {
    const [issue] = this.#issues;
    return toGraphQLError(
      new InvalidInputError(issue?.message ?? this.message, (issue?.path ?? []).map(String)),
    );
  }
}

const pluginName = 'onInvalidInput';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      onInvalidInput: OnInvalidInputPlugin<Types>;
    }
    export interface FieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      /**
       * Resolves the field where plugin-zod refused its arguments, in place of a top-level error: with what was
       * found, and the arguments as they came. So the field can report it together with what else is wrong.
       */
      onInvalidInput?: (
        found: readonly PatchError[],
        args: InputShapeFromFields<Args>,
        context: Types['Context'],
      ) => ResolveReturnShape | Promise<ResolveReturnShape>;
    }
  }
}

/** Gives refused arguments to the field's own `onInvalidInput`. Stands before Zod in the list: it wraps it. */
class OnInvalidInputPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { onInvalidInput } = field.pothosOptions as {
      onInvalidInput?: (found: readonly PatchError[], args: object, context: Types['Context']) => unknown;
    };
    if (Object.keys(field.args).length === 0) return resolve;
    return async (parent, args, context, info) => {
      try {
        return await resolve(parent, args, context, info);
      } catch (error) {
        if (!(error instanceof InvalidArguments)) throw error;
        if (onInvalidInput) return onInvalidInput(error.below(), args, context);
        throw error.toGraphQLError();
      }
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, OnInvalidInputPlugin);

export default pluginName;
