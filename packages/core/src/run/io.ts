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
}

/** The part of `process` that signals come from. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The real world: warnings on stderr, the signals of the process. */
export function processIo(streams: Partial<Pick<RunIo, 'console' | 'output'>> = {}): RunIo {
  return {
    console: streams.console ?? process.stderr,
    output: streams.output ?? process.stdout,
    stderr: process.stderr,
    signals: process,
    exit: (code) => process.exit(code),
  };
}
