import { mkdtempSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { audience } from '../issuer.ts';
import { type Listening, startServer } from '../processes.ts';
import { developerBase, fieldName } from '../upstream/settings.ts';
import { graphqlExchange, type Patch, type Work, workOf } from '../work.ts';
import type { Contender, World } from './contender.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/**
 * Requests per minute that a Descope directory may send, far above what is measured here. Undefined leaves the key
 * out, for a version of idpatch that does not know it.
 */
const pacePerMinute = 10_000_000;

/** How idpatch is configured for a measurement. */
export interface IdpatchSettings {
  readonly provider: 'descope' | 'eiam-developer' | 'eiam-management';
  readonly journal?: 'sqlite' | 'postgres';
  /** Whether callers bring a token, or are anonymous. */
  readonly token?: boolean;
  /** How many directories of this kind there are; the users patched are spread over all. */
  readonly directories?: number;
  /** How many custom fields one patch sets, and its answer has. */
  readonly fields?: number;
}

/** The name of a directory, counted from 1. */
export const directoryName = (number: number) => `customers-${number}`;

/** idpatch as its user starts it: `node src/main.ts` with an idpatch.yaml. */
export function idpatch(name: string, settings: IdpatchSettings): Contender {
  return {
    name,
    calls: settings.provider === 'descope' ? 1 : 2,
    path: '/graphql',
    headers: ({ token }) => headersOf(settings, token),
    work: (connections) => patchesOf(settings, connections),
    start: (world) => startIdpatch(settings, world),
  };
}

/** What a caller sends beside the body. */
export function headersOf({ token }: IdpatchSettings, value: string): Readonly<Record<string, string>> {
  return token ? { authorization: `Bearer ${value}` } : {};
}

/** The patches of so many connections, each of so many users, spread over the directories. */
export function patchesOf(settings: IdpatchSettings, connections: number, users?: number): readonly Work[] {
  const { directories = 1, fields } = settings;
  const exchange = (patch: Patch) =>
    graphqlExchange(patch, directoryName((patch.number % directories) + 1), fields);
  return workOf(connections, exchange, users);
}

/** Starts idpatch with a configuration file of its own; `nodeOptions` go before the file that Node runs. */
export async function startIdpatch(
  settings: IdpatchSettings,
  world: World,
  nodeOptions: readonly string[] = [],
): Promise<Listening> {
  const folder = mkdtempSync(`${world.folder}/idpatch-`);
  const file = `${folder}/idpatch.yaml`;
  writeFileSync(file, stringify(configuration(settings, world)));
  return startServer({
    args: [...nodeOptions, main],
    core: world.cores.server,
    cwd: folder,
    env: {
      IDPATCH_CONFIG: file,
      BENCH_SECRET: 'secret-of-the-bench',
      ...(settings.journal === 'postgres' ? { DATABASE_URL: await world.postgres() } : {}),
    },
  });
}

function configuration({ journal, token, fields, directories = 1, provider }: IdpatchSettings, world: World) {
  const names = Array.from({ length: directories }, (_, index) => directoryName(index + 1));
  const issuer = {
    ...{ issuer: world.upstream, jwks: `${world.upstream}/jwks.json`, allowLoopback: true, audience },
    ...{ algorithms: ['ES256'], rights: { claim: 'scope' }, directories: names },
  };
  return {
    server: { port: 0 },
    callers: token ? { jwt: [issuer] } : { anonymous: true },
    directories: Object.fromEntries(names.map((name) => [name, directory(provider, world.upstream, fields)])),
    ...(journal === 'sqlite' ? { journal: { sqlite: './journal.db' } } : {}),
    ...(journal === 'postgres' ? { journal: { postgres: { env: 'DATABASE_URL' } } } : {}),
    // The load comes from one caller, and a patch of a hundred custom fields is one of the measurements.
    limits: { requestsPerCallerPerMinute: 1_000_000_000, operationsPerPatch: 1_000 },
  };
}

function directory(provider: IdpatchSettings['provider'], upstream: string, fields = 1): object {
  const secret = { env: 'BENCH_SECRET' };
  const common = { provider, baseUrl: upstream, allowLoopback: true };
  const customFields = Object.fromEntries(
    Array.from({ length: fields }, (_, index) => [fieldName(index + 1), 'text']),
  );
  switch (provider) {
    case 'descope': {
      const pace = { pace: { perMinute: pacePerMinute } };
      return { ...common, projectId: 'P2bench', managementKey: secret, ...pace };
    }
    case 'eiam-developer': {
      const [, , instanceId, applicationId] = developerBase.split('/');
      return { ...common, instanceId, applicationId, clientSecret: secret, customFields };
    }
    case 'eiam-management': {
      const key = { accessKeyId: secret, accessKeySecret: secret };
      return { ...common, instanceId: 'idaas_bench', ...key, customFields };
    }
  }
}
