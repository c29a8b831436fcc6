import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Phase } from '../contracts/report.js';
import { MccError } from '../errors.js';
import type { ToWorker } from '../reactor/messages.js';
import type { StopSignal } from './io.js';
import { Lifecycle, type Gauge, type Outcome, type Plan, type Signals, type Workers } from './lifecycle.js';

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((settle) => (resolve = settle)), resolve };
}

const PLAN: Plan = {
  connectsInLoad: false,
  setupMs: 0,
  connectTimeoutMs: 1000,
  waitMs: 0,
  durationMs: 5000,
  timeoutMs: 2000,
};

/** A lifecycle whose workers and clock are turned by hand. */
class Script {
  readonly #steps = {
    ready: deferred(),
    connected: deferred(),
    completed: deferred(),
    drained: deferred(),
    broken: deferred<MccError>(),
  };
  readonly #signal = deferred<StopSignal>();
  readonly signals: { first: Promise<StopSignal>; received: StopSignal | undefined } = {
    first: this.#signal.promise,
    received: undefined,
  };
  readonly posted: string[] = [];
  readonly phases: [phase: Phase, seconds: number | undefined][] = [];
  readonly loads: string[] = [];
  established = 0;
  open = 0;
  activity = 0;
  outcome: Outcome | undefined;

  constructor(plan: Partial<Plan> = {}) {
    const { ready, connected, completed, drained, broken } = this.#steps;
    const workers: Workers = {
      ready: ready.promise,
      connected: connected.promise,
      completed: completed.promise,
      drained: drained.promise,
      broken: broken.promise,
      post: ({ type }: ToWorker) => void this.posted.push(type),
    };
    const gauge: Gauge = {
      established: () => this.established,
      open: () => this.open,
      connectActivity: () => this.activity,
      enter: (phase, seconds) => {
        if (phase === 'drain') this.loads.push(`drain after ${this.posted.at(-1)}`);
        this.phases.push([phase, seconds]);
      },
      loadStarts: (leadMs) => void this.loads.push(`starts in ${leadMs}`, `after ${this.posted.at(-1)}`),
      loadEnds: () => void this.loads.push('ends'),
    };
    const lifecycle = new Lifecycle({ ...PLAN, ...plan }, workers, gauge, this.signals as Signals);
    void lifecycle.run().then((outcome) => (this.outcome = outcome));
  }

  async reach(step: 'ready' | 'connected' | 'completed' | 'drained'): Promise<void> {
    this.#steps[step].resolve();
    await vi.advanceTimersByTimeAsync(0);
  }

  async break(error: MccError): Promise<void> {
    this.#steps.broken.resolve(error);
    await vi.advanceTimersByTimeAsync(0);
  }

  async signal(signal: StopSignal): Promise<void> {
    this.signals.received = signal;
    this.#signal.resolve(signal);
    await vi.advanceTimersByTimeAsync(0);
  }

  pass(ms: number): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(ms);
  }

  get phase(): Phase | undefined {
    return this.phases.at(-1)?.[0];
  }

  /** Up to the load, with a connection. */
  async toLoad(): Promise<this> {
    await this.reach('ready');
    this.established = 1;
    await this.reach('connected');
    return this;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Lifecycle', () => {
  it('begins the load without a connection when they are opened in it', async () => {
    const script = new Script({ connectsInLoad: true });
    await script.reach('ready');
    expect(script.phase).toBe('load');
    expect(script.posted).toEqual(['connect', 'load']);
  });

  it('goes through every phase, each for its time', async () => {
    const script = new Script({ setupMs: 500, waitMs: 300 });
    await script.reach('ready');
    script.established = 4;
    await script.pass(500);
    await script.reach('connected');
    expect(script.phase).toBe('wait');
    await script.pass(299);
    expect(script.phase).toBe('wait');
    await script.pass(1);
    expect(script.phase).toBe('load');
    await script.pass(5009);
    expect(script.phase).toBe('load');
    await script.pass(1);
    expect(script.phase).toBe('drain');
    await script.reach('drained');
    expect(script.phases).toEqual([
      ['connect', 0.5],
      ['wait', 0.3],
      ['load', 5],
      ['drain', 2],
      ['report', undefined],
    ]);
    expect(script.posted).toEqual(['connect', 'load', 'drain']);
    expect(script.loads).toEqual(['starts in 10', 'after connect', 'ends', 'drain after drain']);
    expect(script.outcome).toMatchObject({ started: true, endedBy: 'duration', error: undefined });
  });

  it('starts nothing when the workers do not come up', async () => {
    const script = new Script();
    const error = new MccError('MCC_ERR_NATIVE');
    await script.break(error);
    expect(script.outcome).toEqual({ started: false, endedBy: 'error', error, connectStartNs: undefined });
    expect(script.posted).toEqual([]);
  });

  it('skips the load when no connection was established', async () => {
    const script = new Script();
    await script.reach('ready');
    await script.reach('connected');
    expect(script.outcome).toMatchObject({ endedBy: 'error' });
    expect(script.posted).toEqual(['connect']);
  });

  it('gives up connecting well within a second of the time-out', async () => {
    const script = new Script();
    await script.reach('ready');
    await script.pass(1299);
    expect(script.outcome).toBeUndefined();
    await script.pass(1);
    expect(script.outcome).toMatchObject({ endedBy: 'error' });
  });

  it('goes on connecting for as long as there is movement', async () => {
    const script = new Script();
    await script.reach('ready');
    for (let second = 1; second <= 10; second++) {
      script.activity += 1000;
      await script.pass(1300);
    }
    expect(script.phase).toBe('connect');
    script.established = 10_000;
    await script.pass(1300);
    expect(script.phase).toBe('load');
  });

  it('ends the load when every program has ended', async () => {
    const script = await new Script({ durationMs: 0 }).toLoad();
    expect(script.phases.at(-1)).toEqual(['load', undefined]);
    await script.pass(3_600_000);
    expect(script.phase).toBe('load');
    await script.reach('completed');
    await script.reach('drained');
    expect(script.outcome?.endedBy).toBe('completed');
  });

  it.each(['connect', 'wait', 'load', 'drain'] as const)('ends in order after a signal in %s', async (phase) => {
    const script = new Script({ waitMs: 100 });
    await script.reach('ready');
    script.established = 1;
    if (phase !== 'connect') await script.reach('connected');
    if (phase === 'load') await script.pass(100);
    if (phase === 'drain') await script.pass(5110);
    expect(script.phase).toBe(phase);
    await script.signal('SIGTERM');
    expect(script.phase).toBe('drain');
    if (phase === 'drain') expect(script.posted.at(-1)).toBe('abort');
    await script.reach('drained');
    expect(script.outcome?.endedBy).toBe('signal');
  });

  it('does not connect after a signal before the workers were ready', async () => {
    const script = new Script();
    await script.signal('SIGINT');
    expect(script.outcome).toMatchObject({ endedBy: 'signal', connectStartNs: undefined });
    expect(script.posted).toEqual([]);
  });

  it('aborts what does not drain in time', async () => {
    const script = await new Script().toLoad();
    await script.pass(5010);
    await script.pass(2299);
    expect(script.posted.at(-1)).toBe('drain');
    await script.pass(1);
    expect(script.posted.at(-1)).toBe('abort');
    await script.pass(300);
    expect(script.outcome?.endedBy).toBe('duration');
  });

  it('goes on draining for as long as connections close', async () => {
    const script = await new Script().toLoad();
    script.open = 1000;
    await script.pass(5010);
    for (let round = 1; round <= 5; round++) {
      script.open -= 100;
      await script.pass(2300);
    }
    expect(script.posted.at(-1)).toBe('drain');
    await script.pass(2300);
    expect(script.posted.at(-1)).toBe('abort');
  });

  it('reports at once when a worker breaks', async () => {
    const script = await new Script().toLoad();
    const error = new MccError('MCC_ERR_STACK');
    await script.break(error);
    expect(script.outcome).toMatchObject({ endedBy: 'error', error });
    expect(script.loads).toEqual(['starts in 10', 'after connect', 'ends']);
    expect(script.posted).toEqual(['connect', 'load']);
  });
});
