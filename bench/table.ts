import type { Figures } from './measure.ts';

/** A table as Markdown, which also reads well in a terminal. The first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), 3),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Mebibytes. */
export const mebibytes = (bytes: number) => String(Math.round(bytes / 1024 / 1024));

/** The contenders beside each other, with the ratios to the pass-through and to the bare Yoga of the same run. */
export function contendersTable(figures: readonly Figures[]): string {
  const cpuOf = (name: string) => figures.find((one) => one.name === name)?.cpuPerRequest;
  const [passThrough, bareYoga] = [cpuOf('pass-through'), cpuOf('bare Yoga')];
  const ratio = (cpu: number, to: number | undefined) =>
    to === undefined ? '' : `${(cpu / to).toFixed(2)} ×`;
  return table(
    [
      'contender',
      'CPU µs',
      '× pass-through',
      '× bare Yoga',
      'req/s',
      'p50 ms',
      'p99 ms',
      'RSS MiB',
      'calls',
      'busy',
    ],
    figures.map((one) => [
      one.name,
      one.cpuPerRequest.toFixed(0),
      ratio(one.cpuPerRequest, passThrough),
      ratio(one.cpuPerRequest, bareYoga),
      one.requestsPerSecond.toFixed(0),
      one.p50Ms.toFixed(2),
      one.p99Ms.toFixed(2),
      mebibytes(one.residentBytes),
      one.callsPerRequest.toFixed(0),
      `${(one.busy * 100).toFixed(0)} %`,
    ]),
  );
}
