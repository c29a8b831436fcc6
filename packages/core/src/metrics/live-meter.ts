import type { RunProgress } from '../contracts/report.js';
import { ratePerSecond } from './interval.js';
import { LatencyMeter, type Percentiles } from './latency-meter.js';
import type { CounterName } from './layout.js';
import type { StatsReader } from './stats-reader.js';

/** The few figures of all workers that a live display is made of. */
interface Sample {
  readonly atMs: number;
  readonly established: number;
  readonly completed: number;
  readonly errors: number;
  readonly workNs: readonly number[];
}

/** How far back the rates of a live display look. */
const WINDOW_MS = 1000;

type Figures = Omit<RunProgress, 'phase' | 'elapsedSeconds' | 'phaseSeconds' | 'connectionsTotal'>;

/** What a live display shows: rates over the last second, percentiles of the last full one. */
export class LiveMeter {
  readonly #readers: readonly StatsReader[];
  readonly #window: Sample[];
  readonly #latency: LatencyMeter;
  #latencyAtMs: number;
  #percentiles: Percentiles = {};

  constructor(readers: readonly StatsReader[], nowMs: number) {
    this.#readers = readers;
    this.#window = [sample(readers, nowMs)];
    this.#latency = new LatencyMeter(readers);
    this.#latencyAtMs = nowMs;
  }

  read(nowMs: number): Figures {
    const now = sample(this.#readers, nowMs);
    this.#window.push(now);
    while (this.#window.length > 2 && nowMs - this.#window[1]!.atMs >= WINDOW_MS) this.#window.shift();
    const before = this.#window[0]!;
    const elapsedMs = nowMs - before.atMs;
    if (nowMs - this.#latencyAtMs >= WINDOW_MS) this.#renewPercentiles(nowMs);
    const work = now.workNs.map((ns, worker) => ns - before.workNs[worker]!);
    return {
      connectionsOpen: sumOf(this.#readers, 'open'),
      connectionsFailed: sumOf(this.#readers, 'connectFailed'),
      connectRate: ratePerSecond(now.established - before.established, elapsedMs),
      requestRate: ratePerSecond(now.completed - before.completed, elapsedMs),
      requestsCompleted: now.completed,
      errorCount: now.errors,
      ...this.#percentiles,
      busyPercent: busyPercent(work, elapsedMs),
    };
  }

  #renewPercentiles(nowMs: number): void {
    this.#percentiles = this.#latency.cut();
    this.#latencyAtMs = nowMs;
  }
}

/** Of the busiest worker's core, from the nanoseconds in which each had work to do. */
export function busyPercent(workNs: readonly number[], wallMs: number): number {
  return wallMs <= 0 ? 0 : Math.min(100, Math.max(0, ...workNs.map((ns) => ns / (wallMs * 1e4))));
}

function sample(readers: readonly StatsReader[], atMs: number): Sample {
  return {
    atMs,
    established: sumOf(readers, 'established'),
    completed: sumOf(readers, 'requestsCompleted'),
    errors: readers.reduce((sum, reader) => sum + reader.errorCount, 0),
    workNs: readers.map((reader) => reader.workNs),
  };
}

function sumOf(readers: readonly StatsReader[], counter: CounterName): number {
  let sum = 0;
  for (const reader of readers) sum += reader.counter(counter);
  return sum;
}
