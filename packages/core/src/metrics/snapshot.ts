import type { Headroom } from '../contracts/report.js';
import type { Stack } from '../contracts/stack.js';
import { errorCodeOf } from '../errors.js';
import { mergeHistograms, subtractHistogram, type HistogramSnapshot } from './histogram.js';
import { COUNTERS, ERRORS_MAX, HISTOGRAMS, OUTCOMES_MAX, type CounterName, type HistogramName } from './layout.js';
import type { ClassSnapshot, StatsReader } from './stats-reader.js';

/**
 * Everything that a stats block held at one moment, as plain JSON. Snapshots of several workers, or of several machines,
 * merge without loss and in any order.
 */
export interface Snapshot {
  readonly counters: Readonly<Record<CounterName, number>>;
  /** By MCC_ERR code; only those that happened. */
  readonly errors: Readonly<Record<string, number>>;
  /** By framing outcome; only those that were seen. */
  readonly outcomes: Readonly<Record<number, number>>;
  /** By the names in `Stack.counters`. */
  readonly stack: Readonly<Record<string, number>>;
  /** By the names in `Stack.limits`; only what was measured. */
  readonly headroom: Readonly<Record<string, Headroom>>;
  readonly histograms: Readonly<Record<HistogramName, HistogramSnapshot>>;
  /** In the order of `Program.classes`, then of `Stack.classes`. */
  readonly classes: readonly ClassSnapshot[];
}

/** Counters that go down as well: of a difference, the later one is kept. */
const GAUGES: ReadonlySet<CounterName> = new Set([
  'open',
  'peak',
  'connecting',
  'unstarted',
  'active',
  'inFlight',
  'lastSetupNs',
]);

export function takeSnapshot(
  reader: StatsReader,
  { counters, limits = [] }: Pick<Stack, 'counters' | 'limits'>,
): Snapshot {
  const errors: Record<string, number> = {};
  for (let number = 1; number < ERRORS_MAX; number++) {
    const count = reader.error(number);
    if (count > 0) errors[errorCodeOf(number) ?? 'MCC_ERR_STACK'] = count;
  }
  const outcomes: Record<number, number> = {};
  for (let outcome = 0; outcome < OUTCOMES_MAX; outcome++) {
    const count = reader.outcome(outcome);
    if (count > 0) outcomes[outcome] = count;
  }
  return {
    counters: byName(COUNTERS, (name) => reader.counter(name)),
    errors,
    outcomes,
    stack: byName(counters, (_, index) => reader.stack(index)),
    headroom: Object.fromEntries(
      limits
        .map((name, index) => [name, headroomAt(reader, counters.length + 2 * index)] as const)
        .filter(([, { size }]) => size > 0),
    ),
    histograms: byName(HISTOGRAMS, (name) => reader.histogram(name)),
    classes: Array.from({ length: reader.classes }, (_, index) => reader.class(index)),
  };
}

/** Both together. Counters add, also the peaks; only the time of the last set-up is the later of the two. */
export function mergeSnapshots(a: Snapshot, b: Snapshot): Snapshot {
  return {
    counters: byName(COUNTERS, (name) =>
      name === 'lastSetupNs' ? Math.max(a.counters[name], b.counters[name]) : a.counters[name] + b.counters[name],
    ),
    errors: sum(a.errors, b.errors, 1),
    outcomes: sum(a.outcomes, b.outcomes, 1),
    stack: sum(a.stack, b.stack, 1),
    headroom: mergeHeadroom(a.headroom, b.headroom),
    histograms: byName(HISTOGRAMS, (name) => mergeHistograms(a.histograms[name], b.histograms[name])),
    classes: a.classes.map((one, index) => mergeClasses(one, b.classes[index]!)),
  };
}

/** What happened between two snapshots of the same workers. */
export function subtractSnapshot(later: Snapshot, earlier: Snapshot): Snapshot {
  return {
    counters: byName(COUNTERS, (name) =>
      GAUGES.has(name) ? later.counters[name] : later.counters[name] - earlier.counters[name],
    ),
    errors: sum(later.errors, earlier.errors, -1),
    outcomes: sum(later.outcomes, earlier.outcomes, -1),
    stack: sum(later.stack, earlier.stack, -1),
    headroom: later.headroom,
    histograms: byName(HISTOGRAMS, (name) => subtractHistogram(later.histograms[name], earlier.histograms[name])),
    classes: later.classes.map((one, index) => subtractClass(one, earlier.classes[index]!)),
  };
}

function headroomAt(reader: StatsReader, index: number): Headroom {
  return { size: reader.stack(index), leastFree: reader.stack(index + 1) };
}

function mergeHeadroom(a: Snapshot['headroom'], b: Snapshot['headroom']): Snapshot['headroom'] {
  const result: Record<string, Headroom> = { ...a };
  for (const [name, room] of Object.entries(b)) {
    if (room.leastFree < (result[name]?.leastFree ?? Infinity)) result[name] = room;
  }
  return result;
}

function mergeClasses(a: ClassSnapshot, b: ClassSnapshot): ClassSnapshot {
  return {
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    latency: mergeHistograms(a.latency, b.latency),
  };
}

function subtractClass(later: ClassSnapshot, earlier: ClassSnapshot): ClassSnapshot {
  return {
    completed: later.completed - earlier.completed,
    failed: later.failed - earlier.failed,
    latency: subtractHistogram(later.latency, earlier.latency),
  };
}

export function errorCountOf(snapshot: Snapshot): number {
  return Object.values(snapshot.errors).reduce((total, n) => total + n, 0);
}

function byName<K extends string, V>(names: readonly K[], value: (name: K, index: number) => V): Record<K, V> {
  return Object.fromEntries(names.map((name, index) => [name, value(name, index)])) as Record<K, V>;
}

function sum<R extends Readonly<Record<string | number, number>>>(a: R, b: R, sign: 1 | -1): R {
  const result: Record<string | number, number> = { ...a };
  for (const [key, count] of Object.entries(b)) {
    const total = (result[key] ?? 0) + sign * count;
    if (total === 0 && sign === -1) delete result[key];
    else result[key] = total;
  }
  return result as R;
}
