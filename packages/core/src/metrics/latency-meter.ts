import type { IntervalSnapshot } from '../contracts/report.js';
import { highestAt } from './histogram.js';
import { HDR_COUNTS } from './layout.js';
import type { StatsReader } from './stats-reader.js';

export type Percentiles = Pick<IntervalSnapshot, 'p50Us' | 'p99Us'>;

/**
 * Percentiles of the latencies recorded since it was last asked, over all workers. It is asked while the load runs, by a
 * thread that may share its core with a worker: it reads what changed into arrays that it keeps, and leaves no garbage.
 */
export class LatencyMeter {
  readonly #readers: readonly StatsReader[];
  readonly #seen = new Float64Array(HDR_COUNTS);
  readonly #now = new Float64Array(HDR_COUNTS);

  constructor(readers: readonly StatsReader[]) {
    this.#readers = readers;
  }

  /** Absent when nothing was recorded. */
  cut(): Percentiles {
    let first = HDR_COUNTS;
    let last = -1;
    for (const reader of this.#readers) {
      const [from, to] = reader.addCounts('latency', this.#now);
      first = Math.min(first, from);
      last = Math.max(last, to);
    }
    let count = 0;
    for (let index = first; index <= last; index++) {
      const total = this.#now[index]!;
      this.#now[index] = total - this.#seen[index]!;
      this.#seen[index] = total;
      count += this.#now[index]!;
    }
    const percentiles =
      count === 0 ? {} : { p50Us: this.#below(count, 0.5, first), p99Us: this.#below(count, 0.99, first) };
    this.#now.fill(0, first, last + 1);
    return percentiles;
  }

  /** The value, in us, that this share of `count` new values does not exceed. */
  #below(count: number, share: number, first: number): number {
    const wanted = Math.max(1, Math.ceil(share * count));
    let index = first;
    for (let seen = this.#now[index]!; seen < wanted; seen += this.#now[index]!) index += 1;
    return highestAt(index) / 1000;
  }
}
