import { customers } from '../../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../../src/sandbox/descope/emulator.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import {
  type EiamDeveloperEmulator,
  startEiamDeveloperEmulator,
} from '../../src/sandbox/eiam/developer-emulator.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { startEiamManagementEmulator } from '../../src/sandbox/eiam/management-emulator.ts';
import type { Emulator, EmulatorHooks, SeedUser } from '../../src/sandbox/emulator.ts';
import { type Gate, openGate } from './gate.ts';
import type { Plants } from './plants.ts';

export const directoryNames = ['employees', 'contractors', 'customers'] as const;
export type DirectoryName = (typeof directoryNames)[number];

/** The user of each directory who is patched, and who holds personal data of which nothing may come out. */
export const userIds: Readonly<Record<DirectoryName, string>> = {
  employees: 'user_ofthecanariesemployees0',
  contractors: 'user_ofthecanariescontractor',
  customers: 'U2ofthecanariesamongcustome',
};

/** The emulators behind gates, with secrets and users that are planted. */
export interface Providers {
  readonly emulators: {
    readonly employees: EiamDeveloperEmulator;
    readonly contractors: Emulator;
    readonly customers: Emulator;
  };
  readonly gates: Readonly<Record<DirectoryName, Gate>>;
  readonly secrets: Readonly<
    Record<'clientSecret' | 'accessKeyId' | 'accessKeySecret' | 'securityToken' | 'managementKey', string>
  >;
  /** A login of each directory's user. */
  readonly logins: Readonly<Record<DirectoryName, string>>;
  /** What each provider answers in place of its own answer; left out: its own. */
  readonly instead: Partial<Record<DirectoryName, NonNullable<EmulatorHooks['intercept']>>>;
  close(): Promise<void>;
}

/** Starts them. */
export async function startProviders(plants: Plants): Promise<Providers> {
  const secret = (name: string) => plants.word(`secret ${name}`);
  const secrets = {
    clientSecret: secret('clientSecret'),
    accessKeyId: secret('accessKeyId'),
    accessKeySecret: secret('accessKeySecret'),
    securityToken: secret('securityToken'),
    managementKey: secret('managementKey'),
  };
  const instead: Providers['instead'] = {};
  const hooks = (name: DirectoryName): EmulatorHooks => ({
    intercept: (request) => instead[name]?.(request),
  });
  const held = {
    employees: eiamUser('employees', plants),
    contractors: eiamUser('contractors', plants),
    customers: customer(plants),
  };
  const emulators = {
    employees: await startEiamDeveloperEmulator({
      ...employees,
      ...hooks('employees'),
      users: [held.employees, ...employees.users],
      clientSecret: secrets.clientSecret,
    }),
    contractors: await startEiamManagementEmulator({
      ...contractors,
      ...hooks('contractors'),
      users: [held.contractors, ...contractors.users],
      accessKeyId: secrets.accessKeyId,
      accessKeySecret: secrets.accessKeySecret,
      securityToken: secrets.securityToken,
    }),
    customers: await startDescopeEmulator({
      ...customers,
      ...hooks('customers'),
      users: [held.customers, ...customers.users],
      managementKey: secrets.managementKey,
      requestsPerMinute: 1_000_000,
    }),
  };
  const gates = {
    employees: await openGate(emulators.employees.url),
    contractors: await openGate(emulators.contractors.url),
    customers: await openGate(emulators.customers.url),
  };
  return {
    emulators,
    gates,
    secrets,
    instead,
    logins: {
      employees: held.employees.username,
      contractors: held.contractors.email?.address ?? '',
      customers: held.customers.username,
    },
    async close() {
      await Promise.all([...Object.values(gates), ...Object.values(emulators)].map((one) => one.close()));
    },
  };
}

function eiamUser(directory: DirectoryName, plants: Plants): SeedUser {
  const name = (field: string) => `held by ${directory}: ${field}`;
  return {
    userId: userIds[directory],
    username: plants.word(name('username')),
    displayName: plants.hanzi(name('displayName')),
    email: { address: plants.email(name('email')), verified: true },
    phone: { region: '86', number: plants.phone(name('phone')).national, verified: true },
    status: 'enabled',
    customFields: { nick_name: plants.word(name('nick_name')), age: String(plants.number(name('age'))) },
    createdAt: Date.UTC(2024, 1, 1),
  };
}

function customer(plants: Plants): SeedUser {
  const name = (field: string) => `held by customers: ${field}`;
  return {
    userId: userIds.customers,
    username: plants.email(name('login')),
    displayName: plants.word(name('displayName')),
    givenName: plants.word(name('givenName')),
    middleName: plants.word(name('middleName')),
    familyName: plants.hanzi(name('familyName')),
    email: { address: plants.email(name('email')), verified: true },
    phone: { region: '86', number: plants.phone(name('phone')).national, verified: true },
    picture: plants.url(name('picture')),
    status: 'enabled',
    roleNames: ['member'],
    customFields: {
      nick: plants.word(name('nick')),
      age: plants.number(name('age')),
      birthday: plants.date(name('birthday')).getTime(),
    },
    createdAt: Date.UTC(2024, 1, 1),
  };
}

/** The directories as idpatch.yaml has them, over the gates; which secret comes by which way is in `secretsOf`. */
export function directoriesOf({ gates }: Providers, folder: string): object {
  return {
    employees: {
      provider: 'eiam-developer',
      allowLoopback: true,
      baseUrl: gates.employees.url,
      instanceId: employees.instanceId,
      applicationId: employees.applicationId,
      clientSecret: { env: 'CLIENT_SECRET' },
      customFields: { nick_name: 'text', age: 'number', vip: 'boolean' },
    },
    contractors: {
      provider: 'eiam-management',
      allowLoopback: true,
      baseUrl: gates.contractors.url,
      instanceId: contractors.instanceId,
      accessKeyId: { env: 'ACCESS_KEY_ID' },
      accessKeySecret: { file: `${folder}/access-key-secret` },
      securityToken: { file: `${folder}/security-token` },
      customFields: { nick_name: 'text', age: 'number', vip: 'boolean' },
    },
    customers: {
      provider: 'descope',
      allowLoopback: true,
      baseUrl: gates.customers.url,
      projectId: customers.projectId,
      managementKey: { env: 'MANAGEMENT_KEY' },
      pace: { perMinute: 10_000_000 },
    },
  };
}

/** Where the configuration finds the secrets: environment variables, and files by name with a line break at the end. */
export function secretsOf({ secrets }: Providers) {
  return {
    environment: {
      CLIENT_SECRET: secrets.clientSecret,
      ACCESS_KEY_ID: secrets.accessKeyId,
      MANAGEMENT_KEY: secrets.managementKey,
    },
    files: {
      'access-key-secret': `${secrets.accessKeySecret}\n`,
      'security-token': `${secrets.securityToken}\r\n`,
    },
  };
}
