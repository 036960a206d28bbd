import { isIP } from 'node:net';
import { z } from 'zod';
import { Secret } from './secret.ts';

/** How idpatch.yaml writes what a schema of here gets in another form: for the JSON Schema that editors check it by. */
export const writtenAs = z.registry<{ readonly toJsonSchema: () => z.core.JSONSchema.BaseSchema }>();

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
  .register(writtenAs, { toJsonSchema: () => z.toJSONSchema(secretReference, { io: 'input' }) });

/**
 * The origin of a provider, `https://host[:port]` and nothing more. Loopback over http is taken only together
 * with `allowLoopback: true`, which config.ts checks beside it.
 */
export const baseUrl = z.string().refine((text) => originOf(text) !== undefined, {
  error: 'Expected an origin such as https://api.example.com: no credentials, path, query or fragment.',
});

/** `http(s)://host[:port]` of a base URL, in URL's own spelling; undefined where the text is anything more or else. */
function originOf(text: string): string | undefined {
  // URL itself forgives spaces, backslashes and a missing slash.
  if (!/^https?:\/\/[^\s\\/]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare =
    !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash && !/[?#@]/.test(text);
  return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}

/** Endings that no public name has: RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved and never delegated ones. */
const privateNames =
  /(^|\.)(localhost|localdomain|local|internal|private|intranet|corp|home|lan|svc|home\.arpa)$/;

/**
 * What is wrong with an origin that requests go to; undefined where nothing is. Right is https to a public name, by its
 * spelling, and this machine's loopback interface where that is allowed.
 */
export function originProblem(origin: string, allowLoopback: boolean): string | undefined {
  const problem = allowLoopback && isLoopback(origin) ? undefined : notPublic(origin);
  return problem && `Expected https to a public name, but ${problem}.`;
}

function notPublic(origin: string): string | undefined {
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'https:') return 'it is not https';
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (isIP(host)) return 'it is an address, not a name';
  if (!host.includes('.') || privateNames.test(host)) {
    return 'it is not a public name';
  }
  return undefined;
}

/** True for an origin on this machine's loopback interface. */
export function isLoopback(origin: string): boolean {
  return isLoopbackHost(new URL(origin).hostname);
}

/** True for a host that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/.test(host);
}

/** Limits of single fields that replace the published ones: `maxLength: { displayName: 64 }`. */
export const maxLength = <Field extends string>(fields: readonly [Field, ...Field[]]) =>
  z
    .partialRecord(z.enum(fields), z.int().positive().describe('Characters that the field may have.'))
    .default({})
    .describe('Limits of single fields that replace the published ones, in characters.');
