import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type Config, ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { drainMarginMs } from '../../src/service.ts';
import { directoryNames, someUser } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const compose = parse(read('deploy/compose.yaml'), { merge: true });
const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((one) => one.toJS());
const find = (kind: string) => documents.find((one) => one.kind === kind);
const pod = find('Deployment').spec.template.spec;

/** Reads a configuration whose secrets are files below `mount`, with those of them that are mounted. */
function load(text: string, mount: string, secrets: readonly string[]): Config | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'idpatch-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of secrets) writeFileSync(join(folder, name), `the-value-of-${name}-in-its-own-file\n`);
  writeFileSync(join(folder, 'idpatch.yaml'), text.replaceAll(`file: ${mount}/`, `file: ${folder}/`));
  return loadConfig({ IDPATCH_CONFIG: join(folder, 'idpatch.yaml'), HOST: '0.0.0.0' });
}

describe('what Debian has for it accepts', () => {
  it.for([
    ['haproxy.cfg', '/usr/sbin/haproxy', ['-c', '-f', 'deploy/haproxy.cfg']],
    ['alerts.yaml', '/usr/bin/promtool', ['check', 'rules', 'ops/alerts.yaml']],
  ] as const)('%s', ([, program, args], { skip }) => {
    skip(!existsSync(program), `There is no ${program}.`);
    execFileSync(program, args, { cwd: root, stdio: 'pipe' });
  });
});

it('what is scraped is as Prometheus wants it', async ({ skip }) => {
  const promtool = '/usr/bin/promtool';
  skip(!existsSync(promtool), `There is no ${promtool}.`);
  const door = await openDoor({ metrics: {} });
  for (const directory of directoryNames)
    await door.patch({ id: someUser(door, directory) }, { displayName: 'Ada' });
  await door.graphql('{ directories { name } }');
  const input = await (await fetch(door.metricsUrl ?? '')).text();
  expect(input).toContain('idpatch_operations_total{');
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

// Every other word of retry-on is about a request that was sent, or may have been.
it('haproxy.cfg sends no request again that may have arrived', () => {
  expect(
    read('deploy/haproxy.cfg')
      .match(/^\s*(retry-on|.*l7-retry).*$/gim)
      ?.map((line) => line.trim()),
  ).toEqual(['retry-on conn-failure']);
});

const models = Object.entries({ ...core, ...apps, ...networking, ...policy });

it.each(documents.map((one) => [one.kind, one] as const))('kubernetes.yaml has a valid %s', (kind, one) => {
  const [, Model] = models.find(([name]) => name === kind) ?? expect.fail(`There is no model of ${kind}.`);
  // biome-ignore lint/suspicious/noExplicitAny: of every kind there is a class that takes its own document
  expect(() => new (Model as any)(one).validate()).not.toThrow();
});

it('the image has a valid Dockerfile, with the Node that the project is tested with', () => {
  const dockerfile = read('Dockerfile');
  expect(validate(dockerfile)).toEqual([]);
  const bases = new Set([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base));
  expect(bases).toEqual(
    new Set([`node:${JSON.parse(read('package.json')).dependencies.node}-bookworm-slim`]),
  );
});

describe.each([
  {
    file: 'compose.yaml',
    text: read('deploy/idpatch.yaml'),
    mount: '/run/secrets',
    secrets: compose.services['idpatch-1'].secrets as readonly string[],
    graceSeconds: Number.parseInt(compose.services['idpatch-1'].stop_grace_period, 10),
  },
  {
    file: 'kubernetes.yaml',
    text: find('ConfigMap').data['idpatch.yaml'] as string,
    mount: '/run/secrets/idpatch',
    secrets: ['customers-management-key', 'database-url', 'digest-key'],
    graceSeconds: pod.terminationGracePeriodSeconds as number,
  },
])('$file', ({ text, mount, secrets, graceSeconds }) => {
  it('has a configuration that idpatch starts with, and mounts the secrets that it names', () => {
    expect(Object.keys(load(text, mount, secrets)?.directories ?? {})).toEqual(['customers']);
    for (const missing of secrets) {
      const mounted = secrets.filter((one) => one !== missing);
      expect(() => load(text, mount, mounted)).toThrow(ConfigError);
    }
  });

  it('gives a process the time that it takes to leave', () => {
    const { server, limits } = load(text, mount, secrets) ?? expect.fail('There is no configuration.');
    expect(graceSeconds * 1000).toBeGreaterThan(server.graceMs + limits.deadlineMs + drainMarginMs);
  });
});
