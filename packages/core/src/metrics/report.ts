import type { ClassFigures, Protocol } from '../contracts/protocol.js';
import type { ClassReport, EndedBy, RunInfo, RunReport, IntervalSnapshot } from '../contracts/report.js';
import { evaluate } from '../thresholds/threshold.js';
import { readEnvironment, readProcess } from './environment.js';
import { generatorNotes } from './generator-notes.js';
import { distribution } from './hdr-export.js';
import { subtractHistogram } from './histogram.js';
import { ratePerSecond } from './interval.js';
import type { Snapshot } from './snapshot.js';

/** What a run leaves behind, from which its report is made. */
export interface RunRecord {
  readonly tool: RunReport['tool'];
  readonly run: RunInfo;
  readonly endedBy: EndedBy;
  /** CLOCK_MONOTONIC ns at which the first connection was to be opened; undefined when it did not come to that. */
  readonly connectStartNs: number | undefined;
  /** Everything, when the workers had ended. */
  readonly total: Snapshot;
  /** The load phase, when there was one. */
  readonly load?: {
    readonly start: Snapshot;
    readonly end: Snapshot;
    readonly seconds: number;
    readonly busyPercent: number;
  };
  readonly facts: RunReport['stack'];
  readonly intervals: readonly IntervalSnapshot[];
  readonly thresholds: readonly string[];
  /** Names of the program's classes, and of the stack's, which lie behind them. */
  readonly classes: readonly string[];
  readonly stackClasses: readonly string[];
  readonly summarise: NonNullable<Protocol['summarise']>;
}

export function buildReport(record: RunRecord): RunReport {
  const { total, load } = record;
  const { counters, histograms } = total;
  const latencyUs = distribution(histograms.latency);
  // Written only where it differs: in a closed loop, a request is sent when it is meant to be.
  const serviceTimeUs = distribution(histograms.service) ?? latencyUs;
  const figures: Omit<RunReport, 'thresholds'> = {
    schema: 'mcc-report/1',
    tool: record.tool,
    run: { ...record.run, durationSeconds: load?.seconds ?? 0, endedBy: record.endedBy },
    environment: readEnvironment(),
    connections: connections(record),
    requests: {
      sent: counters.requestsSent,
      completed: counters.requestsCompleted,
      failed: counters.requestsFailed,
      ratePerSecond: load ? ratePerSecond(completedIn(load), load.seconds * 1000) : 0,
    },
    bytes: { sent: counters.bytesSent, received: counters.bytesReceived },
    ...(latencyUs && { latencyUs }),
    ...(serviceTimeUs && { serviceTimeUs }),
    ...pacing(total),
    ...received(total),
    ...connectionClasses(record),
    errors: total.errors,
    protocol: protocolSection(record),
    stack: { ...record.facts, ...total.stack },
    process: readProcess(load?.busyPercent ?? 0),
    generator: { ...pollGap(load), ...headroom(load?.end ?? total), notes: [] },
    intervals: record.intervals,
  };
  const generator = { ...figures.generator, notes: generatorNotes(figures) };
  const measured = { ...figures, generator };
  return { ...measured, thresholds: evaluate(record.thresholds, measured) };
}

function connections({ total, load, connectStartNs }: RunRecord): RunReport['connections'] {
  const { counters, histograms } = total;
  const connectTimeUs = distribution(histograms.connect);
  const setupNs = connectStartNs === undefined ? 0 : counters.lastSetupNs - connectStartNs;
  // What was established up to the load: the set-up. Reconnections are not part of it.
  const inSetup = load?.start.counters.established ?? counters.established;
  return {
    attempted: counters.attempted,
    established: counters.established,
    peak: counters.peak,
    failed: counters.connectFailed,
    closedByPeer: counters.closedByPeer,
    reconnected: counters.reconnected,
    ...(setupNs > 0 && { ratePerSecond: inSetup / (setupNs / 1e9) }),
    open: load?.end.counters.open ?? 0,
    ...(connectTimeUs && { connectTimeUs }),
  };
}

function completedIn(load: NonNullable<RunRecord['load']>): number {
  return load.end.counters.requestsCompleted - load.start.counters.requestsCompleted;
}

function pacing({ counters, histograms }: Snapshot): Pick<RunReport, 'pacing'> {
  if (counters.pacingScheduled === 0) return {};
  const errorUs = distribution(histograms.pacing);
  return {
    pacing: {
      scheduled: counters.pacingScheduled,
      late: counters.pacingLate,
      queued: counters.pacingQueued,
      unsent: counters.pacingUnsent,
      ...(errorUs && { errorUs }),
    },
  };
}

/** Of the load alone: before and after it nobody waits for the generator. */
function pollGap(load: RunRecord['load']): Pick<RunReport['generator'], 'pollGapUs'> {
  const pollGapUs = load && distribution(subtractHistogram(load.end.histograms.pollGap, load.start.histograms.pollGap));
  return pollGapUs === undefined ? {} : { pollGapUs };
}

/** Until the load ends: a drain that fills a ring disturbs nobody. */
function headroom({ headroom }: Snapshot): Pick<RunReport['generator'], 'headroom'> {
  return Object.keys(headroom).length === 0 ? {} : { headroom };
}

function received({ counters, histograms }: Snapshot): Pick<RunReport, 'received'> {
  if (counters.received === 0) return {};
  const deliveryUs = distribution(histograms.delivery);
  return { received: { messages: counters.received, ...(deliveryUs && { deliveryUs }) } };
}

/** A class that no connection was in says nothing. */
function connectionClasses({ total, classes, stackClasses }: RunRecord): Pick<RunReport, 'classes'> {
  const reports = stackClasses
    .map((name, index) => classReport(name, total.classes[classes.length + index]!))
    .filter(({ completed, failed }) => completed + failed > 0);
  return reports.length === 0 ? {} : { classes: reports };
}

function protocolSection({ summarise, total, classes }: RunRecord): RunReport['protocol'] {
  const outcomes = new Map(Object.entries(total.outcomes).map(([outcome, count]) => [Number(outcome), count]));
  return summarise(outcomes, figuresOf(total, classes)) ?? {};
}

function figuresOf(total: Snapshot, names: readonly string[]): ClassFigures {
  return {
    classes: names.map((name, index) => classReport(name, total.classes[index]!)),
    latencyUsOutside: (classes) =>
      distribution(
        classes.reduce(
          (rest, index) => subtractHistogram(rest, total.classes[index]!.latency),
          total.histograms.latency,
        ),
      ),
  };
}

function classReport(name: string, { completed, failed, latency }: Snapshot['classes'][number]): ClassReport {
  const latencyUs = distribution(latency);
  return { name, completed, failed, ...(latencyUs && { latencyUs }) };
}
