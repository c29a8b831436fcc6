import os from 'node:os';
import type { RunIo, StopSignal } from './io.js';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** Exit code of a process that a signal ended: 130 for SIGINT, 143 for SIGTERM. */
export function signalExitCode(signal: StopSignal): number {
  return 128 + os.constants.signals[signal];
}

/** The first signal asks for an orderly end, the second ends the process at once. */
export class StopSignals {
  /** Resolves at the first signal; stays pending without one. */
  readonly first: Promise<StopSignal>;
  #received: StopSignal | undefined;
  readonly #io: Pick<RunIo, 'signals' | 'exit'>;
  readonly #listeners = new Map<StopSignal, () => void>();

  constructor(io: Pick<RunIo, 'signals' | 'exit'>) {
    this.#io = io;
    let resolve: (signal: StopSignal) => void;
    this.first = new Promise((settle) => (resolve = settle));
    for (const signal of SIGNALS) {
      const listener = (): void => {
        if (this.#received !== undefined) return this.#io.exit(signalExitCode(signal));
        this.#received = signal;
        resolve(signal);
      };
      this.#listeners.set(signal, listener);
      io.signals.on(signal, listener);
    }
  }

  get received(): StopSignal | undefined {
    return this.#received;
  }

  /** Leaves signals to their defaults again. */
  release(): void {
    for (const [signal, listener] of this.#listeners) this.#io.signals.off(signal, listener);
  }
}
