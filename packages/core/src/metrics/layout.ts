/**
 * The stats block: what a worker's data plane writes and the main thread reads, a SharedArrayBuffer of 64-bit words.
 * The same layout, in C++, is `packages/engine/include/mcc/stats.hpp`; a test of each stack compares the two.
 *
 * Counters only ever grow, except those said to be gauges. A reader may see one word newer than another.
 */
export const STATS_VERSION = 3;

/** Word 0 holds STATS_VERSION; the counters follow in this order. */
export const COUNTERS = [
  'attempted',
  'established',
  'connectFailed',
  'closedByPeer',
  'reconnected',
  /** Gauge: connections established now. */
  'open',
  /** The highest `open` has been. */
  'peak',
  /** Gauge: connections being opened now. */
  'connecting',
  /** Gauge: sessions not yet given their first try to connect. */
  'unstarted',
  /** Gauge: sessions that have something left to do. 0 after a drain, or when every program has ended. */
  'active',
  'requestsSent',
  'requestsCompleted',
  'requestsFailed',
  /** Gauge: requests awaiting their reply. */
  'inFlight',
  'bytesSent',
  'bytesReceived',
  /** Departures that have an instant of their own: all, those that the generator let go late, … */
  'pacingScheduled',
  'pacingLate',
  /** Nanoseconds in which the data plane had work to do: everything but sleeping and empty polls. */
  'busyNs',
  /** Nanoseconds in which the data plane ran at all. */
  'polledNs',
  /** CLOCK_MONOTONIC nanoseconds at which the last connection of the set-up was established. */
  'lastSetupNs',
  /** … those that waited for a busy connection, and those that the load's end found waiting. */
  'pacingQueued',
  'pacingUnsent',
  /** Messages that nobody asked for, read to their end. */
  'received',
] as const;
export type CounterName = (typeof COUNTERS)[number];

/** Sections, as word offsets and lengths. */
export const COUNTERS_AT = 1;
export const COUNTERS_MAX = 62;
/** Nanoseconds that the worker spent in the protocol's handlers. The reactor writes this word; stacks leave it alone. */
export const HANDLER_NS_AT = 63;
/** Index n counts the error with number n of the error table (`errors.ts`). */
export const ERRORS_AT = 64;
export const ERRORS_MAX = 64;
/** Index n counts framing outcome n (http1: status code n). */
export const OUTCOMES_AT = 128;
export const OUTCOMES_MAX = 1024;
/** The stack's own counters, in the order of `Stack.counters`, and then the two words of each of its `Stack.limits`. */
export const STACK_AT = 1152;
export const STACK_COUNTERS_MAX = 128;
export const HISTOGRAMS_AT = 1280;

/**
 * Histograms hold nanoseconds. `service` is written only where it differs from `latency` (open loop); `delivery` is of
 * messages that say when they were sent; `pollGap` is of each turn of the data plane's loop the time in which it did not look
 * at the network, without what it slept.
 */
export const HISTOGRAMS = ['connect', 'latency', 'service', 'pacing', 'delivery', 'pollGap'] as const;
export type HistogramName = (typeof HISTOGRAMS)[number];

/** HDR parameters of every histogram: 1 ns to one hour, three significant digits. */
export const HDR_LOWEST_NS = 1;
export const HDR_HIGHEST_NS = 3_600_000_000_000;
export const HDR_DIGITS = 3;
/** Length of HdrHistogram's counts array for these parameters: (bucketCount + 1) * subBucketHalfCount = 33 * 1024. */
export const HDR_COUNTS = 33 * 1024;
/** Each histogram is [total, min, max, unused x5, counts...]; min is all ones while empty. */
export const HISTOGRAM_HEADER = 8;
export const HISTOGRAM_WORDS = HISTOGRAM_HEADER + HDR_COUNTS;

/** Words of a block without classes. */
export const STATS_WORDS = HISTOGRAMS_AT + HISTOGRAMS.length * HISTOGRAM_WORDS;
export const STATS_BYTES = STATS_WORDS * 8;

/**
 * At the end, one section for each of the program's classes, and behind them for each of the stack's:
 * [completed, failed, unused x6, histogram of latencies].
 */
export const CLASSES_AT = STATS_WORDS;
/** Of a program. */
export const CLASSES_MAX = 64;
export const CLASS_HEADER = 8;
export const CLASS_WORDS = CLASS_HEADER + HISTOGRAM_WORDS;

/** Bytes of the block with so many classes in all. */
export function statsBytes(classes: number): number {
  return (STATS_WORDS + classes * CLASS_WORDS) * 8;
}
