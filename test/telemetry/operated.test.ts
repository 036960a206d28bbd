import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { openFolder } from '../harness/process.ts';
import { type Samples, samplesIn } from './scraped.ts';

/** What stands in ops/ is about metrics that there are, and about all of ours. */
const read = (name: string) => readFileSync(new URL(`../../ops/${name}`, import.meta.url), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const [group] = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups;
const rules = group?.rules ?? [];
const runbook = read('runbook.md');

const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [`dashboard: ${title}`, expr] as const),
);
const inRunbook = [...runbook.matchAll(/`([^`]+)`/g)]
  .map(([, code = '']) => code)
  .filter((code) => /\b(idpatch|process|nodejs)_[a-z]/.test(code) && !code.includes('…'))
  .map((code) => [`runbook: ${code}`, code] as const);
const inAlerts = rules.map(({ alert, expr }) => [`alert: ${alert}`, expr] as const);

const folder = openFolder();
let door: FrontDoor;
let samples: Samples;
let text: string;
beforeAll(async () => {
  door = await openFrontDoor({
    metrics: {},
    journal: { sqlite: `${folder.path}/idpatch.db` },
    directories: { customers: { pace: { perMinute: 12, burst: 1 } } },
    // One account has a member that cannot be read.
    employees: {
      intercept: ({ url }) =>
        url.endsWith('/users/odd') ? { status: 200, body: { userId: 'odd', displayName: {} } } : undefined,
    },
  });
  await door.graphql('{ user(by: { id: "employees:odd" }) { id } }');
  for (const directory of ['customers', 'employees'] as const)
    await door.patch({ id: someUser(door, directory) }, { displayName: 'Ada' });
  // More at once than the quota has room for, so that some wait.
  const customers = [...door.emulators.customers.users().keys()].map((userId) => `customers:${userId}`);
  await Promise.all(customers.map((id) => door.patch({ id }, { displayName: 'Ada' })));
  // So that the collector of garbage has been at work once.
  text = await (await fetch(door.metricsUrl ?? '')).text();
  samples = samplesIn(text);
});
afterAll(async () => {
  await door.close();
  folder.remove();
});

/** The labels of each metric that is there, by the names by which it can be asked for. */
function labelsOf(): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Map<string, Set<string>>();
  const note = (name: string, more: readonly string[]) =>
    labels.set(name, new Set([...(labels.get(name) ?? []), ...more]));
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) note(`${name}${suffix}`, []);
  }
  for (const sample of samples.keys()) {
    const [, name = '', inBraces = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(sample) ?? [];
    note(
      name,
      [...inBraces.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
    );
  }
  // Prometheus adds these to whatever it scrapes.
  for (const all of labels.values()) all.add('instance').add('job');
  // There is a sample only once garbage was collected.
  note('nodejs_gc_duration_seconds_sum', ['kind']);
  return labels;
}

const metricsIn = (query: string) =>
  [...query.replaceAll(/"[^"]*"/g, '""').matchAll(/[a-z_][a-z_0-9]*/gi)]
    .map(([word]) => word)
    .filter((word) => /^(idpatch|process|nodejs)_/.test(word));

test.each([...queries, ...inAlerts, ...inRunbook])(
  '%s: asks for metrics and labels that there are',
  (_, query) => {
    const labels = labelsOf();
    const asked = metricsIn(query);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !labels.has(name))).toEqual([]);
    for (const [, name = '', inBraces = ''] of query.matchAll(
      /((?:idpatch|process|nodejs)_\w+)\{([^}]*)\}/g,
    )) {
      const chosen = [...inBraces.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => label);
      expect(chosen.length).toBeGreaterThan(0);
      expect(chosen.filter((label) => !labels.get(name)?.has(label))).toEqual([]);
      // A value that is named is one that there is, so that a comparison is not always with nothing.
      for (const [, label = '', pattern = ''] of inBraces.matchAll(/(\w+)=~?"([^"$]+)"/g)) {
        const values = [...samples.keys()].flatMap((sample) =>
          sample.startsWith(`${name.replace(/_bucket$/, '_count')}{`)
            ? (new RegExp(`${label}="([^"]*)"`).exec(sample)?.[1] ?? [])
            : [],
        );
        const alternatives = pattern.includes('(') ? [pattern] : pattern.split('|');
        for (const one of alternatives)
          expect(values.some((value) => new RegExp(`^(${one})$`).test(value))).toBe(true);
      }
    }
    for (const [, by = ''] of query.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of by
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== 'le'))
        expect(asked.some((name) => labels.get(name)?.has(label))).toBe(true);
    }
  },
);

test('every metric of ours is on the dashboard', () => {
  const ours = [...text.matchAll(/^# TYPE (idpatch_\S+)/gm)].map(([, name = '']) => name);
  expect(ours.length).toBeGreaterThan(14);
  const shown = new Set(
    queries.flatMap(([, expr]) => metricsIn(expr)).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
  );
  expect(ours.filter((name) => !shown.has(name))).toEqual([]);
});

test('every metric of ours has a name with its unit, and says what it is', () => {
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (idpatch_\S+) (\S+)$/gm)) {
    const [, help = ''] = new RegExp(`^# HELP ${name} (.*)$`, 'm').exec(text) ?? [];
    expect(help.length).toBeGreaterThan(20);
    if (type === 'counter') expect(name).toMatch(/_total$/);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

test('the dashboard takes its data source from a variable, and its panels are all told apart', () => {
  const { panels, templating } = dashboard;
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'directory', 'instance']);
  for (const { definition } of templating.list.slice(1)) {
    const [metric = ''] = metricsIn(definition ?? '');
    expect(labelsOf().has(metric)).toBe(true);
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { type, datasource, targets = [] } of panels.filter(({ type }) => type !== 'row')) {
    expect(type).toMatch(/^(timeseries|state-timeline)$/);
    expect([datasource?.uid, ...targets.map((target) => target.datasource.uid)]).toEqual(
      Array.from({ length: targets.length + 1 }, () => ['$', '{datasource}'].join('')),
    );
  }
});

test('there are six alarms, each with its page in the runbook', () => {
  expect(rules.map(({ alert }) => alert)).toEqual([
    'IdpatchOutcomeUnknown',
    'IdpatchOutcomeNotFinal',
    'IdpatchJournalUnavailable',
    'IdpatchDirectoryUnavailable',
    'IdpatchProviderRefusesCredentials',
    'IdpatchSaturated',
  ]);
  for (const { alert, labels, annotations } of rules) {
    expect(labels.severity).toMatch(/^(warning|critical)$/);
    expect(annotations.runbook).toBe(`ops/runbook.md#${alert.toLowerCase()}`);
    const [, page = ''] = runbook.split(`\n## ${alert}\n`);
    for (const part of ['For callers.', 'See.', 'Do.', 'Do not**'])
      expect(page.split('\n## ')[0]).toContain(`**${part}`);
  }
});

test('the events of the log that the runbook looks for are events that there are', () => {
  const source = [
    'patch/patch-user',
    'patch/idempotency',
    'service',
    'server/authenticate',
    'patch/reconciler',
    'telemetry/stdout',
    'config/reload',
  ].map((name) => readFileSync(new URL(`../../src/${name}.ts`, import.meta.url), 'utf8'));
  const named = [...runbook.matchAll(/\bevent(?: =|:) "([^"]+)"/g)].map(([, event = '']) => event);
  expect(named.length).toBeGreaterThan(5);
  for (const event of named) expect(source.join('')).toContain(`event: '${event}'`);
});
