import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { secretReference } from '../settings/fields.ts';
import { Secret, secretIn, secretProblem } from '../settings/secret.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Called when the file of a secret, by its key, gives another value while idpatch runs; or a problem: none to use. */
export type ReportSecret = (key: string, problem?: string) => void;

/**
 * Reads the configuration from the file named by IDPATCH_CONFIG, else ./idpatch.yaml; undefined if neither exists.
 * PORT and HOST override the server's own.
 * @throws ConfigError
 */
export function loadConfig(environment: Environment): Config | undefined {
  const raw = loadRawConfig(environment);
  return raw === undefined ? undefined : parseConfig(raw);
}

/** The configuration as `loadConfig` reads it, with its secrets and not yet validated. */
export function loadRawConfig(environment: Environment, report: ReportSecret = () => {}): unknown {
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
  const raw = resolveSecrets(toJS(document), [], { environment, problems, report });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return withListenAddress(raw, environment);
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
  into: { readonly environment: Environment; readonly problems: string[]; readonly report: ReportSecret },
): unknown {
  const { environment, problems, report } = into;
  if (Array.isArray(value)) {
    return value.map((one, index) => resolveSecrets(one, [...path, String(index)], into));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { data: reference } = secretReference.safeParse(value);
  if (reference) {
    const found = 'file' in reference ? readSecretFile(reference.file) : environment[reference.env];
    const problem = secretProblem(found);
    const key = path.join('.');
    const file =
      'file' in reference
        ? { path: reference.file, report: (problem?: string) => report(key, problem) }
        : undefined;
    if (!problem && found !== undefined) return new Secret(found, file);
    const what = 'file' in reference ? 'the file' : 'the environment variable';
    problems.push(`${key}: ${what} of this secret ${problem}.`);
    return undefined;
  }
  // zod's record drops this key silently. Only a custom field may have any name.
  if (Object.hasOwn(value, '__proto__') && path.at(-1) !== 'customFields') {
    problems.push(`${path.join('.') || 'the configuration'}: Unrecognized key: "__proto__"`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, resolveSecrets(one, [...path, key], into)]),
  );
}

function readSecretFile(path: string): string | undefined {
  try {
    return secretIn(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
