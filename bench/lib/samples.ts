import { appendFileSync } from 'node:fs';

/** The middle of the sorted values; of an even number, the mean of the two in the middle. Not for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** One figure of one contender, over all rounds. */
export interface Figure {
  readonly name: string;
  readonly values: readonly number[];
}

/** `name  median  (min … max)`, with the ratio of each median to that of the last row. */
export function table(title: string, unit: string, figures: readonly Figure[]): string {
  const base = median(figures.at(-1)?.values ?? []);
  const width = Math.max(...figures.map(({ name }) => name.length));
  const number = (value: number): string => Math.round(value).toLocaleString('en').padStart(12);
  const rows = figures.map(({ name, values }) => {
    const middle = median(values);
    const ratio = (middle / base).toFixed(2);
    const spread = `${number(Math.min(...values))} …${number(Math.max(...values))}`;
    return `  ${name.padEnd(width)} ${number(middle)}   ${spread}   ${ratio} x`;
  });
  return [`${title} (${unit}): median, min … max, ratio of medians`, ...rows, ''].join('\n');
}

/** Prints the table, and leaves its figures for `npm run bench` to write down. */
export function publish(title: string, unit: string, figures: readonly Figure[]): void {
  console.log(table(title, unit, figures));
  const file = process.env['MCC_BENCH_FIGURES'];
  if (file === undefined) return;
  const entry = { title, unit, figures: figures.map(({ name, values }) => ({ name, median: median(values), values })) };
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
