import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type InputShapeFromFields,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import type { ZodError } from 'zod';
import { invalidInput, type PatchError } from '../../domain/errors.ts';
import { toGraphQLError } from './graphql-error.ts';

/** All issues of the arguments of a field. A field without `onInvalidInput` fails with the first. */
class InvalidArguments extends GraphQLError {
  readonly issues: ZodError['issues'];

  constructor({ issues }: ZodError) {
    const [{ message, path } = { message: 'The arguments are not valid.', path: [] }] = issues;
    const { extensions } = toGraphQLError(invalidInput(message, path.map(String)));
    super(message, { extensions });
    this.issues = issues;
  }
}

/** plugin-zod's option `validationError`: what it throws for arguments that are not valid. */
export const validationError = (error: ZodError): GraphQLError => new InvalidArguments(error);

const pluginName = 'inputErrors';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      inputErrors: InputErrorsPlugin<Types>;
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
       * Resolves the field when plugin-zod finds its arguments invalid, so that it can report `inputErrors` together
       * with others. Their paths begin below the argument: its own name, such as `input`, is left out.
       */
      onInvalidInput?: (
        inputErrors: readonly PatchError[],
        args: InputShapeFromFields<Args>,
        context: Types['Context'],
      ) => ResolveReturnShape | Promise<ResolveReturnShape>;
    }
  }
}

/** Gives what plugin-zod throws to the field's `onInvalidInput`. Listed before plugin-zod, it wraps its resolver. */
class InputErrorsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { pothosOptions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { onInvalidInput } = pothosOptions as {
      onInvalidInput?: (errors: readonly PatchError[], args: object, context: Types['Context']) => unknown;
    };
    if (!onInvalidInput) return resolve;
    return async (parent, args, context, info) => {
      try {
        return await resolve(parent, args, context, info);
      } catch (error) {
        if (!(error instanceof InvalidArguments)) throw error;
        const errors = error.issues.map(({ message, path }) =>
          invalidInput(message, path.slice(1).map(String)),
        );
        return onInvalidInput(errors, args, context);
      }
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, InputErrorsPlugin);

export default pluginName;
