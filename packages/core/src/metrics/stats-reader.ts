import {
  CLASS_HEADER,
  CLASS_WORDS,
  CLASSES_AT,
  COUNTERS,
  COUNTERS_AT,
  ERRORS_AT,
  ERRORS_MAX,
  HANDLER_NS_AT,
  HDR_COUNTS,
  HISTOGRAM_HEADER,
  HISTOGRAM_WORDS,
  HISTOGRAMS,
  HISTOGRAMS_AT,
  OUTCOMES_AT,
  OUTCOMES_MAX,
  STACK_AT,
  statsBytes,
  type CounterName,
  type HistogramName,
} from './layout.js';
import { EMPTY_HISTOGRAM, indexOf, type HistogramSnapshot } from './histogram.js';

const TWO_32 = 2 ** 32;

/** The requests of one class at one moment. */
export interface ClassSnapshot {
  readonly completed: number;
  readonly failed: number;
  readonly latency: HistogramSnapshot;
}

/** A block for one worker, all zero: the stack writes its version and all else when it is opened. */
export function newStatsBlock(classes = 0): SharedArrayBuffer {
  return new SharedArrayBuffer(statsBytes(classes));
}

/**
 * Typed view over one worker's stats block, which may be written while it is read. A word is read as two halves, since a
 * bigint for each of the 135,000 words would be garbage; counts above 2^53 lose their low bits, which takes years.
 */
export class StatsReader {
  readonly #halves: Uint32Array;

  constructor(block: SharedArrayBuffer) {
    this.#halves = new Uint32Array(block);
  }

  /** The word at `index`, as a number. */
  word(index: number): number {
    for (;;) {
      const high = this.#halves[2 * index + 1]!;
      const low = this.#halves[2 * index]!;
      // The writer carried into the high half in between: read again.
      if (high === this.#halves[2 * index + 1]) return high * TWO_32 + low;
    }
  }

  counter(name: CounterName): number {
    return this.word(COUNTERS_AT + COUNTER_INDEX[name]);
  }

  /** Nanoseconds of the worker in which it had work to do, native or in handlers. */
  get workNs(): number {
    return this.counter('busyNs') + this.word(HANDLER_NS_AT);
  }

  /** Count of the data-plane error with this number. */
  error(number: number): number {
    return this.word(ERRORS_AT + number);
  }

  /** All errors, whatever their number. */
  get errorCount(): number {
    let sum = 0;
    for (let number = 1; number < ERRORS_MAX; number++) sum += this.error(number);
    return sum;
  }

  /** How often framing outcome n was seen. */
  outcome(n: number): number {
    return n < OUTCOMES_MAX ? this.word(OUTCOMES_AT + n) : 0;
  }

  /** The stack's own counter, by its place in `Stack.counters`. */
  stack(index: number): number {
    return this.word(STACK_AT + index);
  }

  histogram(name: HistogramName): HistogramSnapshot {
    return this.#histogramAt(HISTOGRAMS_AT + HISTOGRAMS.indexOf(name) * HISTOGRAM_WORDS);
  }

  /** Adds the counts of a histogram to those at the same indexes; returns the first and last that may have changed. */
  addCounts(name: HistogramName, into: Float64Array): readonly [first: number, last: number] {
    const at = HISTOGRAMS_AT + HISTOGRAMS.indexOf(name) * HISTOGRAM_WORDS;
    if (this.word(at) === 0) return [HDR_COUNTS, -1];
    const first = indexOf(this.word(at + 1));
    const last = indexOf(this.word(at + 2));
    for (let index = first; index <= last; index++) {
      const half = 2 * (at + HISTOGRAM_HEADER + index);
      into[index]! += this.#halves[half]! + this.#halves[half + 1]! * TWO_32;
    }
    return [first, last];
  }

  /** How many classes the block has room for. */
  get classes(): number {
    return (this.#halves.length / 2 - CLASSES_AT) / CLASS_WORDS;
  }

  /** What happened in one class of the program. */
  class(index: number): ClassSnapshot {
    const at = CLASSES_AT + index * CLASS_WORDS;
    return {
      completed: this.word(at),
      failed: this.word(at + 1),
      latency: this.#histogramAt(at + CLASS_HEADER),
    };
  }

  #histogramAt(at: number): HistogramSnapshot {
    if (this.word(at) === 0) return EMPTY_HISTOGRAM;
    const indexes: number[] = [];
    const counts: number[] = [];
    let count = 0;
    const first = at + HISTOGRAM_HEADER;
    // Of the extremes known before: a value beyond them that comes meanwhile is in the next snapshot. A reader that takes
    // long holds up the workers where it shares a core with them.
    const end = indexOf(this.word(at + 2)) + 1;
    for (let index = indexOf(this.word(at + 1)); index < end; index++) {
      if (this.#halves[2 * (first + index)] === 0 && this.#halves[2 * (first + index) + 1] === 0) continue;
      const n = this.word(first + index);
      indexes.push(index);
      counts.push(n);
      count += n;
    }
    if (count === 0) return EMPTY_HISTOGRAM;
    // Summed, not the header's total: the writer may have been between the two.
    return { count, minNs: this.word(at + 1), maxNs: this.word(at + 2), indexes, counts };
  }
}

const COUNTER_INDEX = Object.fromEntries(COUNTERS.map((name, index) => [name, index])) as Record<CounterName, number>;
