import { type Figures, steadyRate } from './measure.ts';

/** A table as Markdown, which also reads well in a terminal. The first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? '';
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const rules = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`,
  );
  return [line(head), `|${rules.join('|')}|`, ...rows.map(line)].join('\n');
}

/** Mebibytes. */
export const mebibytes = (bytes: number) => String(Math.round(bytes / 1024 / 1024));

/** A figure of which there is less where a contender needs less CPU. */
type Cost = 'cpuPerRequest' | 'steadyCpuPerRequest';

/** Whole microseconds; empty where there is no figure. */
export const microseconds = (value: number | undefined) => value?.toFixed(0) ?? '';

/** How many times as much a contender needs as another of the same run; empty where that was not measured. */
export function ratioTo(name: string, cost: Cost, figures: readonly Figures[], one: Figures): string {
  const other = figures.find((figure) => figure.name === name);
  const [mine, theirs] = [one[cost], other?.[cost]];
  return mine === undefined || theirs === undefined ? '' : (mine / theirs).toFixed(2);
}

/** The contenders beside each other, with the ratios to the pass-through and to the bare Yoga of the same run. */
export function contendersTable(figures: readonly Figures[], failed: readonly string[]): string {
  const ratios = ['× pass-through', '× bare Yoga'];
  const head = ['contender', `CPU µs at ${steadyRate}/s`, ...ratios, 'CPU µs at full load', ...ratios];
  const costs = (cost: Cost) => (one: Figures) => [
    ...[microseconds(one[cost]), ratioTo('pass-through', cost, figures, one)],
    ratioTo('bare Yoga', cost, figures, one),
  ];
  return table(
    [...head, 'req/s', 'p50 ms', 'p99 ms', 'RSS MiB', 'upstream calls', 'core busy %'],
    [
      ...figures.map((one) => [
        ...[one.name, ...costs('steadyCpuPerRequest')(one), ...costs('cpuPerRequest')(one)],
        ...[one.requestsPerSecond.toFixed(0), one.p50Ms.toFixed(2), one.p99Ms.toFixed(2)],
        ...[mebibytes(one.residentBytes), String(one.calls), (one.busy * 100).toFixed(0)],
      ]),
      ...failed.map((name) => [name, 'failed']),
    ],
  );
}
