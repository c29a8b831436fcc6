import type { Distribution, RunReport } from '@mcc/core';
import { padLeft, padRight } from '../text/layout.js';
import { time } from '../text/units.js';
import type { Page } from './page.js';

const COLUMNS = [
  ['mean', 'mean'],
  ['stdev', 'stdev'],
  ['p50', 'p50'],
  ['p75', 'p75'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const satisfies readonly (readonly [string, keyof Distribution])[];

/** Too narrow for all: these go first. */
const DISPENSABLE = ['p75', 'stdev', 'p90', 'p95'];

/**
 * One row per distribution: latency, service time where it differs, pushes, time to connect, error of the departures, and
 * how long the generator was away from the network.
 */
export function renderLatency(report: RunReport, { width, style }: Page): string[] {
  const rows = distributionsOf(report);
  if (rows.length === 0) return [];
  const labelWidth = Math.max(...rows.map(([label]) => label.length)) + 1;
  const cell = width >= 110 ? 11 : width >= 95 ? 9 : 8;
  const fitting = Math.floor((width - 2 - labelWidth) / cell);
  const dropped = DISPENSABLE.slice(0, Math.max(0, COLUMNS.length - fitting));
  const columns = COLUMNS.filter(([title]) => !dropped.includes(title));
  return [
    style.faint(`  ${' '.repeat(labelWidth)}${columns.map(([title]) => padLeft(title, cell)).join('')}`),
    ...rows.map(([label, distribution], index) => {
      const cells = columns.map(([, key]) => padLeft(tight(distribution[key]), cell)).join('');
      return `  ${padRight(label, labelWidth)}${index === 0 ? style.strong(cells) : cells}`;
    }),
  ];
}

/** "1.20ms", as wrk writes it: in a row of many, only the gaps between figures should stand out. */
function tight(us: number): string {
  return time(us).replace(' ', '');
}

function distributionsOf({ latencyUs, serviceTimeUs, received, connections, pacing, generator }: RunReport) {
  const service = serviceTimeUs?.histogramNs === latencyUs?.histogramNs ? undefined : serviceTimeUs;
  const rows: (readonly [string, Distribution | undefined])[] = [
    ['Latency', latencyUs],
    ['Service time', service],
    ['Delivery', received?.deliveryUs],
    ['Connect', connections.connectTimeUs],
    ['Pacing error', pacing?.errorUs],
    ['Poll gap', generator.pollGapUs],
  ];
  return rows.flatMap(([label, distribution]) => (distribution === undefined ? [] : [[label, distribution] as const]));
}
