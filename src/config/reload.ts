import type { Logger } from 'pino';
import { haveSameDatabase } from '../journal/postgres-login.ts';
import { Secret } from '../settings/secret.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { type Environment, loadRawConfig } from './load.ts';

type Section = Readonly<Record<string, unknown>>;

/** What can be changed while idpatch runs, beside the secrets of the directories and the journal's password. */
const changeable: readonly (readonly string[])[] = [
  ['callers'],
  ['server', 'cors'],
  ['limits', 'requestsPerCallerPerMinute'],
];

/** One value that two configurations have in different ways. */
interface Difference {
  readonly key: string;
  readonly running: unknown;
  readonly found: unknown;
}

/** Reads the configuration with its secrets, each of which logs what its file gives later; undefined where is none. */
export function readConfig(environment: Environment, log: Logger): unknown {
  return loadRawConfig(environment, (key, problem) => {
    if (problem === undefined) log.info({ event: 'secret-replaced', key });
    else log.warn({ event: 'secret-unreadable', key, problem });
  });
}

/**
 * Makes a function that reads the configuration again, and calls `apply` with what has changed and can be changed while
 * idpatch runs. It logs keys, never values; where the configuration is invalid, all stays as it is. Never throws.
 * `raw`: the configuration that runs, not yet validated.
 */
export function createReload(
  raw: unknown,
  environment: Environment,
  log: Logger,
  apply: (config: Config) => void,
): () => void {
  let running = raw;

  function reload(): void {
    const found = readConfig(environment, log);
    const differences = differencesOf(comparable(running), comparable(found));
    const next = changeable.reduce(
      (into, path) => withValue(into, found as Section, path),
      running as Section,
    );
    const config = parsed(next);
    const secrets = differences.filter(isReplaceable);
    const others = differences.filter((one) => !isReplaceable(one));
    const isChanged = ({ key }: Difference) =>
      config !== undefined && changeable.some((path) => isWithin(key, path.join('.')));
    for (const one of secrets) one.running.replaceBy(one.found);
    if (config) {
      apply(config);
      running = next;
    }
    const keysOf = (some: readonly Difference[]) => some.map(({ key }) => key);
    log.info({ event: 'reloaded', changed: keysOf([...secrets, ...others.filter(isChanged)]) });
    const keys = keysOf(others.filter((one) => !isChanged(one)));
    if (keys.length > 0) log.warn({ event: 'restart-needed', keys });
  }

  return () => {
    try {
      reload();
    } catch (error) {
      if (error instanceof ConfigError)
        log.error({ event: 'not-reloaded', problems: error.message.split('\n') });
      else log.error({ event: 'bug', err: error });
    }
  };
}

/** The configuration with its defaults; of the directories, which validation turns into functions, what was read. */
function comparable(raw: unknown): Section {
  if (raw === undefined) throw new ConfigError('There is no configuration.');
  return { ...parseConfig(raw), directories: (raw as Section).directories };
}

/** Undefined where the callers need what only a restart changes, such as another directory. */
function parsed(raw: unknown): Config | undefined {
  try {
    return parseConfig(raw);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** `into` with the value that `from` has at a path, or with none. */
function withValue(into: Section, from: Section, [name = '', ...rest]: readonly string[]): Section {
  const value =
    rest.length === 0
      ? from[name]
      : withValue((into[name] ?? {}) as Section, (from[name] ?? {}) as Section, rest);
  return { ...into, [name]: value };
}

function isReplaceable(
  one: Difference,
): one is Difference & { readonly running: Secret; readonly found: Secret } {
  const { key, running, found } = one;
  if (!(running instanceof Secret && found instanceof Secret)) return false;
  return isWithin(key, 'directories') || (key === 'journal.postgres' && haveSameDatabase(running, found));
}

function isWithin(key: string, section: string): boolean {
  return key === section || key.startsWith(`${section}.`);
}

function differencesOf(
  running: unknown,
  found: unknown,
  path: readonly string[] = [],
): readonly Difference[] {
  const isSame =
    running instanceof Secret && found instanceof Secret
      ? running.isSameAs(found)
      : Object.is(running, found);
  if (isSame) return [];
  if (!isSection(running) || !isSection(found)) return [{ key: path.join('.'), running, found }];
  const names = new Set([...Object.keys(running), ...Object.keys(found)]);
  return [...names].flatMap((name) => differencesOf(running[name], found[name], [...path, name]));
}

/** True for an object or a list, but not for a secret. */
function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !(value instanceof Secret);
}
