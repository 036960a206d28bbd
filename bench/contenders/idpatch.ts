import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { startServer } from '../processes.ts';
import { fieldNames } from '../upstream/custom-fields.ts';
import { developerBase } from '../upstream/eiam.ts';
import { audience } from '../upstream/issuer.ts';
import { graphqlExchange, type Patch, workOf } from '../work.ts';
import type { World } from '../world.ts';
import type { Contender } from './contender.ts';

/** How idpatch is configured for a measurement. */
export interface Settings {
  readonly provider: 'descope' | 'eiam-developer' | 'eiam-management';
  readonly journal?: 'sqlite' | 'postgres';
  readonly token?: boolean;
  readonly directories?: number;
  /** How many custom fields one patch sets, and its answer has. */
  readonly fields?: number;
  readonly usersPerConnection?: number;
}

/** The name of a directory, counted from 1. */
export const directoryName = (number: number) => `customers-${number}`;

/** The folder of this commit. */
export const here = fileURLToPath(new URL('../..', import.meta.url));

/** idpatch as its user starts it, from the folder of a commit: `node src/main.ts` with an idpatch.yaml. */
export function idpatch(settings: Settings, root = here): Contender {
  const { provider, token, journal, directories = 1, fields, usersPerConnection } = settings;
  const exchange = (patch: Patch) =>
    graphqlExchange(patch, directoryName((patch.number % directories) + 1), fields);
  return {
    calls: provider === 'descope' ? 1 : 2,
    path: '/graphql',
    headers: (world) => (token ? { authorization: `Bearer ${world.token}` } : {}),
    work: (connections) => workOf(connections, exchange, usersPerConnection),
    async start(world) {
      const cwd = mkdtempSync(`${world.folder}/idpatch-`);
      writeFileSync(`${cwd}/idpatch.yaml`, stringify(configuration(settings, world, root)));
      const database = journal === 'postgres' ? { DATABASE_URL: await world.postgres() } : {};
      const env = { BENCH_SECRET: 'secret-of-the-bench', ...database };
      const command = [process.execPath, `${root}/src/main.ts`];
      return startServer({ command, core: world.cores.server, cwd, env });
    },
  };
}

const journals = { sqlite: { sqlite: './journal.db' }, postgres: { postgres: { env: 'DATABASE_URL' } } };

function configuration(settings: Settings, { upstream }: World, root: string) {
  const { journal, token, directories = 1 } = settings;
  const names = Array.from({ length: directories }, (_, index) => directoryName(index + 1));
  const issuer = {
    ...{ issuer: upstream, jwks: `${upstream}/jwks.json`, allowLoopback: true, audience },
    ...{ algorithms: ['ES256'], rights: { claim: 'scope' }, directories: names },
  };
  return {
    server: { port: 0 },
    callers: token ? { jwt: [issuer] } : { anonymous: true },
    directories: Object.fromEntries(names.map((name) => [name, directory(settings, upstream, root)])),
    ...(journal ? { journal: journals[journal] } : {}),
    // The load comes from one caller, and a patch of a hundred custom fields is measured too.
    limits: {
      ...{ requestsPerCallerPerMinute: 1_000_000_000, operationsPerPatch: 1_000 },
      ...(knows('costPerCallerPerMinute', root) ? { costPerCallerPerMinute: 1_000_000_000_000 } : {}),
    },
  };
}

function directory({ provider, fields = 1 }: Settings, baseUrl: string, root: string): object {
  const secret = { env: 'BENCH_SECRET' };
  const common = { provider, baseUrl, allowLoopback: true };
  const customFields = Object.fromEntries(fieldNames(fields).map((name) => [name, 'text']));
  const [, , instanceId, applicationId] = developerBase.split('/');
  switch (provider) {
    case 'descope':
      return {
        ...{ ...common, projectId: 'P2bench', managementKey: secret },
        // Far above what is measured here.
        pace: { perMinute: 10_000_000 },
        // One call a patch, as of every other contender: none looks first whether another user has the address.
        ...(knows('contactConflict', root) ? { contactConflict: 'refused' } : {}),
      };
    case 'eiam-developer':
      return { ...common, instanceId, applicationId, clientSecret: secret, customFields };
    case 'eiam-management':
      return { ...common, instanceId, accessKeyId: secret, accessKeySecret: secret, customFields };
  }
}

/** Older commits have fewer settings. */
function knows(key: string, root: string): boolean {
  return readFileSync(`${root}/examples/idpatch.schema.json`, 'utf8').includes(key);
}
