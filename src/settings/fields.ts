import { z } from 'zod';
import { originOf } from './origin.ts';
import { Secret } from './secret.ts';

/** How idpatch.yaml writes what a schema of here gets in another form: for the JSON Schema that editors check it by. */
export const jsonSchemaOf = z.registry<{ readonly toJsonSchema: () => z.core.JSONSchema.BaseSchema }>();

/** `{ env: NAME }` in the spelling of environment variables, or `{ file: PATH }` with a slash; anything else is data. */
export const secretReference = z.union([
  z.strictObject({
    env: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/)
      .describe('The environment variable that holds the secret.'),
  }),
  z.strictObject({
    file: z.string().regex(/\//).describe('The path of the file that holds the secret, with a slash in it.'),
  }),
]);

/** A secret of the configuration: by the time a schema sees it, `{ env }` or `{ file }` has become a Secret. */
export const secret = z
  .custom<Secret>((value) => value instanceof Secret, {
    error: 'Expected a secret: { env: NAME } or { file: PATH }.',
  })
  .register(jsonSchemaOf, { toJsonSchema: () => z.toJSONSchema(secretReference, { io: 'input' }) });

/**
 * The origin of a provider, `https://host[:port]` and nothing more. Loopback over http is taken only together
 * with `allowLoopback: true`, which config.ts checks beside it.
 */
export const baseUrl = z.string().refine((text) => originOf(text) !== undefined, {
  error: 'Expected an origin such as https://api.example.com: no credentials, path, query or fragment.',
});
/** Limits of single fields that replace the published ones: `maxLength: { displayName: 64 }`. */
export const maxLength = <Field extends string>(fields: readonly [Field, ...Field[]]) =>
  z
    .partialRecord(z.enum(fields), z.int().positive().describe('Characters that the field may have.'))
    .default({})
    .describe('Limits of single fields that replace the published ones, in characters.');
