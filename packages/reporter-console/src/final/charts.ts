import type { Distribution, IntervalSnapshot, RunReport } from '@mcc/core';
import { plot } from 'asciichart';
import { beside, padLeft, padRight } from '../text/layout.js';
import { amount, seconds, time } from '../text/units.js';
import type { Page } from './page.js';

/** Rows of a curve, its base line not counted. */
const HEIGHT = 7;
const AXIS = 9;
/** Fewer intervals make no curve. */
const INTERVALS_MIN = 3;
const GAP = 4;

/** Requests per second and p99 over time, side by side. */
export function renderCurves({ intervals }: RunReport, page: Page): string[] {
  if (intervals.length < INTERVALS_MIN) return [];
  const columns = Math.floor((page.width - 2 - GAP) / 2) - AXIS;
  const rates = intervals.map((interval) => interval.requestRate);
  const p99s = carried(intervals);
  if (rates.every((rate) => rate === 0)) return [];
  const curves = [curve('Requests/s', rates, mean, amount, columns, intervals, page)];
  if (p99s !== undefined) curves.push(curve('Latency p99', p99s, largest, time, columns, intervals, page));
  return curves.reduce((left, right) => beside(left, right, GAP)).map((line) => `  ${line}`);
}

/** The percentiles as a picture: each reaches as far as it is long, on a logarithmic scale from min to max. */
export function renderPercentiles({ latencyUs }: RunReport, { width, style }: Page): string[] {
  if (latencyUs === undefined || latencyUs.max <= latencyUs.min) return [];
  const room = width - 26;
  const from = Math.log(Math.max(latencyUs.min, 0.001));
  const to = Math.log(latencyUs.max);
  return [
    '  Latency by percentile' + style.faint(' (logarithmic)'),
    ...PERCENTILES.map(([title, key]) => {
      const reach = Math.round((room * (Math.log(Math.max(latencyUs[key], 0.001)) - from)) / (to - from));
      const line = style.accent(`${'─'.repeat(Math.max(0, reach))}●`);
      return `    ${style.faint(padRight(title, 7))}${padLeft(time(latencyUs[key]), 8)}  ${line}`;
    }),
  ];
}

const PERCENTILES = [
  ['min', 'min'],
  ['p50', 'p50'],
  ['p75', 'p75'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['p99.99', 'p9999'],
  ['max', 'max'],
] as const satisfies readonly (readonly [string, keyof Distribution])[];

function curve(
  title: string,
  values: readonly number[],
  combine: (values: readonly number[]) => number,
  format: (value: number) => string,
  columns: number,
  intervals: readonly IntervalSnapshot[],
  { style }: Page,
): string[] {
  const points = resample(values, columns, combine);
  const picture = plot(points, {
    min: 0,
    height: HEIGHT,
    offset: 2,
    format: (value) => `${padLeft(format(Math.max(0, value)), AXIS - 2)} `,
  });
  const lines = picture
    .split('\n')
    .map((line) => style.faint(line.slice(0, AXIS)) + style.accent(line.slice(AXIS).trimEnd()));
  const end = seconds(intervals.at(-1)!.atSeconds);
  const axis = `${' '.repeat(AXIS - 1)}${padRight('0 s', columns - end.length)} ${end}`;
  return [title, ...lines, style.faint(axis)];
}

/** p99 of every interval. One in which nothing was completed shows the value before it. Undefined: never measured. */
function carried(intervals: readonly IntervalSnapshot[]): number[] | undefined {
  let last = intervals.find((interval) => interval.p99Us !== undefined)?.p99Us;
  if (last === undefined) return undefined;
  return intervals.map((interval) => (last = interval.p99Us ?? last!));
}

/** Exactly `columns` values: each stands for the intervals that fall into its column, or repeats the one it lies in. */
function resample(
  values: readonly number[],
  columns: number,
  combine: (values: readonly number[]) => number,
): number[] {
  return Array.from({ length: columns }, (_, column) => {
    const first = Math.floor((column * values.length) / columns);
    const end = Math.max(first + 1, Math.floor(((column + 1) * values.length) / columns));
    return combine(values.slice(first, end));
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A peak must not vanish between its neighbours. */
function largest(values: readonly number[]): number {
  return Math.max(...values);
}
