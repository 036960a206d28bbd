import SchemaBuilder, {
  type FieldNullability,
  type InputFieldMap,
  type InputShapeFromFields,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import { PothosZodPlugin } from '@pothos/plugin-zod';
import type { GraphQLError, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { looseObject, type ZodError, ZodLazy, ZodNullable, ZodOptional, type ZodType } from 'zod';
import { invalidInput, type PatchError } from '../../domain/errors.ts';
import { toGraphQLError } from './graphql-error.ts';

/** Everything that the schema found wrong with the arguments of a field. */
class InvalidArguments {
  readonly #issues: ZodError['issues'];
  constructor({ issues }: ZodError) {
    this.#issues = issues;
  }
  /** The errors with paths that start below the argument: its own name, such as `input`, is left away. */
  below(): readonly PatchError[] {
    return this.#issues.map(({ message, path }) => invalidInput(message, path.slice(1).map(String)));
  }
  /** The first error, for a field that has no payload to put them in. */
  toGraphQLError(): GraphQLError {
    const [issue] = this.#issues;
    return toGraphQLError(
      invalidInput(issue?.message ?? 'The arguments are not valid.', (issue?.path ?? []).map(String)),
    );
  }
}

const pluginName = 'checkedInput';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      checkedInput: CheckedInputPlugin<Types>;
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

/**
 * Checks arguments by the schemas that plugin-zod makes of the inputs, and gives refused ones to the field's own
 * `onInvalidInput`. In place of plugin-zod's own wrapper, which checks asynchronously: that takes zod twice as long.
 */
class CheckedInputPlugin<Types extends SchemaTypes> extends PothosZodPlugin<Types> {
  readonly #validators: ZodType[] = [];

  override createValidator(
    ...of: Parameters<PothosZodPlugin<Types>['createValidator']>
  ): ReturnType<PothosZodPlugin<Types>['createValidator']> {
    const validator = super.createValidator(...of);
    this.#validators.push(validator);
    return validator;
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const validators = Object.entries(field.args).flatMap(([name, { extensions }]) =>
      extensions?.validator ? [[name, extensions.validator as ZodType] as const] : [],
    );
    if (validators.length === 0) return resolve;
    const schema = looseObject(Object.fromEntries(validators));
    const { onInvalidInput } = field.pothosOptions as {
      onInvalidInput?: (found: readonly PatchError[], args: object, context: Types['Context']) => unknown;
    };
    return (parent, args, context, info) => {
      const checked = schema.safeParse(args);
      if (checked.success) return resolve(parent, checked.data, context, info);
      const invalid = new InvalidArguments(checked.error);
      if (onInvalidInput) return onInvalidInput(invalid.below(), args, context);
      throw invalid.toGraphQLError();
    };
  }

  /**
   * Has the schemas of inputs made that plugin-zod makes when each is first needed. In every parse zod remembers what it
   * saw by a schema that may lead back to itself, as one that is still to be made may for all it knows: that takes it
   * four times as long, and it does not change its mind.
   */
  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    for (const validator of this.#validators) resolveLazy(validator);
    return schema;
  }
}

function resolveLazy(schema: ZodType): void {
  if (schema instanceof ZodOptional || schema instanceof ZodNullable) resolveLazy(schema.unwrap() as ZodType);
  else if (schema instanceof ZodLazy) void schema._zod.innerType;
}

SchemaBuilder.registerPlugin(pluginName, CheckedInputPlugin);

export default pluginName;
