import { z } from 'zod';
import { originAndPathOf, originOf } from './origin.ts';
import { Secret } from './secret.ts';

/** The JSON Schema of zod types whose YAML form differs from what zod gets. */
export const jsonSchemaOf = z.registry<{ readonly toJsonSchema: () => z.core.JSONSchema.BaseSchema }>();

/** `{ env: NAME }` in the spelling of environment variables, or `{ file: PATH }` with a slash; all else is data. */
export const secretReference = z.union([
  z.strictObject({
    env: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/)
      .describe('The environment variable that contains the secret.'),
  }),
  z.strictObject({
    file: z.string().regex(/\//).describe('The path, with a slash, of the file that contains the secret.'),
  }),
]);

/** A secret of the configuration; load.ts has replaced `{ env }` and `{ file }` by a Secret. */
export const secret = z
  .custom<Secret>((value) => value instanceof Secret, {
    error: 'Expected a secret: { env: NAME } or { file: PATH }.',
  })
  .register(jsonSchemaOf, { toJsonSchema: () => z.toJSONSchema(secretReference, { io: 'input' }) });

/** A whole number within bounds. */
export const between = (min: number, max: number) => z.int().min(min).max(max);

/** A whole number from 1 upwards. */
export const positive = z.int().positive();

/** The address and port of a listener: 0 for a free port. */
export const host = z.string().min(1).default('127.0.0.1');
export const port = between(0, 65_535);

/**
 * The origin of a provider, `https://host[:port]`. Loopback over http needs `allowLoopback: true`, which config.ts
 * checks.
 */
export const baseUrl = z.string().refine((text) => originOf(text) !== undefined, {
  error: 'Expected an origin such as https://api.example.com: no credentials, path, query or fragment.',
});

/** Origin and path of a provider whose base URL may have a path, `https://host[:port]/path`. */
export const baseUrlWithPath = z.string().transform((text, context) => {
  const parsed = originAndPathOf(text);
  if (parsed) return parsed;
  const message =
    'Expected an address such as https://api.example.com/scim/v2: no credentials, query or fragment.';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Limits of single fields that override the published ones: `maxLength: { displayName: 64 }`. */
export const maxLength = <Field extends string>(fields: readonly [Field, ...Field[]]) =>
  z
    .partialRecord(z.enum(fields), positive.describe('Maximum length in characters.'))
    .default({})
    .describe('Maximum lengths of single fields, in characters, that override the published ones.');
