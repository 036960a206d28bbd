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

  /** Files, what they may not import, and whether its types are nevertheless right. */
  it.each<readonly [what: string, inside: RegExp, outside: RegExp, allowed: 'type' | undefined]>([
    ['server knows no GraphQL', /^src\/server\//, /^graphql(-yoga)?$|pothos/, 'type'],
    ['src knows nothing of test', /^src\//, /^(test|bench)\/|^vitest$/, undefined],
    [
      'the emulators know no provider: they are witnesses',
      /^src\/sandbox\/([^/]+\/|emulator\.ts)/,
      /^src\/(?!sandbox\/)/,
      undefined,
    ],
    [
      'a journal knows no provider',
      /^src\/journal\//,
      /^src\/(providers|upstream)\/|graphql|pothos|yoga/,
      undefined,
    ],
    // The quota's ledger has its database in common with the journal, and nothing of the journal itself.
    [
      'a provider knows no journal',
      /^src\/(providers|upstream)\//,
      /^src\/journal\/(?!postgres-pool\.ts)/,
      undefined,
    ],
    [
      'the plan and the domain know no protocol and no configuration',
      /^src\/(domain\/.*|patch\/(plan|plan-custom-fields|plan-limits|confirm|apply))\.ts$/,
      /^src\/(upstream|journal|config|settings|directories|sandbox|graphql|server)|^undici$|^pg$|^yaml$|^pino$|graphql/,
      'type',
    ],
  ])('%s', (_, inside, outside, allowed) => {
    const own = imports.filter(({ from }) => inside.test(from));
    expect(new Set(own.map(({ from }) => from)).size).toBeGreaterThan(5);
    const wrong = own.filter(({ to, typeOnly }) => outside.test(to) && !(allowed === 'type' && typeOnly));
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each([
    ['the sandbox', /^src\/sandbox\//, ['src/main.ts']],
    ['the JSON Schema of the configuration', /^src\/config\/json-schema\.ts$/, ['src/main.ts']],
    ['a journal’s database', /^src\/journal\/(postgres|sqlite)\.ts$/, ['src/service.ts']],
    ['undici', /^undici$/, ['src/upstream/undici-client.ts']],
    ['cockatiel', /^cockatiel$/, ['src/upstream/circuit-breaker.ts']],
    [
      'pg',
      /^pg$/,
      [
        ...['src/journal/postgres-login.ts', 'src/journal/postgres-pool.ts', 'src/journal/postgres-reach.ts'],
        ...['src/journal/postgres.ts', 'src/upstream/quota/postgres-ledger.ts'],
      ],
    ],
    ['SQLite', /^node:sqlite$/, ['src/journal/sqlite.ts']],
    ['prom-client', /^prom-client$/, ['src/telemetry/instruments.ts']],
    ['OpenTelemetry', /^@opentelemetry\//, ['src/telemetry/tracing.ts']],
  ])('%s is reached from there alone', (_, target, files) => {
    const own = (from: string) => /^src\/(sandbox|journal)\//.exec(from)?.[0];
    const reached = imports.filter(
      ({ from, to }) => target.test(to) && !(isOwn(to) && to.startsWith(own(from) ?? '-')),
    );
    expect([...new Set(reached.map(({ from }) => from))]).toEqual(files);
  });

  it('on what is not always needed is loaded by main only when it is', () => {
    expect(code('src/main.ts').match(/^import .*(sandbox|json-schema)/gm)).toBeNull();
  });

  it('on the environment are in main alone, and on the world in upstream/undici-client', () => {
    expect(source.filter((file) => /process\.env\b/.test(code(file)))).toEqual(['src/main.ts']);
    expect(source.filter((file) => /\bfetch\(/.test(code(file)))).toEqual([]);
  });
});

describe('a file', () => {
  it('exports by name', () => {
    expect(source.filter((file) => /^export default/m.test(code(file)))).toEqual([]);
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
