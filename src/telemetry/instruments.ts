import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the buckets (s), from a fast request to the default deadline. Our own choice. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The events of one series since the last scrape. */
interface Tally {
  count: number;
}

/** One series of a histogram. */
interface Durations {
  observe(seconds: number): void;
}

/** Creates metrics; label values are passed in the order of the label names. */
interface Instruments {
  /** A counter. Returns the factory of its series, which start at 0. */
  counter(name: string, help: string, ...labels: readonly string[]): (...values: readonly string[]) => Tally;
  /** A histogram of seconds. Returns the factory of its series, which appear with their first observation. */
  durations(
    name: string,
    help: string,
    ...labels: readonly string[]
  ): (...values: readonly string[]) => Durations;
  /** A gauge that is read at each scrape. Returns a function that adds a series. */
  gauge(name: string, help: string, label?: string): (value: string, read: () => number) => void;
  /** All metrics in the Prometheus text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Creates a registry with prom-client's default metrics of the process. */
export function createInstruments(): Instruments {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  /** Counts outside of prom-client until the scrape, because prom-client hashes the labels on every increment. */
  function counter(name: string, help: string, ...labelNames: readonly string[]) {
    const tallies: (readonly [labels: Record<string, string>, tally: Tally])[] = [];
    new Counter({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        for (const [labels, tally] of tallies) {
          this.inc(labels, tally.count);
          tally.count = 0;
        }
      },
    });
    return (...values: readonly string[]): Tally => {
      const tally = { count: 0 };
      tallies.push([labelled(labelNames, values), tally]);
      return tally;
    };
  }

  function durations(name: string, help: string, ...labelNames: readonly string[]) {
    const histogram = new Histogram({
      name,
      help,
      labelNames,
      buckets: durationBuckets,
      registers: [registry],
    });
    return (...values: readonly string[]) => histogram.labels(labelled(labelNames, values));
  }

  function gauge(name: string, help: string, label?: string) {
    const states = new Map<string, () => number>();
    new Gauge({
      ...{ name, help, labelNames: label === undefined ? [] : [label], registers: [registry] },
      collect() {
        for (const [value, read] of states) this.set(label === undefined ? {} : { [label]: value }, read());
      },
    });
    return (value: string, read: () => number) => void states.set(value, read);
  }

  return {
    counter,
    durations,
    gauge,
    async scrape() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}
