import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { createHistogram, type Durations } from './histogram.ts';

/** Upper bounds in seconds, from what a lean answer takes to the deadline of an operation. Our own choice. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A count that waits for the next scrape. */
interface Tally {
  count: number;
}

/** What the metrics of a process are made with. Each name is given once; the values of a series as its labels are. */
interface Instruments {
  /** A count of events. Gives what makes one series of it, which is shown as 0 at first. */
  counter(name: string, help: string, ...labels: readonly string[]): (...values: readonly string[]) => Tally;
  /** A histogram of seconds. Gives what makes one series of it, which is shown once something was observed. */
  durations(
    name: string,
    help: string,
    ...labels: readonly string[]
  ): (...values: readonly string[]) => Durations;
  /** A state that is read at each scrape. Gives what adds a series; without a label its value is of no matter. */
  gauge(name: string, help: string, label?: string): (value: string, read: () => number) => void;
  /** Everything, in the text format of Prometheus. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Makes the instruments of a process, in a registry of their own that has prom-client's own metrics of it, too. */
export function createInstruments(): Instruments {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  /** Adds up by itself until the scrape: prom-client looks its labels over at every single count. */
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
    const histogram = createHistogram(name, help, durationBuckets);
    // Of a metric the registry uses its name and what `get` gives; its type names prom-client's own classes alone.
    registry.registerMetric(histogram as unknown as Metric);
    return (...values: readonly string[]) => histogram.series(labelled(labelNames, values));
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
