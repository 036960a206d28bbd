import { onTestFinished, type TestContext } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type DirectoryName, directoryNames, someUser } from './expected.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';

/** A front door that reaches one of its directories through a proxy; closed when the test is over. */
export async function openBehindProxy(
  directory: DirectoryName,
  limits: NonNullable<SandboxChanges['limits']> = {},
  changes: SandboxChanges = {},
): Promise<{ door: FrontDoor; proxy: FaultProxy; id: string }> {
  const proxy = await startFaultProxy();
  const door = await openBehind({ [directory]: proxy }, { ...changes, limits });
  onTestFinished(() => closeAll(door, [proxy]));
  return { door, proxy, id: someUser(door, directory) };
}

/** A front door that reaches every directory through a proxy. */
export interface DoorBehindProxies extends FrontDoor {
  readonly proxies: Readonly<Record<DirectoryName, FaultProxy>>;
}

/** Opens a front door behind three proxies; it is closed when the test ends. `given` replaces some proxies. */
export async function openBehindProxies(
  test: TestContext,
  changes: SandboxChanges = {},
  given: Partial<Record<DirectoryName, FaultProxy>> = {},
): Promise<DoorBehindProxies> {
  const proxies = {
    employees: given.employees ?? (await startFaultProxy()),
    contractors: given.contractors ?? (await startFaultProxy()),
    customers: given.customers ?? (await startFaultProxy()),
  };
  const door = await openBehind(proxies, changes);
  test.onTestFinished(() => closeAll(door, Object.values(proxies)));
  return Object.assign(door, { proxies });
}

async function openBehind(
  proxies: Partial<Record<DirectoryName, FaultProxy>>,
  changes: SandboxChanges,
): Promise<FrontDoor> {
  const behind = directoryNames.flatMap((name) => {
    const proxy = proxies[name];
    return proxy ? [[name, { baseUrl: proxy.url, ...changes.directories?.[name] }]] : [];
  });
  const door = await openFrontDoor({
    ...changes,
    directories: { ...changes.directories, ...Object.fromEntries(behind) },
  });
  for (const name of directoryNames) proxies[name]?.passTo(door.emulators[name].url);
  return door;
}

async function closeAll(door: FrontDoor, proxies: readonly FaultProxy[]): Promise<void> {
  await door.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
