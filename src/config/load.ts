import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { secretReference } from '../settings/fields.ts';
import { Secret } from '../settings/secret.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from the file named by IDPATCH_CONFIG, else ./idpatch.yaml; undefined if neither exists.
 * PORT and HOST override the server's own.
 * @throws ConfigError
 */
export function loadConfig(environment: Environment): Config | undefined {
  const named = environment.IDPATCH_CONFIG;
  const text = readText(named ?? './idpatch.yaml', named === undefined);
  if (text === undefined) return undefined;
  // The library prints warnings to standard error, and they may quote a secret.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const [broken] = document.errors;
  if (broken) {
    // The message of a YAML error quotes the line, which may contain a secret.
    const line = text.slice(0, broken.pos[0]).split('\n').length;
    throw new ConfigError(`The configuration is not YAML: ${broken.code} at line ${line}.`);
  }
  const problems: string[] = [];
  const raw = resolveSecrets(toJS(document), [], environment, problems);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return parseConfig(withListenAddress(raw, environment));
}

/**
 * Overrides the server's host and port with HOST and PORT. Anything but a mapping is left for the schema to refuse.
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
    // Throws for a cyclic value.
    JSON.stringify(value);
    return value;
  } catch {
    throw new ConfigError(
      'The configuration cannot be read: a YAML alias is unresolved, cyclic, or there are too many.',
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

/** Replaces every `{ env: NAME }` and `{ file: PATH }` by a Secret. Their values are never printed. */
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
  // zod's record drops this key silently. Only a custom field may have any name.
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
    // Editors end a file with a line break that is not part of the secret.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

function secretProblem(value: string | undefined): string | undefined {
  if (value === undefined) return 'does not exist';
  if (value === '') return 'is empty';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'has a space, a line break or a character outside ASCII';
  return undefined;
}
