import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the buckets (s), from a fast request to the default deadline. Our own choice. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The values of each label. */
type Labels = Readonly<Record<string, readonly string[]>>;
type Series<L extends Labels> = { readonly [Name in keyof L]: L[Name][number] };

/** Creates a registry with prom-client's default metrics of the process. */
export function createInstruments() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges under names that only counters have, as `promtool check metrics` says; each is the sum of another one.
  for (const what of ['resources', 'handles', 'requests'])
    registry.removeSingleMetric(`nodejs_active_${what}_total`);
  return {
    /**
     * A counter, all of whose series start at 0. Counts outside of prom-client until the scrape, because prom-client
     * hashes the labels on every increment.
     */
    counter<const L extends Labels>(name: string, help: string, labels: L) {
      const { all, find } = seriesOf(labels, (series) => ({ series, count: 0 }));
      new Counter({
        ...{ name, help, labelNames: Object.keys(labels), registers: [registry] },
        collect() {
          for (const tally of all) {
            this.inc(tally.series, tally.count);
            tally.count = 0;
          }
        },
      });
      return (series: Series<L>) => {
        find(series).count += 1;
      };
    },
    /** A counter of what is rare, whose series appear with their first increment. */
    rareCounter<const Name extends string>(name: string, help: string, ...labelNames: readonly Name[]) {
      const counter = new Counter({ name, help, labelNames, registers: [registry] });
      return (series: Readonly<Record<Name, string>>) => counter.inc(series);
    },
    /** A histogram of seconds, whose series appear with their first observation. */
    durations<const L extends Labels>(name: string, help: string, labels: L) {
      const labelNames = Object.keys(labels);
      const histogram = new Histogram({ name, help, labelNames, buckets, registers: [registry] });
      const { find } = seriesOf(labels, (series) => histogram.labels(series));
      return (series: Series<L>, seconds: number) => find(series).observe(seconds);
    },
    /** A gauge that is read at each scrape. Returns a function that adds a series. */
    gauge<const Name extends string>(name: string, help: string, ...labelNames: readonly Name[]) {
      const states: (readonly [series: Readonly<Record<Name, string>>, read: () => number])[] = [];
      new Gauge({
        ...{ name, help, labelNames, registers: [registry] },
        collect() {
          for (const [series, read] of states) this.set(series, read());
        },
      });
      return (series: Readonly<Record<Name, string>>, read: () => number) => void states.push([series, read]);
    },
    /** All metrics in the Prometheus text format. */
    async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Makes one for each combination of label values. An unknown value counts as the first one of its label. */
function seriesOf<L extends Labels, T>(labels: L, make: (series: Record<string, string>) => T) {
  const axes = Object.entries(labels).map(([name, values]) => ({
    ...{ name, values, size: values.length },
    places: new Map(values.map((value, place) => [value, place])),
  }));
  const all = axes
    .reduce<Record<string, string>[]>(
      (some, { name, values }) =>
        some.flatMap((series) => values.map((value) => ({ ...series, [name]: value }))),
      [{}],
    )
    .map(make);
  const find = (series: Series<L>): T => {
    let index = 0;
    for (const { name, size, places } of axes) index = index * size + (places.get(series[name] ?? '') ?? 0);
    return all[index] as T;
  };
  return { all, find };
}
