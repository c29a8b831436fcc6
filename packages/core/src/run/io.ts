import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** What a run has of the world around it. Tests give their own. */
export interface RunIo {
  /** Where reporters write what people read. */
  readonly console: NodeJS.WriteStream;
  /** Where reporters write their data. */
  readonly output: NodeJS.WriteStream;
  /** Where one-sentence warnings go. */
  readonly stderr: { write(text: string): unknown };
  /** Gives SIGINT and SIGTERM. */
  readonly signals: SignalSource;
  /** Ends the process at once, on the second signal. */
  readonly exit: (code: number) => void;
  /** Calls `start`, which starts the threads of the workers; all other threads may step back behind them. */
  readonly stepBackFor?: <T>(start: () => T) => T;
}

/** The part of `process` that signals come from. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/**
 * Where threads share a core with a worker, what they do takes it away for milliseconds: snapshots, reporters, compiling
 * JavaScript. Linux keeps priorities by the thread, and a thread begins with that of the one that starts it.
 */
function stepBackFor<T>(start: () => T): T {
  const others = threads();
  const started = start();
  for (const id of others) {
    try {
      setPriority(id, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // It has ended, or this is not permitted: departures may be later, which the report shows.
    }
  }
  return started;
}

function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}

/** The real world: warnings on stderr, the signals of the process. */
export function processIo(streams: Partial<Pick<RunIo, 'console' | 'output'>> = {}): RunIo {
  return {
    console: streams.console ?? process.stderr,
    output: streams.output ?? process.stdout,
    stderr: process.stderr,
    signals: process,
    exit: (code) => process.exit(code),
    stepBackFor,
  };
}
