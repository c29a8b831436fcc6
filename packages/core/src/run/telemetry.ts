import type { IntervalSnapshot, Phase } from '../contracts/report.js';
import type { Stack } from '../contracts/stack.js';
import { IntervalMeter } from '../metrics/interval.js';
import { busyPercent, LiveMeter } from '../metrics/live-meter.js';
import { mergeSnapshots, takeSnapshot, type Snapshot } from '../metrics/snapshot.js';
import { StatsReader } from '../metrics/stats-reader.js';
import type { RunRecord } from '../metrics/report.js';
import type { Gauge } from './lifecycle.js';
import type { ReporterHost } from './reporters.js';

const PROGRESS_MS = 100;
/** A rest of the load shorter than this share of an interval makes no interval of its own. */
const REST_SHARE = 0.05;
/** Bound of a report's intervals: later ones still reach the reporters. */
const INTERVALS_MAX = 100_000;

interface Mark {
  readonly atMs: number;
  readonly snapshot: Snapshot;
  readonly workNs: readonly number[];
}

/** Reads the workers' stats blocks as the phases go by: live figures, intervals, and the load's first and last moment. */
export class Telemetry implements Gauge {
  readonly intervals: IntervalSnapshot[] = [];
  readonly #readers: readonly StatsReader[];
  readonly #stack: Pick<Stack, 'counters' | 'limits'>;
  readonly #host: ReporterHost;
  readonly #intervalMs: number;
  readonly #connections: number;
  readonly #live: LiveMeter;
  #progressTimer: NodeJS.Timeout | undefined;
  #intervalTimer: NodeJS.Timeout | undefined;
  #phase: { readonly name: Phase; readonly startMs: number; readonly seconds: number | undefined } | undefined;
  #loadStart: Mark | undefined;
  #loadEnd: Mark | undefined;
  #meter: IntervalMeter | undefined;
  /** The load's last interval, until it has been told. */
  #rest: IntervalSnapshot | undefined;

  constructor(options: {
    readonly blocks: readonly SharedArrayBuffer[];
    readonly stack: Pick<Stack, 'counters' | 'limits'>;
    readonly host: ReporterHost;
    readonly intervalMs: number;
    readonly connections: number;
  }) {
    this.#readers = options.blocks.map((block) => new StatsReader(block));
    this.#stack = options.stack;
    this.#host = options.host;
    this.#intervalMs = options.intervalMs;
    this.#connections = options.connections;
    this.#live = new LiveMeter(this.#readers, performance.now());
  }

  /** All workers together. */
  snapshot(): Snapshot {
    return this.#readers.map((reader) => takeSnapshot(reader, this.#stack)).reduce(mergeSnapshots);
  }

  /** The load phase, once it has been. */
  get load(): RunRecord['load'] {
    const start = this.#loadStart;
    const end = this.#loadEnd;
    if (start === undefined || end === undefined) return undefined;
    const work = end.workNs.map((ns, worker) => ns - start.workNs[worker]!);
    const wallMs = Math.max(0, end.atMs - start.atMs);
    return { start: start.snapshot, end: end.snapshot, seconds: wallMs / 1000, busyPercent: busyPercent(work, wallMs) };
  }

  established(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.counter('established'), 0);
  }

  open(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.counter('open'), 0);
  }

  connectActivity(): number {
    const of = (reader: StatsReader): number =>
      reader.counter('attempted') + reader.counter('established') + reader.counter('connectFailed');
    return this.#readers.reduce((sum, reader) => sum + of(reader), 0);
  }

  enter(name: Phase, phaseSeconds?: number): void {
    this.#cutRest();
    this.#phase = { name, startMs: performance.now(), seconds: phaseSeconds };
    if (!this.#host.wantsProgress) return;
    this.#tellProgress();
    this.#progressTimer ??= setInterval(() => this.#tellProgress(), PROGRESS_MS);
  }

  loadStarts(leadMs: number): void {
    const mark = this.#mark();
    // Only now the time: taking the snapshot may take as long as the lead.
    this.#loadStart = { ...mark, atMs: performance.now() + leadMs };
    this.#meter = new IntervalMeter(this.#readers);
    this.#awaitInterval();
  }

  loadEnds(): void {
    clearTimeout(this.#intervalTimer);
    this.#loadEnd = this.#mark();
    const meter = this.#meter!;
    const seconds = this.#secondsOfLoad(this.#loadEnd.atMs);
    if ((seconds - meter.seconds) * 1000 >= this.#intervalMs * REST_SHARE) this.#rest = meter.cut(seconds);
  }

  /** Ends all timers. */
  stop(): void {
    clearInterval(this.#progressTimer);
    clearTimeout(this.#intervalTimer);
  }

  #mark(): Mark {
    return { atMs: performance.now(), snapshot: this.snapshot(), workNs: this.#readers.map((reader) => reader.workNs) };
  }

  #secondsOfLoad(atMs: number): number {
    return Math.max(0, atMs - this.#loadStart!.atMs) / 1000;
  }

  /**
   * Intervals end at multiples of their length, so that they do not drift. When this thread was held up beyond the next
   * one, the present interval is longer: a burst of empty ones would tell nothing.
   */
  #awaitInterval(): void {
    const now = performance.now();
    // The nearest multiple is the one just cut at: a timer may be a millisecond early.
    const number = Math.round((1000 * this.#secondsOfLoad(now)) / this.#intervalMs) + 1;
    const dueMs = this.#loadStart!.atMs + number * this.#intervalMs;
    this.#intervalTimer = setTimeout(() => {
      this.#tell(this.#meter!.cut(this.#secondsOfLoad(performance.now())));
      this.#awaitInterval();
    }, dueMs - now);
  }

  #tell(interval: IntervalSnapshot): void {
    if (this.intervals.length < INTERVALS_MAX) this.intervals.push(interval);
    this.#host.interval(interval);
  }

  /** The load's last interval, once it has ended. */
  #cutRest(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#tell(rest);
  }

  #tellProgress(): void {
    const { name, startMs, seconds } = this.#phase!;
    const now = performance.now();
    this.#host.progress({
      phase: name,
      elapsedSeconds: (now - startMs) / 1000,
      ...(seconds !== undefined && { phaseSeconds: seconds }),
      connectionsTotal: this.#connections,
      ...this.#live.read(now),
    });
  }
}
