import type { IntervalSnapshot } from '../contracts/report.js';
import { LatencyMeter } from './latency-meter.js';
import type { CounterName } from './layout.js';
import type { StatsReader } from './stats-reader.js';

/** Counters that an interval shows as rates. */
const COUNTED = ['established', 'requestsCompleted', 'bytesReceived', 'bytesSent'] as const satisfies CounterName[];
type Counted = Record<(typeof COUNTED)[number] | 'errors', number>;

/** Cuts the load into intervals, each of its time alone. */
export class IntervalMeter {
  readonly #readers: readonly StatsReader[];
  readonly #latency: LatencyMeter;
  #before: Counted;
  #seconds = 0;

  /** The first interval begins now. */
  constructor(readers: readonly StatsReader[]) {
    this.#readers = readers;
    this.#latency = new LatencyMeter(readers);
    this.#latency.cut();
    this.#before = this.#read();
  }

  /** Where the last interval ended, in seconds of the load. */
  get seconds(): number {
    return this.#seconds;
  }

  /** What happened since the last interval, which ends `seconds` into the load. */
  cut(seconds: number): IntervalSnapshot {
    const now = this.#read();
    const elapsedMs = (seconds - this.#seconds) * 1000;
    const rate = (name: keyof Counted): number => ratePerSecond(now[name] - this.#before[name], elapsedMs);
    const interval = {
      atSeconds: seconds,
      connectionsOpen: this.#sum((reader) => reader.counter('open')),
      connectRate: rate('established'),
      requestRate: rate('requestsCompleted'),
      errorCount: now.errors - this.#before.errors,
      ...this.#latency.cut(),
      bytesReceivedRate: rate('bytesReceived'),
      bytesSentRate: rate('bytesSent'),
    };
    this.#before = now;
    this.#seconds = seconds;
    return interval;
  }

  #read(): Counted {
    const counted = COUNTED.map((name) => [name, this.#sum((reader) => reader.counter(name))] as const);
    return { ...Object.fromEntries(counted), errors: this.#sum((reader) => reader.errorCount) } as Counted;
  }

  #sum(of: (reader: StatsReader) => number): number {
    return this.#readers.reduce((sum, reader) => sum + of(reader), 0);
  }
}

export function ratePerSecond(count: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : (count * 1000) / elapsedMs;
}
