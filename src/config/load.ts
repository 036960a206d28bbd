import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { secretReference } from '../settings/fields.ts';
import { Secret } from '../settings/secret.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: the file that IDPATCH_CONFIG names, else ./idpatch.yaml; undefined where neither is
 * there. PORT and HOST replace the server's own.
 * @throws ConfigError
 */
export function loadConfig(environment: Environment): Config | undefined {
  const named = environment.IDPATCH_CONFIG;
  const text = readText(named ?? './idpatch.yaml', named === undefined);
  if (text === undefined) return undefined;
  // A warning goes to standard error by itself, and may quote what stands where a key should: a secret in {{ }}.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const [broken] = document.errors;
  if (broken) {
    // The message of a YAML error may quote the line, and the line may hold what must not be printed.
    const line = text.slice(0, broken.pos[0]).split('\n').length;
    throw new ConfigError(`The configuration is not YAML: ${broken.code} at line ${line}.`);
  }
  const problems: string[] = [];
  const raw = resolveSecrets(toJS(document), [], environment, problems);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return parseConfig(withListenAddress(raw, environment));
}

/**
 * What a configuration says, with HOST and PORT, where they are set, in place of the server's own. What is no
 * mapping stays as it is, for the schema to refuse.
 */
export function withListenAddress(raw: unknown, { HOST, PORT }: Environment): unknown {
  if ((!HOST && !PORT) || typeof raw !== 'object' || raw === null) return raw;
  const server = 'server' in raw ? raw.server : {};
  if (typeof server !== 'object' || server === null || Array.isArray(server)) return raw;
  const port = PORT && /^\d{1,5}$/.test(PORT) ? Number(PORT) : PORT;
  return { ...raw, server: { ...server, ...(HOST ? { host: HOST } : {}), ...(PORT ? { port } : {}) } };
}

function toJS(document: ReturnType<typeof parseDocument>): unknown {
  try {
    const value: unknown = document.toJS();
    // What contains itself has no end to be read to, and JSON refuses it.
    JSON.stringify(value);
    return value;
  } catch {
    throw new ConfigError(
      'The configuration is not to be read: an alias is wrong, or there are too many of them.',
    );
  }
}

function readText(path: string, mayBeAbsent: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (mayBeAbsent && code === 'ENOENT') return undefined;
    throw new ConfigError(`The configuration file could not be read (${code}): ${path}`);
  }
}

/** Puts a Secret in the place of every `{ env: NAME }` and `{ file: PATH }`. What they name is never printed. */
function resolveSecrets(
  value: unknown,
  path: readonly string[],
  environment: Environment,
  problems: string[],
): unknown {
  if (Array.isArray(value)) {
    return value.map((one, index) => resolveSecrets(one, [...path, String(index)], environment, problems));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { data: reference } = secretReference.safeParse(value);
  if (reference) {
    const found = 'file' in reference ? readSecretFile(reference.file) : environment[reference.env];
    const problem = secretProblem(found);
    if (!problem && found !== undefined) return new Secret(found);
    const what = 'file' in reference ? 'the file' : 'the environment variable';
    problems.push(`${path.join('.')}: ${what} of this secret ${problem}.`);
    return undefined;
  }
  // A record of zod's loses it unread. A custom field alone may have any name.
  if (Object.hasOwn(value, '__proto__') && path.at(-1) !== 'customFields') {
    problems.push(`${path.join('.') || 'the configuration'}: Unrecognized key: "__proto__"`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      resolveSecrets(one, [...path, key], environment, problems),
    ]),
  );
}

function readSecretFile(path: string): string | undefined {
  try {
    // An editor ends a file with a line break that is no part of the secret.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

function secretProblem(value: string | undefined): string | undefined {
  if (value === undefined) return 'is not there';
  if (value === '') return 'is empty';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'has a space, a line break or a character outside ASCII';
  return undefined;
}
