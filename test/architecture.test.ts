import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providers } from '../src/providers/registry.ts';

const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  /** A file below the project's root, or a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/** Comments may name what they like, so they are taken out first. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(\/\/.*|\/?\*.*)$/gm, '');
}

const statement =
  /(?:^|[\n;])\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(file: string): readonly Import[] {
  return [...code(file).matchAll(statement)].map(([, type, still = '', lazily]) => {
    const target = lazily ?? still;
    const to = target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

const source = filesOf('src');
const imports = source.flatMap(importsOf);
const isOwn = (to: string) => to.startsWith('src/');
const shown = ({ from, to }: Import) => `${from} → ${to}`;

const providerFolders = readdirSync(join(root, 'src/providers'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** What the two EIAM providers share: accounts, which are the same behind both APIs. It is no provider. */
const shared = ['eiam-shared'];
const sharedBy = (folder: string) => (folder.startsWith('eiam-') ? shared : []);
const ownFolders = providerFolders.filter((name) => !shared.includes(name));

it('the imports were found', () => {
  expect(source.length).toBeGreaterThan(60);
  expect(imports.filter(({ to }) => isOwn(to)).length).toBeGreaterThan(150);
  for (const { to } of imports.filter((one) => isOwn(one.to))) expect(source).toContain(to);
});

describe('a provider', () => {
  it('is listed in the registry, and nothing else is', () => {
    expect(providers.map(({ kind }) => kind).toSorted()).toEqual(ownFolders.toSorted());
  });

  it.each(ownFolders)('%s has the files that every provider has', (folder) => {
    const folders = [folder, ...sharedBy(folder)];
    expect(folders.flatMap((one) => readdirSync(join(root, 'src/providers', one)))).toEqual(
      expect.arrayContaining(['client.ts', 'decode.ts', 'encode.ts', 'errors.ts', 'index.ts', 'wire.ts']),
    );
  });

  it.each(providerFolders)('%s knows nothing of GraphQL', (folder) => {
    const own = imports.filter(({ from }) => from.startsWith(`src/providers/${folder}/`));
    expect(own.length).toBeGreaterThan(0);
    expect(
      own.filter(({ to }) => /graphql|pothos|yoga/i.test(to) || to.startsWith('src/graphql')).map(shown),
    ).toEqual([]);
  });

  it.each(providerFolders)('%s knows nothing of another', (folder) => {
    const allowed = [folder, ...sharedBy(folder)];
    const others = imports.filter(({ from, to }) => {
      const [, other] = /^src\/providers\/([^/]+)\//.exec(to) ?? [];
      return from.startsWith(`src/providers/${folder}/`) && other !== undefined && !allowed.includes(other);
    });
    expect(others.map(shown)).toEqual([]);
  });

  it('is reached by the registry alone', () => {
    const inside = imports.filter(
      ({ from, to }) => /^src\/providers\/[^/]+\//.test(to) && !from.startsWith('src/providers/'),
    );
    expect(inside.map(shown)).toEqual([]);
    const reached = imports
      .filter(({ to }) => /^src\/providers\/[^/]+\/index\.ts$/.test(to))
      .map(({ from }) => from);
    expect(new Set(reached)).toEqual(new Set(['src/providers/registry.ts']));
  });
});

/** The rooms of the house, from the top. A file may import from its own floor and from any below it, never from above. */
const floors: readonly (readonly string[])[] = [
  ['main.ts'],
  ['service.ts'],
  ['graphql'],
  ['patch'],
  ['directories.ts', 'sandbox'],
  ['config'],
  ['server', 'telemetry'],
  ['providers', 'auth'],
  ['upstream'],
  ['journal'],
  ['settings', 'domain'],
];
const roomOf = (file: string) => file.split('/')[1] ?? '';
const floorOf = (file: string) => floors.findIndex((rooms) => rooms.includes(roomOf(file)));

describe('dependencies', () => {
  it('point downward only', () => {
    expect(new Set(source.map(roomOf))).toEqual(new Set(floors.flat()));
    expect(imports.filter(({ from, to }) => isOwn(to) && floorOf(to) < floorOf(from)).map(shown)).toEqual([]);
  });

  it('between rooms of one floor are none', () => {
    const across = imports.filter(
      ({ from, to }) => isOwn(to) && floorOf(to) === floorOf(from) && roomOf(to) !== roomOf(from),
    );
    expect(across.map(shown)).toEqual([]);
  });

  it('of the plan and the domain are on no protocol and no configuration', () => {
    const pure = imports.filter(({ from }) =>
      /^src\/(domain\/.*|patch\/(plan|plan-custom-fields|plan-input|confirm|apply))\.ts$/.test(from),
    );
    expect(new Set(pure.map(({ from }) => from)).size).toBeGreaterThan(6);
    const away =
      /^src\/(upstream|journal|config|settings|directories|sandbox|graphql|server)|^undici$|^pg$|^yaml$|^pino$|graphql/;
    expect(pure.filter(({ to, typeOnly }) => away.test(to) && !typeOnly).map(shown)).toEqual([]);
  });

  it('contain no circle', () => {
    const to = Map.groupBy(
      imports.filter((one) => isOwn(one.to)),
      ({ from }) => from,
    );
    const done = new Set<string>();
    const circle = (file: string, way: readonly string[]): readonly string[] | undefined => {
      if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const next of to.get(file) ?? []) {
        const found = circle(next.to, [...way, file]);
        if (found) return found;
      }
      done.add(file);
      return undefined;
    };
    expect(
      source
        .map((file) => circle(file, []))
        .find((found) => found)
        ?.join(' → '),
    ).toBeUndefined();
  });

  it('of server are on no GraphQL', () => {
    const own = imports.filter(({ from }) => from.startsWith('src/server/'));
    expect(
      own.filter(({ to, typeOnly }) => /^graphql(-yoga)?$|pothos/.test(to) && !typeOnly).map(shown),
    ).toEqual([]);
  });

  it('of src are on nothing of test', () => {
    expect(imports.filter(({ to }) => /^(test|bench)\//.test(to) || to === 'vitest').map(shown)).toEqual([]);
  });

  it('on the sandbox are in main alone, which loads it only when it must', () => {
    const outside = imports.filter(
      ({ from, to }) => to.startsWith('src/sandbox/') && !from.startsWith('src/sandbox/'),
    );
    expect(new Set(outside.map(({ from }) => from))).toEqual(new Set(['src/main.ts']));
    const still = code('src/main.ts').match(/^import .*sandbox/gm);
    expect(still).toBeNull();
  });

  it('on the JSON Schema of the configuration are in main alone, which loads it only when it is asked for', () => {
    const outside = imports.filter(({ to }) => to === 'src/config/json-schema.ts');
    expect(outside.map(shown)).toEqual(['src/main.ts → src/config/json-schema.ts']);
    expect(code('src/main.ts').match(/^import .*json-schema/gm)).toBeNull();
  });

  it('of the emulators are on no provider: they are witnesses', () => {
    const emulators = imports.filter(({ from }) => /^src\/sandbox\/([^/]+\/|emulator\.ts)/.test(from));
    expect(emulators.length).toBeGreaterThan(20);
    expect(emulators.filter(({ to }) => isOwn(to) && !to.startsWith('src/sandbox/')).map(shown)).toEqual([]);
  });

  it('on the environment are in main and the configuration alone', () => {
    expect(source.filter((file) => /process\.env\b/.test(code(file)))).toEqual(['src/main.ts']);
  });

  it('of the journal and of a provider are not on each other', () => {
    const journal = imports.filter(({ from }) => from.startsWith('src/journal/'));
    expect(journal.length).toBeGreaterThan(5);
    expect(
      journal.filter(({ to }) => /^src\/(providers|upstream)\/|graphql|pothos|yoga/.test(to)).map(shown),
    ).toEqual([]);
    const lower = imports.filter(({ from }) => /^src\/(providers|upstream)\//.test(from));
    // The quota's ledger has its database in common with the journal, and nothing of the journal itself.
    const journalFiles = /^src\/journal\/(?!postgres-pool\.ts)/;
    expect(lower.filter(({ to }) => journalFiles.test(to)).map(shown)).toEqual([]);
  });

  it('on a journal’s database are in the service alone, and the others know its contract', () => {
    const reached = imports.filter(
      ({ from, to }) => /^src\/journal\/(postgres|sqlite)\.ts$/.test(to) && !from.startsWith('src/journal/'),
    );
    expect(new Set(reached.map(({ from }) => from))).toEqual(new Set(['src/service.ts']));
  });

  it.each([
    ['undici', ['src/upstream/undici-client.ts']],
    ['cockatiel', ['src/upstream/circuit-breaker.ts']],
    [
      'pg',
      ['src/journal/postgres-pool.ts', 'src/journal/postgres.ts', 'src/upstream/quota/postgres-ledger.ts'],
    ],
    ['node:sqlite', ['src/journal/sqlite.ts']],
    ['prom-client', ['src/telemetry/instruments.ts']],
    ['@opentelemetry/api', ['src/telemetry/tracing.ts']],
    ['@opentelemetry/context-async-hooks', ['src/telemetry/tracing.ts']],
    ['@opentelemetry/exporter-trace-otlp-proto', ['src/telemetry/tracing.ts']],
    ['@opentelemetry/resources', ['src/telemetry/tracing.ts']],
    ['@opentelemetry/sdk-trace-base', ['src/telemetry/tracing.ts']],
  ])('on %s are in one file alone', (outside, files) => {
    expect(imports.filter(({ to }) => to === outside).map(({ from }) => from)).toEqual(files);
  });

  it('on the world are in upstream/undici-client alone', () => {
    expect(source.filter((file) => /\bfetch\(/.test(code(file)))).toEqual([]);
  });
});

describe('a file', () => {
  it('exports by name, but for a plugin whose host wants it otherwise', () => {
    expect(source.filter((file) => /^export default/m.test(code(file)))).toEqual([
      'src/graphql/schema/input-errors-plugin.ts',
    ]);
  });

  it('is imported by its whole name', () => {
    const relativeOnes = imports.filter(({ to }) => isOwn(to));
    expect(relativeOnes.filter(({ to }) => !to.endsWith('.ts')).map(shown)).toEqual([]);
  });

  it('exports nothing that it does not define', () => {
    expect(source.filter((file) => /^export (\*|\{[^}]*\}) from/m.test(code(file)))).toEqual([]);
  });

  it.each(source)('%s is named in lower case with hyphens', (file) => {
    expect(file).toMatch(/^src\/([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/);
  });
});
