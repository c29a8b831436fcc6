import type { IntervalSnapshot } from '../contracts/report.js';
import { percentileNs, type HistogramSnapshot } from './histogram.js';
import { errorCountOf, subtractSnapshot, type Snapshot } from './snapshot.js';

export type Percentiles = Pick<IntervalSnapshot, 'p50Us' | 'p99Us'>;

/** What an interval looked like: from snapshots at its start and end, whose times are seconds since the load started. */
export function intervalBetween(
  start: { readonly seconds: number; readonly snapshot: Snapshot },
  end: { readonly seconds: number; readonly snapshot: Snapshot },
): IntervalSnapshot {
  const delta = subtractSnapshot(end.snapshot, start.snapshot);
  const elapsedMs = (end.seconds - start.seconds) * 1000;
  return {
    atSeconds: end.seconds,
    connectionsOpen: delta.counters.open,
    connectRate: ratePerSecond(delta.counters.established, elapsedMs),
    requestRate: ratePerSecond(delta.counters.requestsCompleted, elapsedMs),
    errorCount: errorCountOf(delta),
    ...percentilesOf(delta.histograms.latency),
    bytesReceivedRate: ratePerSecond(delta.counters.bytesReceived, elapsedMs),
    bytesSentRate: ratePerSecond(delta.counters.bytesSent, elapsedMs),
  };
}

/** Absent when nothing was recorded. */
export function percentilesOf(histogram: HistogramSnapshot): Percentiles {
  if (histogram.count === 0) return {};
  return { p50Us: percentileNs(histogram, 50) / 1000, p99Us: percentileNs(histogram, 99) / 1000 };
}

export function ratePerSecond(count: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : (count * 1000) / elapsedMs;
}
