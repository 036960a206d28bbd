import { randomBytes } from 'node:crypto';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../../src/sandbox/descope/emulator.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { startEiamDeveloperEmulator } from '../../src/sandbox/eiam/developer-emulator.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { startEiamManagementEmulator } from '../../src/sandbox/eiam/management-emulator.ts';
import type { Emulator, SeedUser, WriteLogEntry } from '../../src/sandbox/emulator.ts';
import { draw, drawInt } from './draw.ts';

/** The emulators, each with the name of its directory. */
export const stores = ['employees', 'contractors', 'customers'] as const;
export type Store = (typeof stores)[number];

/** Three emulators with many users, whose credentials are known here. */
export interface Providers {
  readonly emulators: Readonly<Record<Store, Emulator>>;
  /** What must be in the environment of whoever reads `directory`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The configuration of a directory that reaches an emulator through `baseUrl`. */
  directory(store: Store, baseUrl: string): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** The id of the user number `index`. */
export function userIdOf(store: Store, index: number): string {
  const number = String(index).padStart(6, '0');
  return store === 'customers'
    ? `U2${'faultsuser'.padEnd(19, 'x')}${number}`
    : `user_${'faults'.padEnd(20, 'x')}${number}`;
}

/** Of a quarter of the users, reads lag behind writes. */
function readLagMs(userId: string): number {
  return draw('lag', userId) < 0.25 ? drawInt(20, 400, 'lag', userId, 'ms') : 0;
}

/** An address as it is stored of a user: of a fifth of them the domain is in capitals. */
export function storedAddress(userId: string, address: string): string {
  return draw('address', userId) < 0.2 ? address.replace(/@.*/, (domain) => domain.toUpperCase()) : address;
}

function storedOtherwise({ userId, change }: WriteLogEntry): WriteLogEntry['change'] {
  return typeof change.email === 'string'
    ? { ...change, email: storedAddress(userId, change.email) }
    : change;
}

/**
 * Starts the emulators with `count` users each. `areOdd`: reads of some users lag, and addresses of some are stored in
 * another form.
 */
export async function startProviders(count: number, { areOdd = false } = {}): Promise<Providers> {
  const secret = () => randomBytes(24).toString('hex');
  const environment = {
    EMPLOYEES_CLIENT_SECRET: secret(),
    CONTRACTORS_ACCESS_KEY_ID: secret(),
    CONTRACTORS_ACCESS_KEY_SECRET: secret(),
    CUSTOMERS_MANAGEMENT_KEY: secret(),
  };
  const fast = { requestsPerMinute: 1_000_000 };
  const odd = areOdd ? { readLagMs, distort: storedOtherwise } : {};
  const emulators = {
    employees: await startEiamDeveloperEmulator({
      ...employees,
      ...odd,
      users: users('employees', count),
      clientSecret: environment.EMPLOYEES_CLIENT_SECRET,
    }),
    contractors: await startEiamManagementEmulator({
      ...contractors,
      ...fast,
      ...odd,
      users: users('contractors', count),
      accessKeyId: environment.CONTRACTORS_ACCESS_KEY_ID,
      accessKeySecret: environment.CONTRACTORS_ACCESS_KEY_SECRET,
    }),
    customers: await startDescopeEmulator({
      ...customers,
      ...fast,
      ...odd,
      users: users('customers', count),
      managementKey: environment.CUSTOMERS_MANAGEMENT_KEY,
    }),
  };
  const env = (name: keyof typeof environment) => ({ env: name });
  const own = {
    employees: {
      provider: 'eiam-developer',
      instanceId: employees.instanceId,
      applicationId: employees.applicationId,
      clientSecret: env('EMPLOYEES_CLIENT_SECRET'),
      customFields: { nick_name: 'text', age: 'number' },
    },
    contractors: {
      provider: 'eiam-management',
      instanceId: contractors.instanceId,
      accessKeyId: env('CONTRACTORS_ACCESS_KEY_ID'),
      accessKeySecret: env('CONTRACTORS_ACCESS_KEY_SECRET'),
      customFields: { nick_name: 'text', age: 'number' },
    },
    customers: {
      provider: 'descope',
      projectId: customers.projectId,
      managementKey: env('CUSTOMERS_MANAGEMENT_KEY'),
      pace: { perMinute: 10_000_000 },
    },
  };
  return {
    emulators,
    environment,
    directory: (store, baseUrl) => ({ ...own[store], allowLoopback: true, baseUrl }),
    async close() {
      await Promise.all(Object.values(emulators).map((emulator) => emulator.close()));
    },
  };
}

function users(store: Store, count: number): SeedUser[] {
  return Array.from({ length: count }, (_, index) => ({
    userId: userIdOf(store, index),
    username: `user.${index}@example.org`,
    displayName: `User ${index}`,
    email: { address: `user.${index}@example.org`, verified: index % 2 === 0 },
    status: 'enabled',
    customFields:
      store === 'customers'
        ? { nick: `nick ${index}`, age: index }
        : { nick_name: `nick ${index}`, age: String(index) },
    createdAt: Date.UTC(2024, 0, 1),
  }));
}
