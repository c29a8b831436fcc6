import type { EndedBy, Phase } from '../contracts/report.js';
import type { MccError } from '../errors.js';
import type { ToWorker } from '../reactor/messages.js';
import type { StopSignal } from './io.js';

/** Between the order to start the load and the instant at which it starts: enough for it to reach every worker, … */
const LOAD_LEAD_MS = 10;
/** … and for a worker to look up when each of its connections is to speak. */
const CONNECTIONS_PER_LEAD_MS = 5000;
/** The end of a load that has none. */
const NEVER_NS = 2n ** 64n - 1n;
/** What workers get on top of a time-out that they keep themselves, before they are not waited for any longer. */
const GRACE_MS = 300;
/** The most that one timer of Node can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** How long the phases are. */
export interface Plan {
  /** Connections are opened while the load lasts, and none before it. */
  readonly connectsInLoad: boolean;
  readonly setupMs: number;
  readonly connectTimeoutMs: number;
  readonly waitMs: number;
  /** 0: until a signal, or until every program has ended. */
  readonly durationMs: number;
  readonly timeoutMs: number;
}

/** The workers, as far as the lifecycle knows them. */
export interface Workers {
  readonly ready: Promise<void>;
  readonly connected: Promise<void>;
  readonly completed: Promise<void>;
  readonly drained: Promise<void>;
  readonly broken: Promise<MccError>;
  post(message: ToWorker): void;
}

/** What the lifecycle asks of the metrics, and tells them. */
export interface Gauge {
  /** Connections established so far. */
  established(): number;
  /** Connections that stand now. */
  open(): number;
  /** Grows with every connection that is tried, established or lost. */
  connectActivity(): number;
  enter(phase: Phase, phaseSeconds?: number): void;
  /** The load starts `leadMs` after this returns. */
  loadStarts(leadMs: number): void;
  /** The load ends now. Reporters are told with the next phase. */
  loadEnds(): void;
}

export interface Signals {
  readonly first: Promise<StopSignal>;
  readonly received: StopSignal | undefined;
}

export interface Outcome {
  /** False when the workers did not become ready: nothing was tried, and `error` is why. */
  readonly started: boolean;
  readonly endedBy: EndedBy;
  /** What broke, when something did. */
  readonly error: MccError | undefined;
  /** CLOCK_MONOTONIC; undefined when no connection was tried. */
  readonly connectStartNs: number | undefined;
}

type Reached = 'goal' | 'timeout' | 'interrupted';

/** A run from the first connection to the last: connect, wait, load, drain, and then report. */
export class Lifecycle {
  readonly #plan: Plan;
  readonly #workers: Workers;
  readonly #gauge: Gauge;
  readonly #signals: Signals;
  #error: MccError | undefined;
  #endedBy: EndedBy = 'duration';
  #connectStartNs: number | undefined;

  constructor(plan: Plan, workers: Workers, gauge: Gauge, signals: Signals) {
    this.#plan = plan;
    this.#workers = workers;
    this.#gauge = gauge;
    this.#signals = signals;
    void workers.broken.then((error) => (this.#error ??= error));
  }

  async run(): Promise<Outcome> {
    await this.#until(this.#workers.ready, Infinity);
    if (this.#error !== undefined) return this.#outcome(false);
    let phase: Phase = this.#signalled() ? 'report' : 'connect';
    while (phase !== 'report') phase = await this.#perform(phase);
    this.#gauge.enter('report');
    return this.#outcome(true);
  }

  #outcome(started: boolean): Outcome {
    const endedBy = this.#error ? 'error' : this.#signals.received ? 'signal' : this.#endedBy;
    return { started, endedBy, error: this.#error, connectStartNs: this.#connectStartNs };
  }

  /** Performs a phase and says which comes next. */
  async #perform(phase: Exclude<Phase, 'report'>): Promise<Phase> {
    const next = await { connect: this.#connect, wait: this.#wait, load: this.#load, drain: this.#drain }[phase].call(
      this,
    );
    return this.#error ? 'report' : next;
  }

  async #connect(): Promise<Phase> {
    const { setupMs, connectTimeoutMs } = this.#plan;
    this.#gauge.enter('connect', setupMs > 0 ? setupMs / 1000 : undefined);
    this.#connectStartNs = Number(process.hrtime.bigint());
    this.#workers.post({ type: 'connect' });
    if (this.#plan.connectsInLoad) return this.#afterConnect();
    // A stack paces its connections, so that how long millions take is not known: as long as there is movement.
    const quietMs = connectTimeoutMs + GRACE_MS;
    let seen: number;
    let reached: Reached;
    let boundMs = setupMs + quietMs;
    do {
      seen = this.#gauge.connectActivity();
      reached = await this.#until(this.#workers.connected, boundMs);
      boundMs = quietMs;
    } while (reached === 'timeout' && this.#gauge.connectActivity() > seen);
    if (this.#signalled()) return 'drain';
    if (this.#gauge.established() > 0) return this.#afterConnect();
    this.#endedBy = 'error';
    return 'report';
  }

  #afterConnect(): Phase {
    return this.#plan.waitMs > 0 ? 'wait' : 'load';
  }

  async #wait(): Promise<Phase> {
    this.#gauge.enter('wait', this.#plan.waitMs / 1000);
    await this.#until(undefined, this.#plan.waitMs);
    return this.#signalled() ? 'drain' : 'load';
  }

  async #load(): Promise<Phase> {
    const { durationMs } = this.#plan;
    this.#gauge.enter('load', durationMs > 0 ? durationMs / 1000 : undefined);
    const leadMs = LOAD_LEAD_MS + Math.floor(this.#gauge.established() / CONNECTIONS_PER_LEAD_MS);
    // First: a snapshot that is slow to take must not hold any of the load.
    this.#gauge.loadStarts(leadMs);
    const atNs = process.hrtime.bigint() + BigInt(leadMs * 1e6);
    const endNs = durationMs > 0 ? atNs + BigInt(Math.round(durationMs * 1e6)) : NEVER_NS;
    this.#workers.post({ type: 'load', atNs, endNs });
    const reached = await this.#until(this.#workers.completed, durationMs > 0 ? leadMs + durationMs : Infinity);
    this.#gauge.loadEnds();
    if (reached === 'goal') this.#endedBy = 'completed';
    return 'drain';
  }

  async #drain(): Promise<Phase> {
    // First: reporters hear of the new phase, and the load must not go on while one is slow.
    this.#workers.post({ type: 'drain' });
    this.#gauge.enter('drain', this.#plan.timeoutMs / 1000);
    // Closing millions takes its time, too: it goes on for as long as there is movement.
    let seen: number;
    let reached: Reached;
    do {
      seen = this.#gauge.open();
      reached = await this.#until(this.#workers.drained, this.#plan.timeoutMs + GRACE_MS);
    } while (reached === 'timeout' && this.#gauge.open() < seen);
    if (reached !== 'goal') {
      this.#workers.post({ type: 'abort' });
      await this.#until(this.#workers.drained, GRACE_MS);
    }
    return 'report';
  }

  #signalled(): boolean {
    return this.#signals.received !== undefined;
  }

  /** Waits for `goal`, but not longer than `ms`, nor beyond a signal that is not known yet or a worker that broke. */
  async #until(goal: Promise<void> | undefined, ms: number): Promise<Reached> {
    let timer: NodeJS.Timeout | undefined;
    const contenders: Promise<Reached>[] = [this.#workers.broken.then(() => 'interrupted')];
    if (goal !== undefined) contenders.push(goal.then(() => 'goal'));
    if (!this.#signalled()) contenders.push(this.#signals.first.then(() => 'interrupted'));
    if (ms !== Infinity) {
      const bounded = Math.min(ms, TIMER_MS_MAX);
      contenders.push(new Promise((resolve) => (timer = setTimeout(() => resolve('timeout'), bounded))));
    }
    const reached = await Promise.race(contenders);
    clearTimeout(timer);
    return reached;
  }
}
