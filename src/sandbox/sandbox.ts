import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type Config, parseConfig } from '../config/config.ts';
import { withListenAddress } from '../config/load.ts';
import { Secret } from '../settings/secret.ts';
import { type SandboxCaller, sandboxCallers, sandboxClaims } from './callers.ts';
import { customers } from './descope/customers.ts';
import { type DescopeEmulator, startDescopeEmulator } from './descope/emulator.ts';
import type { DescopeEmulatorSettings } from './descope/settings.ts';
import { contractors } from './eiam/contractors.ts';
import {
  type EiamDeveloperEmulator,
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from './eiam/developer-emulator.ts';
import { employees } from './eiam/employees.ts';
import {
  type EiamManagementEmulator,
  type EiamManagementEmulatorSettings,
  startEiamManagementEmulator,
} from './eiam/management-emulator.ts';
import type { EiamCustomField } from './eiam/settings.ts';
import { type Issuer, type IssuerSettings, startIssuer } from './issuer.ts';

/** The directories of the sandbox. */
type SandboxDirectory = 'employees' | 'contractors' | 'customers';

/** The three providers, emulated on loopback, and the configuration that reaches them. */
export interface Sandbox {
  readonly config: Config;
  readonly emulators: {
    readonly employees: EiamDeveloperEmulator;
    readonly contractors: EiamManagementEmulator;
    readonly customers: DescopeEmulator;
  };
  /** Issues the tokens of the sandbox's callers. */
  readonly issuer: Issuer;
  /** Addresses that answer GET with a token of each caller. */
  readonly tokenUrls: Readonly<Record<SandboxCaller, string>>;
  /** User ids to try, by directory. */
  readonly someUserIds: Readonly<Record<SandboxDirectory, readonly string[]>>;
  close(): Promise<void>;
}

/** Changes to the usual sandbox: to the emulators' settings, and to the configuration that reaches them. */
export interface SandboxChanges {
  readonly employees?: Partial<EiamDeveloperEmulatorSettings>;
  readonly contractors?: Partial<EiamManagementEmulatorSettings>;
  readonly customers?: Partial<DescopeEmulatorSettings>;
  /** Members of a directory's configuration. */
  readonly directories?: Partial<Record<SandboxDirectory, Readonly<Record<string, unknown>>>>;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
  /** The configuration's callers, made of the issuer, in place of anonymous ones and the sandbox's own. */
  readonly callers?: (issuer: Issuer) => Readonly<Record<string, unknown>>;
  readonly issuer?: IssuerSettings;
  /** The journal's configuration; null for none. */
  readonly journal?: Readonly<Record<string, unknown>> | null;
  /** The listener of the metrics; null for none. On a free port by default. */
  readonly metrics?: Readonly<Record<string, unknown>> | null;
  /** The exporter of the traces. Default none. */
  readonly traces?: Readonly<Record<string, unknown>>;
}

/**
 * Starts the emulators with their seeded users, and makes the configuration that idpatch.yaml would hold. The
 * secrets are random in each run, so that no other process of the machine can call the emulators.
 */
export async function startSandbox(
  environment: Readonly<Record<string, string | undefined>> = {},
  changes: SandboxChanges = {},
): Promise<Sandbox> {
  const secret = () => randomBytes(24).toString('hex');
  const clientSecret = secret();
  const key = { accessKeyId: secret(), accessKeySecret: secret() };
  const managementKey = secret();
  const emulators = {
    employees: await startEiamDeveloperEmulator({ ...employees, clientSecret, ...changes.employees }),
    contractors: await startEiamManagementEmulator({ ...contractors, ...key, ...changes.contractors }),
    customers: await startDescopeEmulator({ ...customers, managementKey, ...changes.customers }),
  };
  const issuer = await startIssuer({ demonstration: sandboxClaims, ...changes.issuer });
  const journal = changes.journal === undefined ? freshJournal(environment.PORT) : changes.journal;
  const settings = {
    ...(journal ? { journal } : {}),
    server: { host: '127.0.0.1', port: 4000, ...forDevelopers, ...changes.server },
    ...(changes.limits ? { limits: changes.limits } : {}),
    ...(changes.metrics === null ? {} : { metrics: { port: 0, ...changes.metrics } }),
    ...(changes.traces ? { traces: changes.traces } : {}),
    callers: changes.callers?.(issuer) ?? { anonymous: true, jwt: callersOf(issuer) },
    directories: {
      employees: {
        provider: 'eiam-developer',
        allowLoopback: true,
        baseUrl: emulators.employees.url,
        instanceId: employees.instanceId,
        applicationId: employees.applicationId,
        clientSecret: new Secret(clientSecret),
        customFields: configured(employees.customFields),
        ...changes.directories?.employees,
      },
      contractors: {
        provider: 'eiam-management',
        allowLoopback: true,
        baseUrl: emulators.contractors.url,
        instanceId: contractors.instanceId,
        accessKeyId: new Secret(key.accessKeyId),
        accessKeySecret: new Secret(key.accessKeySecret),
        customFields: configured(contractors.customFields),
        ...changes.directories?.contractors,
      },
      customers: {
        provider: 'descope',
        allowLoopback: true,
        baseUrl: emulators.customers.url,
        projectId: customers.projectId,
        managementKey: new Secret(managementKey),
        ...changes.directories?.customers,
      },
    },
  };
  const config = parseConfig(withListenAddress(settings, environment));
  const some = (name: string, seed: { readonly users: readonly { readonly userId: string }[] }) =>
    seed.users.slice(0, 3).map(({ userId }) => `${name}:${userId}`);
  return {
    config,
    emulators,
    issuer,
    tokenUrls: {
      'front-end': `${issuer.url}/token/front-end`,
      gateway: `${issuer.url}/token/gateway`,
      'support-desk': `${issuer.url}/token/support-desk`,
    },
    someUserIds: {
      employees: some('employees', employees),
      contractors: some('contractors', contractors),
      customers: some('customers', customers),
    },
    close: async () => {
      await Promise.all([...Object.values(emulators), issuer].map((emulator) => emulator.close()));
    },
  };
}

/** An empty journal in ./data for each port: the last run's keys belong to users that were reset. */
function freshJournal(port = '4000'): { sqlite: string } {
  const sqlite = `./data/sandbox-${port.replace(/\D/g, '')}.db`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${sqlite}${end}`, { force: true });
  return { sqlite };
}

/** The custom fields as idpatch.yaml would name them: no EIAM call lists them. */
function configured(fields: readonly EiamCustomField[]): Record<string, unknown> {
  const types = { string: 'text', number: 'number', boolean: 'boolean' } as const;
  return Object.fromEntries(
    fields.map(({ name, type, choices }) => [
      name,
      choices ? { type: 'choice', choices: choices.map(({ value }) => value) } : types[type],
    ]),
  );
}

/** Off by default outside of the sandbox. */
const forDevelopers = { graphiql: true, introspection: true, suggestions: true };

/** The sandbox's own callers, with tokens of this issuer. */
function callersOf({ url, jwksUrl }: Issuer): readonly object[] {
  return Object.values(sandboxCallers).map((caller) => ({
    ...caller,
    issuer: url,
    jwks: jwksUrl,
    allowLoopback: true,
  }));
}
