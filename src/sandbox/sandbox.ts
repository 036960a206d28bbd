import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type Config, parseConfig } from '../config/config.ts';
import { withListenAddress } from '../config/load.ts';
import { Secret } from '../settings/secret.ts';
import { type SandboxCaller, sandboxCallers, sandboxClaims } from './callers.ts';
import { customers } from './descope/customers.ts';
import { startDescopeEmulator } from './descope/emulator.ts';
import type { DescopeEmulatorSettings } from './descope/settings.ts';
import { contractors } from './eiam/contractors.ts';
import {
  type EiamDeveloperEmulator,
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from './eiam/developer-emulator.ts';
import { employees } from './eiam/employees.ts';
import {
  type EiamManagementEmulatorSettings,
  startEiamManagementEmulator,
} from './eiam/management-emulator.ts';
import type { EiamCustomField } from './eiam/settings.ts';
import type { Emulator } from './emulator.ts';
import { type Issuer, type IssuerSettings, startIssuer } from './issuer.ts';

/** The directories of the sandbox. */
type SandboxDirectory = 'employees' | 'contractors' | 'customers';

/** The three providers, emulated on loopback, and the configuration that reaches them. */
export interface Sandbox {
  readonly config: Config;
  readonly emulators: {
    readonly employees: EiamDeveloperEmulator;
    readonly contractors: Emulator;
    readonly customers: Emulator;
  };
  /** Who gives the callers of the sandbox their tokens. */
  readonly issuer: Issuer;
  /** Where a token of each of them is to be had, by GET. */
  readonly tokenUrls: Readonly<Record<SandboxCaller, string>>;
  /** Ids to try, by directory. */
  readonly someUserIds: Readonly<Record<SandboxDirectory, readonly string[]>>;
  close(): Promise<void>;
}

/** What may differ from the usual sandbox: settings of the emulators, and of the configuration that reaches them. */
export interface SandboxChanges {
  readonly employees?: Partial<EiamDeveloperEmulatorSettings>;
  readonly contractors?: Partial<EiamManagementEmulatorSettings>;
  readonly customers?: Partial<DescopeEmulatorSettings>;
  /** Members of a directory's configuration. */
  readonly directories?: Partial<Record<SandboxDirectory, Readonly<Record<string, unknown>>>>;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Given the issuer: the configuration's callers, in place of anonymous ones and the sandbox's own. */
  readonly callers?: (issuer: Issuer) => Readonly<Record<string, unknown>>;
  /** Of the issuer. */
  readonly issuer?: IssuerSettings;
  /** The journal's configuration; null for none. */
  readonly journal?: Readonly<Record<string, unknown>> | null;
  /** Where the metrics are served; null for nowhere. A free port unless it says another. */
  readonly metrics?: Readonly<Record<string, unknown>> | null;
  /** Where traces go, if anywhere. */
  readonly traces?: Readonly<Record<string, unknown>>;
}

/**
 * Starts the emulators with their seeded users and makes a configuration as idpatch.yaml would say it. The
 * secrets are made for this one run: nobody else on the machine can call the emulators.
 */
export async function startSandbox(
  environment: Readonly<Record<string, string | undefined>> = {},
  changes: SandboxChanges = {},
): Promise<Sandbox> {
  const secret = () => randomBytes(24).toString('hex');
  const [clientSecret, accessKeyId, accessKeySecret, managementKey] = [
    secret(),
    secret(),
    secret(),
    secret(),
  ];
  const emulators = {
    employees: await startEiamDeveloperEmulator({ ...employees, clientSecret, ...changes.employees }),
    contractors: await startEiamManagementEmulator({
      ...contractors,
      accessKeyId,
      accessKeySecret,
      ...changes.contractors,
    }),
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
    callers: changes.callers?.(issuer) ?? { anonymous: true, jwt: trusting(issuer) },
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
        accessKeyId: new Secret(accessKeyId),
        accessKeySecret: new Secret(accessKeySecret),
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

/** The journal of one run in ./data: yesterday's keys stand for users that are no more. One a port. */
function freshJournal(port = '4000'): { sqlite: string } {
  const sqlite = `./data/sandbox-${port.replace(/\D/g, '')}.db`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${sqlite}${end}`, { force: true });
  return { sqlite };
}

/** No EIAM call lists the custom fields: they are configured, as they would be in idpatch.yaml. */
function configured(fields: readonly EiamCustomField[]): Record<string, unknown> {
  const types = { string: 'text', number: 'number', boolean: 'boolean' } as const;
  return Object.fromEntries(
    fields.map(({ name, type, choices }) => [
      name,
      choices ? { type: 'choice', choices: choices.map(({ value }) => value) } : types[type],
    ]),
  );
}

/** What is off elsewhere unless it is asked for. */
const forDevelopers = { graphiql: true, introspection: true, suggestions: true };

/** The sandbox's own callers, by the tokens of this issuer. */
function trusting({ url, jwksUrl }: Issuer): readonly object[] {
  return Object.values(sandboxCallers).map((caller) => ({
    ...caller,
    issuer: url,
    jwks: jwksUrl,
    allowLoopback: true,
  }));
}
