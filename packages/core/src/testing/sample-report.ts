import type { Distribution, IntervalSnapshot, RunInfo, RunProgress, RunReport } from '../contracts/report.js';
import { distribution } from '../metrics/hdr-export.js';
import { histogramOf } from '../metrics/histogram.js';

/** A distribution as the report has it, made from values in microseconds. */
export function sampleDistribution(valuesUs: readonly number[]): Distribution {
  const made = distribution(histogramOf(valuesUs.map((value) => Math.round(value * 1000))));
  if (made === undefined) throw new RangeError('a distribution needs at least one value');
  return made;
}

/** What reporters hear first about the run that `sampleReport` describes. */
export function sampleRunInfo(overrides: Partial<RunInfo> = {}): RunInfo {
  return {
    id: '0c8f2f3e-5d2b-4a39-9a53-5c1f4a2f9b10',
    startedAt: '2024-05-17T09:30:00.000Z',
    stack: 'kernel',
    protocol: 'http',
    target: 'http://198.18.0.1:8080/',
    connections: 64,
    workers: 1,
    seed: '42',
    options: { conn: 64, duration: '3s', http: { path: '/' } },
    ...overrides,
  };
}

/** One interval of a healthy load. */
export function sampleInterval(overrides: Partial<IntervalSnapshot> = {}): IntervalSnapshot {
  return {
    atSeconds: 1,
    connectionsOpen: 64,
    connectRate: 0,
    requestRate: 50_000,
    errorCount: 0,
    p50Us: 1250.5,
    p99Us: 2900.25,
    bytesReceivedRate: 62_000_000,
    bytesSentRate: 4_000_000,
    ...overrides,
  };
}

/** What a live display is told in the middle of the load. */
export function sampleProgress(overrides: Partial<RunProgress> = {}): RunProgress {
  return {
    phase: 'load',
    elapsedSeconds: 1.5,
    phaseSeconds: 3,
    connectionsTotal: 64,
    connectionsOpen: 64,
    connectionsFailed: 0,
    connectRate: 0,
    requestRate: 50_000,
    requestsCompleted: 75_000,
    errorCount: 0,
    p50Us: 1250.5,
    p99Us: 2900.25,
    busyPercent: 71.5,
    ...overrides,
  };
}

/** The whole report of a healthy closed-loop run of three seconds; every section can be replaced. */
export function sampleReport(overrides: Partial<RunReport> = {}): RunReport {
  const latencyUs = sampleDistribution(
    Array.from({ length: 1000 }, (_, i) => 800 + i * 1.3 + (i % 97 === 0 ? 2500 : 0)),
  );
  return {
    schema: 'mcc-report/1',
    tool: { name: 'mcc', version: '0.1.0' },
    run: { ...sampleRunInfo(), durationSeconds: 3.0004, endedBy: 'duration' },
    environment: { cpu: 'Sample CPU @ 2.60GHz', cores: 2, kernel: 'Linux 6.1.0', node: 'v20.20.2' },
    connections: {
      attempted: 64,
      established: 64,
      peak: 64,
      failed: 0,
      closedByPeer: 0,
      reconnected: 0,
      ratePerSecond: 12_800,
      open: 64,
      connectTimeUs: sampleDistribution([180, 210, 240, 300, 900]),
    },
    requests: { sent: 150_000, completed: 150_000, failed: 0, ratePerSecond: 49_993.3 },
    bytes: { sent: 12_000_000, received: 186_000_000 },
    latencyUs,
    serviceTimeUs: latencyUs,
    errors: {},
    protocol: { http: { status: { '200': 150_000 }, classes: { '2xx': 150_000 } } },
    stack: { io: 'uring', retransmits: 0 },
    process: { cpuSeconds: { user: 0.6, system: 1.7 }, maxRssBytes: 92_000_000, busyPercent: 71.5 },
    generator: { notes: [] },
    thresholds: [],
    intervals: [1, 2, 3].map((atSeconds) => sampleInterval({ atSeconds })),
    ...overrides,
  };
}
