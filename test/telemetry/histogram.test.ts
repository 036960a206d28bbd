import { Registry, Histogram as Theirs } from 'prom-client';
import { expect, test } from 'vitest';
import { createHistogram } from '../../src/telemetry/histogram.ts';

const bounds = [0.001, 0.01, 1];

test('it is told as prom-client’s own histogram of the same observations is', async () => {
  const [registry, other] = [new Registry(), new Registry()];
  const ours = createHistogram('a_seconds', 'What it "is".', bounds);
  registry.registerMetric(ours as never);
  const theirs = new Theirs({
    ...{ name: 'a_seconds', help: 'What it "is".', labelNames: ['route', 'kind'] },
    ...{ buckets: bounds, registers: [other] },
  });
  for (const labels of [
    { route: 'graphql', kind: 'read' },
    { route: 'other "\n\\', kind: 'write' },
  ]) {
    const series = ours.series(labels);
    for (const seconds of [0, 0.001, 0.0011, 0.5, 1, 1.5, 100]) {
      series.observe(seconds);
      theirs.labels(labels).observe(seconds);
    }
  }
  ours.series({ route: 'never', kind: 'read' });
  const sorted = async (from: Registry) =>
    (await from.metrics())
      .split('\n')
      // Its labels come in another order.
      .map((line) => line.replace(/\{le="([^"]*)",(.*)\}/, '{$2,le="$1"}'));
  expect(await sorted(registry)).toEqual(await sorted(other));
});
