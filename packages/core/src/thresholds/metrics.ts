import type { Distribution, RunReport } from '../contracts/report.js';

/** What thresholds are evaluated on: the report before they are. */
export type Measured = Omit<RunReport, 'thresholds'>;

/** What the numbers of a metric are; `share` is the same count as a percentage of what it is a part of. */
export interface Metric {
  readonly unit: 'time' | 'count';
  /** Microseconds or a count; undefined when it was not measured. */
  read(report: Measured): number | undefined;
  /** For metrics that may be compared with `%`: 100 times the part over the whole. */
  readonly share?: (report: Measured) => number | undefined;
}

const STATISTICS = ['min', 'mean', 'stdev', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max'] as const;

/** Every metric that a threshold can name. */
export const METRICS: ReadonlyMap<string, Metric> = new Map([
  ...times('latency', (report) => report.latencyUs),
  ...times('serviceTime', (report) => report.serviceTimeUs),
  // As it was called first.
  ...times('service', (report) => report.serviceTimeUs),
  ...times('connect', (report) => report.connections.connectTimeUs),
  ...times('pacing', (report) => report.pacing?.errorUs),
  ...times('delivery', (report) => report.received?.deliveryUs),
  ...times('pollGap', (report) => report.generator.pollGapUs),
  count('received.messages', (report) => report.received?.messages),
  count(
    'pacing.queued',
    (report) => report.pacing?.queued,
    ({ pacing }) => pacing && percent(pacing.queued, pacing.scheduled),
  ),
  count(
    'pacing.unsent',
    (report) => report.pacing?.unsent,
    ({ pacing }) => pacing && percent(pacing.unsent, pacing.scheduled),
  ),
  count('pacing.scheduled', (report) => report.pacing?.scheduled),
  count(
    'pacing.late',
    (report) => report.pacing?.late,
    ({ pacing }) => pacing && percent(pacing.late, pacing.scheduled),
  ),
  count('errors', totalErrors, (report) =>
    percent(totalErrors(report), report.requests.sent || report.connections.attempted),
  ),
  count('requests.sent', (report) => report.requests.sent),
  count('requests.completed', (report) => report.requests.completed),
  count(
    'requests.failed',
    (report) => report.requests.failed,
    (report) => percent(report.requests.failed, report.requests.sent),
  ),
  count('requests.rate', (report) => report.requests.ratePerSecond),
  count('connections.attempted', (report) => report.connections.attempted),
  count('connections.established', (report) => report.connections.established),
  count(
    'connections.failed',
    (report) => report.connections.failed,
    (report) => percent(report.connections.failed, report.connections.attempted),
  ),
  count(
    'connections.closedByPeer',
    (report) => report.connections.closedByPeer,
    (report) => percent(report.connections.closedByPeer, report.connections.established),
  ),
  count('connections.reconnected', (report) => report.connections.reconnected),
  count('connections.peak', (report) => report.connections.peak),
  count('connections.open', (report) => report.connections.open),
  count('connections.rate', (report) => report.connections.ratePerSecond),
  count('bytes.sent', (report) => report.bytes.sent),
  count('bytes.received', (report) => report.bytes.received),
  count(
    'process.busyPercent',
    (report) => report.process.busyPercent,
    (report) => report.process.busyPercent,
  ),
  count('process.maxRssBytes', (report) => report.process.maxRssBytes),
]);

function times(name: string, of: (report: Measured) => Distribution | undefined): [string, Metric][] {
  return STATISTICS.map((statistic) => [
    `${name}.${statistic}`,
    { unit: 'time', read: (report) => of(report)?.[statistic] },
  ]);
}

function count(name: string, read: Metric['read'], share?: Metric['read']): [string, Metric] {
  return [name, share === undefined ? { unit: 'count', read } : { unit: 'count', read, share }];
}

function totalErrors(report: Measured): number {
  return Object.values(report.errors).reduce((sum, n) => sum + n, 0);
}

function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (100 * part) / whole;
}
