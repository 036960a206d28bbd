import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Case, searchable } from './case.ts';
import { type Canary, createPlants } from './plants.ts';
import { directoryNames } from './providers.ts';
import { search } from './search.ts';
import type { Answer } from './talk.ts';
import { openWorld, type World } from './world.ts';

/** What a sweep needs to know of its journal. */
export interface SweptJournal {
  /** Its configuration, the secrets that this names, and what of them must come out nowhere. */
  open(): Promise<{
    readonly configuration: (folder: string) => object;
    readonly environment?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
  }>;
  /** Everything that it holds. */
  contents(world: World): Promise<readonly Uint8Array[]>;
  close?(): Promise<void>;
}

/** Runs every case in one process with this journal, and searches all that comes out. */
export function sweep(journal: SweptJournal, cases: readonly Case[]): void {
  const plants = createPlants();
  const answers = new Map<string, readonly Answer[] | Error>();
  let world: World;
  let sent: readonly string[] = [];
  let kept: readonly Uint8Array[] = [];
  let scraped = '';

  beforeAll(async () => {
    const { configuration, environment, secrets = {} } = await journal.open();
    for (const [name, text] of Object.entries(secrets)) plants.add(`secret ${name}`, text);
    world = await openWorld(configuration, environment, plants);
    for (const one of cases) {
      answers.set(one.name, await one.run(world).catch((error: unknown) => error as Error));
    }
    const whileRunning = await journal.contents(world);
    sent = directoryNames.flatMap((name) =>
      world.providers.emulators[name].requests.map((request) => JSON.stringify(request)),
    );
    for (const token of tokensIn(sent)) plants.add('EIAM access token', token);
    scraped = await (await fetch(world.program.metricsUrl())).text();
    await world.program.stop();
    kept = [...whileRunning, ...(await journal.contents(world))];
  }, 300_000);

  afterAll(async () => {
    await world?.close();
    await journal.close?.();
  });

  describe('nothing comes out in the answers:', () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const given = answers.get(one.name);
      if (!Array.isArray(given)) throw given;
      expect(given.length).toBeGreaterThan(0);
      for (const answer of given as readonly Answer[]) {
        expect(`${answer.head}\r\n\r\n${answer.body}`).toMatch(one.shows);
      }
      const found = (given as readonly Answer[]).flatMap((answer) => {
        const text = searchable(answer, one.permits);
        const findings = search(text, plants.all);
        return findings.length > 0 ? [...findings, `in ${text.slice(-2_000)}`] : [];
      });
      expect(found).toEqual([]);
      for (const answer of given as readonly Answer[]) expect(answer.status).toBeLessThan(500 + passing(one));
    });
  });

  it('nothing comes out in what it prints', () => {
    const lines = `${world.program.stdout()}${world.program.stderr()}`.split('\n');
    const found = search(lines.join('\n'), plants.all);
    const where = found.length > 0 ? lines.filter((line) => search(line, plants.all).length > 0) : [];
    expect([...found, ...where]).toEqual([]);
    expect(world.program.stderr()).toBe('');
  });

  it('each event that it prints is one line of JSON, without control characters', () => {
    const lines = world.program.stdout().split('\n');
    expect(lines.pop()).toBe('');
    for (const line of lines) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), event: expect.any(String) });
    }
    const events = new Set(lines.map((line) => (JSON.parse(line) as { event: string }).event));
    expect([...events]).toEqual(
      expect.arrayContaining(['listening', 'patchUser', 'unauthenticated', 'journal']),
    );
  });

  it('nothing comes out in the journal, which keeps keys and ids as they are, and no more', () => {
    expect(kept.length).toBeGreaterThan(0);
    const isKey = ({ name }: Canary) => /^(key|id): /.test(name);
    const found = kept.flatMap((bytes) => search(bytes, plants.all));
    const keys = plants.all.filter(isKey).map(({ name }) => `${name}: plain`);
    expect(found.filter((finding) => !keys.includes(finding))).toEqual([]);
    // So that it was the journal that was searched.
    expect(found).toEqual(expect.arrayContaining(keys.filter((key) => key.includes(', applied'))));
  }, 120_000);

  it('nothing comes out in the metrics', () => {
    expect(search(scraped, plants.all)).toEqual([]);
    // So that it was the metrics of these cases that were searched.
    expect(scraped).toMatch(/idpatch_operations_total\{directory="customers",outcome="APPLIED"\} [1-9]/);
  });

  it('nothing comes out in the traces', () => {
    const { bodies, headers, spans } = world.collector;
    expect(bodies.flatMap((body) => search(body, plants.all))).toEqual([]);
    // The collector's own key is what it is sent, and all that it is sent.
    const found = headers.flatMap((one) => search(JSON.stringify(one), plants.all));
    expect(new Set(found)).toEqual(new Set(['secret collector: plain']));
    const names = new Set(spans().map(({ name }) => name));
    expect([...names]).toEqual(
      expect.arrayContaining(['POST /graphql', 'patchUser', 'journal begin', 'PATCH /v1/mgmt/user/patch']),
    );
  });

  it('no provider gets what is a caller’s, or another’s secret', () => {
    const forbidden = (name: string) =>
      /’s token: |^key: |cookie|ifVersion|secret database/.test(name) && !/answered/.test(name);
    expect(
      search(
        sent.join('\n'),
        plants.all.filter(({ name }) => forbidden(name)),
      ),
    ).toEqual([]);
    const own: Readonly<Record<string, RegExp>> = {
      employees: /clientSecret|EIAM access token/,
      contractors: /accessKeyId|securityToken/,
      customers: /managementKey/,
    };
    for (const name of directoryNames) {
      const requests = world.providers.emulators[name].requests.map((request) => JSON.stringify(request));
      const secrets = plants.all.filter(
        (one) => /^secret |EIAM access/.test(one.name) && !own[name]?.test(one.name),
      );
      expect(search(requests.join('\n'), secrets)).toEqual([]);
    }
  });

  it('what was planted was really there', () => {
    const everything = [
      ...sent,
      ...[...answers.values()].flat().map((one) => ('body' in one ? one.body : '')),
    ];
    const found = search(everything.join('\n'), plants.all).join('\n');
    const there = (name: string) => found.includes(`${name}: `);
    const expected = plants.all
      .map(({ name }) => name)
      .filter((name) =>
        /^(secret (clientSecret|accessKeyId|securityToken|managementKey)|EIAM|held by|applied,)/.test(name),
      );
    expect(expected.length).toBeGreaterThan(40);
    expect(expected.filter((name) => !there(name))).toEqual([]);
    expect(plants.all.length).toBeGreaterThan(1_000);
  });
}

/** A journal that is away or an issuer that is may be answered 503; nothing else above 499. */
function passing({ shows }: Case): number {
  return shows.source.includes('503') ? 4 : 0;
}

function tokensIn(requests: readonly string[]): readonly string[] {
  const tokens = requests.flatMap((request) => /"Bearer (AT[\w-]+)"/.exec(request)?.[1] ?? []);
  return [...new Set(tokens)];
}

/** The bytes of all files whose name begins so. */
export function filesOf(folder: string, start: string): readonly Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && statSync(`${folder}/${name}`).isFile())
    .map((name) => readFileSync(`${folder}/${name}`));
}
