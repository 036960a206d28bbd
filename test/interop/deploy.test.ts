import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { type INetworkPolicy, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { type IPodDisruptionBudget, PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import {
  ConfigMap,
  type IConfigMap,
  type IService,
  Namespace,
  Service,
  ServiceAccount,
} from 'kubernetes-models/v1';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'idpatch-deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Beyond its grace and a deadline, what main.ts lets a process that leaves have. */
const drainMarginMs = Number(/drainMarginMs = ([\d_]+)/.exec(read('src/main.ts'))?.[1]?.replaceAll('_', ''));

/** The Dockerfile's instructions, each with its words. */
const dockerfile = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ', 1)[0] ?? '', words: line.split(/\s+/).slice(1), line }));
const lastStage = dockerfile.slice(dockerfile.findLastIndex(({ name }) => name === 'FROM'));
const only = (name: string) => lastStage.filter((one) => one.name === name);
const environment = Object.fromEntries(
  only('ENV').flatMap(({ words }) => words.map((word) => word.split('=') as [string, string])),
);
const user = only('USER').at(-1)?.words[0] ?? '';

/** Reads a configuration whose secrets are files below `mount`, in a folder with those of them that are mounted. */
function load(text: string, mount: string, secrets: readonly string[]): Config | undefined {
  const here = mkdtempSync(join(folder, 'config-'));
  for (const name of secrets) {
    mkdirSync(dirname(join(here, name)), { recursive: true });
    writeFileSync(join(here, name), `value-of-${name}\n`);
  }
  writeFileSync(join(here, 'idpatch.yaml'), text.replaceAll(`file: ${mount}/`, `file: ${here}/`));
  return loadConfig({ IDPATCH_CONFIG: join(here, 'idpatch.yaml'), HOST: environment.HOST });
}

/** Milliseconds that a process has to be given, from when it is asked to leave. */
function leavesInMs({ server, limits }: Config): number {
  return server.graceMs + limits.deadlineMs + drainMarginMs;
}

async function answers(path: string): Promise<number> {
  const door = await openFrontDoor({});
  onTestFinished(() => door.close());
  return (await fetch(new URL(path, door.url))).status;
}

describe('the image', () => {
  it('has a Dockerfile that nothing is to be said against', () => {
    expect(validate(read('Dockerfile'))).toEqual([]);
  });

  it('runs on the Node that the project is tested with', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const bases = dockerfile.filter(({ name }) => name === 'FROM').map(({ words }) => words[0]);
    expect(new Set(bases)).toEqual(new Set([`node:${dependencies.node}-bookworm-slim`]));
  });

  it('is of files that are there, that the builder is sent, and that are no secrets', () => {
    const sources = dockerfile
      .filter(({ name, words }) => name === 'COPY' && !words[0]?.startsWith('--from='))
      .flatMap(({ words }) => words.slice(0, -1));
    expect(new Set(sources)).toEqual(new Set(['package.json', 'package-lock.json', 'src']));
    for (const source of sources) expect(existsSync(join(root, source))).toBe(true);
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    expect(new Set(rules.slice(1))).toEqual(
      new Set([...new Set(sources)].map((source) => `!${source}`).concat('src/sandbox')),
    );
    expect(dockerfile.filter(({ name }) => name === 'ARG' || name === 'ADD')).toEqual([]);
  });

  it('installs what runs in production alone, as it is locked, and runs no script of it', () => {
    const [install] = dockerfile.filter(({ line }) => line.startsWith('RUN npm'));
    expect(install?.words.slice(0, 2)).toEqual(['npm', 'ci']);
    expect(install?.words).toEqual(expect.arrayContaining(['--omit=dev', '--ignore-scripts']));
  });

  it('runs as nobody, and gets the signals itself', () => {
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const last = lastStage.findLastIndex(({ name }) => name === 'USER');
    expect(lastStage.slice(last).some(({ name }) => name === 'RUN' || name === 'COPY')).toBe(false);
    expect(JSON.parse(only('CMD').at(-1)?.words.join(' ') ?? '')).toEqual(['node', 'src/main.ts']);
    expect(only('ENTRYPOINT')).toEqual([]);
  });

  it('never starts the sandbox, and compiles for the user who runs it', () => {
    expect(environment).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0' });
    expect(environment.IDPATCH_CONFIG).toMatch(/^\//);
    expect(only('RUN')[0]?.line).toContain(`--reuid=${user.split(':')[0]} `);
    expect(environment.NODE_COMPILE_CACHE).toBe(`${only('WORKDIR')[0]?.words[0]}/compiled`);
  });

  it('is asked for its health where that is told', async () => {
    const [check] = only('HEALTHCHECK');
    expect(check?.line).toContain(`:\${process.env.PORT ?? ${only('EXPOSE')[0]?.words[0]}}/health`);
    expect(await answers('/health')).toBe(200);
  });
});

interface Composed {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

describe('compose.yaml', () => {
  const { services, configs, secrets, networks } = parse(read('deploy/compose.yaml'), {
    merge: true,
  }) as Composed;
  const replicas = Object.entries(services).filter(([, { build }]) => build !== undefined);
  const [, replica] = replicas[0] as [string, Readonly<Record<string, unknown>>];
  const config = load(read('deploy/idpatch.yaml'), '/run/secrets', replica.secrets as string[]) as Config;

  it('has a configuration that can be started with, all of whose secrets it mounts', () => {
    expect(Object.keys(config.directories)).toEqual(['customers']);
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: Number(only('EXPOSE')[0]?.words[0]) });
    expect(replica.configs).toEqual([{ source: 'idpatch', target: environment.IDPATCH_CONFIG }]);
    expect(() => load(read('deploy/idpatch.yaml'), '/run/secrets', ['database-url'])).toThrow(
      'directories.customers.managementKey',
    );
  });

  it('starts two of the same, which have time to leave', () => {
    expect(replicas.map(([name]) => name)).toEqual(['idpatch-1', 'idpatch-2']);
    expect(replicas[0]?.[1]).toEqual(replicas[1]?.[1]);
    expect(config.journal).toHaveProperty('postgres');
    expect(parseFloat(String(replica.stop_grace_period)) * 1000).toBeGreaterThan(leavesInMs(config));
    expect(replica.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('gives nobody more than they need', () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        ...{ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
      });
      expect(service.cap_add ?? service.privileged).toBeUndefined();
      expect(service.image).toMatch(/:\d+\.\d+/);
    }
    const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(published).toMatchObject([['gateway', { ports: ['127.0.0.1:8080:8080'] }]]);
    expect(services.postgres?.networks).toEqual(['back']);
    expect(networks.back?.internal).toBe(true);
    expect(services.gateway?.networks).not.toContain('back');
  });

  it('keeps every secret in a file that is not in the repository', () => {
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(read('.gitignore').split('\n')).toContain('deploy/secrets/');
    for (const { file } of Object.values(configs)) expect(existsSync(join(root, 'deploy', file))).toBe(true);
    expect(read('deploy/compose.yaml')).not.toMatch(/PASSWORD: |_KEY: |:\/\/\w+:/);
  });

  it('has a gateway that sends nothing again, and asks whether a replica is ready', async () => {
    const lines = read('deploy/haproxy.cfg')
      .split('\n')
      .map((line) => line.trim());
    const of = (word: string) => lines.filter((line) => line.startsWith(`${word} `));
    // Every other word of retry-on is about a request that was sent, or may have been.
    expect(of('retry-on')).toEqual(['retry-on conn-failure']);
    expect(lines.filter((line) => line.includes('disable-l7-retry') || line.includes('L7'))).toEqual([]);
    expect(of('server').map((line) => line.split(' ').slice(1))).toEqual(
      replicas.map(([name]) => [name, `${name}:${config.server.port}`]),
    );
    const asked = /uri (\S+)/.exec(of('http-check send')[0] ?? '')?.[1] ?? '';
    expect(asked).toBe('/ready');
    expect(await answers(asked)).toBe(200);
    const [, every, fall] = /check inter (\d+)s fall (\d+)/.exec(of('default-server')[0] ?? '') ?? [];
    expect(2000 * Number(every) * Number(fall)).toBeLessThan(config.server.graceMs);
    // As long as the journal may take for its no.
    expect(of('timeout check')).toEqual(['timeout check 5s']);
    const patience = /timeout server (\d+)s/.exec(lines.join('\n'))?.[1];
    expect(Number(patience) * 1000).toBeGreaterThan(config.limits.deadlineMs);
  });
});

describe('kubernetes.yaml', () => {
  const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((one) => one.toJS());
  const find = <T>(kind: string) => documents.find((one) => one.kind === kind) as T;
  const pod = find<IDeployment>('Deployment').spec?.template.spec;
  const [container] = pod?.containers ?? [];
  const mounts = new Map(container?.volumeMounts?.map((mount) => [mount.name, mount]));
  const configuration = find<IConfigMap>('ConfigMap').data?.['idpatch.yaml'] ?? '';
  const mount = mounts.get('secrets')?.mountPath ?? '';
  const keys = ['customers-management-key', 'database-url'];
  const config = load(configuration, mount, keys) as Config;

  it.each([
    ...[Namespace, ServiceAccount, ConfigMap, Deployment, Service, PodDisruptionBudget, NetworkPolicy],
  ])('has a valid $name', (Model) => {
    const mine = documents.filter(({ kind }) => kind === Model.name);
    expect(mine).toHaveLength(1);
    // biome-ignore lint/suspicious/noExplicitAny: what is valid is what is asked
    expect(() => new (Model as any)(mine[0]).validate()).not.toThrow();
  });

  it('has nothing else, and all of it in one namespace', () => {
    expect(documents).toHaveLength(7);
    const { name } = documents[0].metadata;
    for (const { kind, metadata } of documents) {
      if (kind !== 'Namespace') expect(metadata.namespace).toBe(name);
    }
    expect(documents[0].metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('has a configuration that can be started with, whose secrets are files', () => {
    expect(Object.keys(config.directories)).toEqual(['customers']);
    expect(config.journal).toHaveProperty('postgres');
    expect(configuration).not.toMatch(/\{ env:/);
    expect(mounts.get('configuration')?.mountPath).toBe(dirname(environment.IDPATCH_CONFIG ?? ''));
    for (const key of keys)
      expect(() =>
        load(
          configuration,
          mount,
          keys.filter((one) => one !== key),
        ),
      ).toThrow();
  });

  it('gives the process no more than it needs', () => {
    const id = Number(user.split(':')[0]);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: id, runAsGroup: id, fsGroup: id },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(container?.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
    for (const { readOnly } of mounts.values()) expect(readOnly).toBe(true);
    const secret = pod?.volumes?.find(({ name }) => name === 'secrets')?.secret;
    expect(secret).toEqual({ secretName: 'idpatch', defaultMode: 0o400 });
    expect(container?.resources).toMatchObject({
      requests: { memory: '384Mi' },
      limits: { memory: '512Mi' },
    });
  });

  it('asks where something answers', async () => {
    const { startupProbe, livenessProbe, readinessProbe } = container ?? {};
    const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
    expect(probes.map((probe) => probe?.path)).toEqual(['/health', '/health', '/ready']);
    for (const probe of probes) {
      const port = container?.ports?.find(({ name }) => name === probe?.port);
      expect(port?.containerPort).toBe(config.server.port);
      expect(await answers(probe?.path ?? '')).toBe(200);
    }
    const metrics = container?.ports?.find(({ name }) => name === 'metrics');
    expect(metrics?.containerPort).toBe(config.metrics?.port);
    const [port] = find<IService>('Service').spec?.ports ?? [];
    expect(port?.targetPort).toBe(container?.ports?.[0]?.name);
  });

  it('lets one that leaves finish, and takes none away before there is another', () => {
    const { spec } = find<IDeployment>('Deployment');
    expect(spec?.replicas).toBeGreaterThanOrEqual(2);
    expect(spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(leavesInMs(config));
    expect(config.server.graceMs).toBeGreaterThanOrEqual(5_000);
  });

  // The models let a member pass that they do not know.
  it('keeps one when nodes are emptied, and lets nobody in but the gateway and Prometheus', () => {
    expect(find<IPodDisruptionBudget>('PodDisruptionBudget').spec).toEqual({
      minAvailable: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'idpatch' } },
    });
    const { policyTypes, ingress, egress } = find<INetworkPolicy>('NetworkPolicy').spec ?? {};
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'idpatch.example.com/gateway': 'true' } } }],
        ports: [{ port: 'graphql' }],
      },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 'metrics' }],
      },
    ]);
    expect(egress?.flatMap(({ ports }) => ports?.map(({ port }) => port))).toEqual([53, 53, 443, 5432]);
  });

  it('selects its own pods everywhere', () => {
    const labels = find<IDeployment>('Deployment').spec?.template.metadata?.labels;
    for (const kind of ['Deployment', 'PodDisruptionBudget']) {
      expect(documents.find((one) => one.kind === kind).spec.selector.matchLabels).toEqual(labels);
    }
    expect(find<IService>('Service').spec?.selector).toEqual(labels);
    expect(documents.find(({ kind }) => kind === 'NetworkPolicy').spec.podSelector.matchLabels).toEqual(
      labels,
    );
    expect(pod?.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels).toEqual(labels);
  });
});
