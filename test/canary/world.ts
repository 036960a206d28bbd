import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { type Issuer, startIssuer } from '../../src/sandbox/issuer.ts';
import { type Collector, startCollector } from '../telemetry/collector.ts';
import { createPlants, type Plants } from './plants.ts';
import { directoriesOf, type Providers, secretsOf, startProviders, userIds } from './providers.ts';
import { type Answer, type Asking, ask } from './talk.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** idpatch as it is started by hand, and everything that it printed. */
export interface Program {
  /** Empty where it does not listen. */
  readonly url: string;
  /** Where the metrics are; empty where they are nowhere. */
  metricsUrl(): string;
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<unknown>;
  /** Asks it to leave, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts idpatch in `folder` with this text as its idpatch.yaml. Resolves when it listens or has ended. */
export async function startProgram(
  folder: string,
  yaml: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Program> {
  const file = `${folder}/idpatch.yaml`;
  writeFileSync(file, yaml);
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, IDPATCH_CONFIG: file, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const ended = once(child, 'close');
  const listening = new Promise<string>((found) => {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
        const url = /"event":"listening","url":"([^"]+)"/.exec(printed.stdout)?.[1];
        if (url) found(url);
      });
    }
  });
  const url = await Promise.race([listening, ended.then(() => '')]);
  return {
    url: url && new URL(url).origin,
    metricsUrl: () => /"metrics":"([^"]+)"/.exec(printed.stdout)?.[1] ?? '',
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** A running idpatch in front of planted providers, with planted callers. */
export interface World {
  readonly plants: Plants;
  readonly providers: Providers;
  readonly issuer: Issuer;
  readonly program: Program;
  /** Where every request is told as a trace. */
  readonly collector: Collector;
  /** A folder of its own; the sqlite journal is journal.db in it. */
  readonly folder: string;
  /** Tokens of a gateway with every right, and of the customer who is planted. */
  readonly tokens: { readonly gateway: string; readonly person: string };
  /** Sends a request with the gateway's token, unless it has an authorization of its own or `null` for none. */
  ask(asking: Asking & { readonly token?: string | null }): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts it with this journal. `environment` has the secrets that the journal names. */
export async function openWorld(
  journal: (folder: string) => object,
  environment: Readonly<Record<string, string>> = {},
  plants = createPlants(),
): Promise<World> {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-canary-`);
  const providers = await startProviders(plants);
  const issuer = await startIssuer();
  const collector = await startCollector();
  const token = async (name: string, claims: object) => {
    const signed = await issuer.token({
      ...claims,
      email: plants.email(`${name}’s token: email`),
      name: plants.word(`${name}’s token: name`),
      jti: plants.word(`${name}’s token: jti`),
    });
    const [, payload = '', signature = ''] = signed.split('.');
    plants.add(`${name}’s token: signature`, signature);
    // Its start is the same in every token: only its whole and its end tell.
    plants.add(`${name}’s token: payload`, payload.slice(-24));
    return signed;
  };
  const tokens = {
    gateway: await token('gateway', {
      ...{ aud: 'gateway', sub: 'gateway-1', scope: 'users:read users:write users:write:privileged' },
    }),
    person: await token('person', { aud: 'profile', sub: userIds.customers }),
  };
  const secrets = secretsOf(providers);
  for (const [name, text] of Object.entries(secrets.files)) writeFileSync(`${folder}/${name}`, text);
  const trust = { issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true, algorithms: ['ES256'] };
  const yaml = stringify({
    server: { port: 0 },
    callers: {
      jwt: [
        {
          ...{ ...trust, audience: 'gateway', rights: { claim: 'scope' } },
          directories: ['employees', 'contractors', 'customers'],
        },
        {
          ...{ ...trust, audience: 'profile', rights: ['profile:write:self'] },
          self: {
            directory: 'customers',
            claim: 'sub',
            fields: ['displayName', 'email', 'customFields.nick'],
          },
        },
      ],
    },
    directories: directoriesOf(providers, folder),
    journal: journal(folder),
    metrics: { port: 0 },
    traces: { otlp: collector.url, sample: 1, headers: { 'x-api-key': { env: 'COLLECTOR_KEY' } } },
    limits: { deadlineMs: 1_500, readBackMs: 400, requestsPerCallerPerMinute: 1_000 },
  });
  const program = await startProgram(folder, yaml, {
    ...secrets.environment,
    ...environment,
    COLLECTOR_KEY: plants.word('secret collector'),
  });
  if (!program.url) throw new Error(`idpatch did not start:\n${program.stdout()}${program.stderr()}`);
  return {
    plants,
    providers,
    issuer,
    program,
    collector,
    folder,
    tokens,
    ask({ token: bearer = tokens.gateway, headers, ...asking }) {
      const authorization: Record<string, string> =
        bearer === null ? {} : { authorization: `Bearer ${bearer}` };
      return ask(program.url, {
        ...asking,
        headers: { 'content-type': 'application/json', ...authorization, ...headers },
      });
    },
    async close() {
      await program.stop();
      await Promise.all([providers.close(), issuer.close(), collector.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
