/** A scrape: every sample by its name and labels as they stand in the text, such as `a_total{route="graphql"}`. */
export type Samples = ReadonlyMap<string, number>;

/** Scrapes once. */
export async function scrape(url: string | undefined): Promise<Samples> {
  const response = await fetch(url ?? '');
  if (response.status !== 200) throw new Error(`The scrape was answered ${response.status}.`);
  return samplesIn(await response.text());
}

/** The samples of a scrape's text. */
export function samplesIn(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))] as const;
    }),
  );
}

/**
 * The samples of idpatch's own counters and gauges that are not zero, and how often each histogram was observed, by
 * what they are without the prefix `idpatch_`. What depends on a probe or on the clock is left out by `but`.
 */
export function counts(samples: Samples, but?: RegExp): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...samples]
      .filter(([name, value]) => /^idpatch_/.test(name) && !/_(bucket|sum)\b/.test(name) && value !== 0)
      .filter(([name]) => !but?.test(name))
      .map(([name, value]) => [name.replace('idpatch_', ''), value]),
  );
}
