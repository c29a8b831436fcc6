/** What of a stream a reporter needs; a terminal has columns and rows. */
export type ConsoleStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

const DEFAULT_WIDTH = 80;

/** Writes to a stream that may go away: a reader that closes its pipe must not end the run. */
export class Terminal {
  readonly stream: ConsoleStream;
  #gone = false;

  constructor(stream: ConsoleStream) {
    this.stream = stream;
    stream.on('error', () => (this.#gone = true));
  }

  /** Text can be overwritten. */
  get isLive(): boolean {
    return this.stream.isTTY === true;
  }

  /** A terminal that does not know its width, as under `ssh -tt` without one, has 0 columns. */
  get width(): number {
    return this.stream.columns || DEFAULT_WIDTH;
  }

  write(text: string): void {
    if (!this.#gone) this.stream.write(text);
  }

  /** Resolves once the text has been handed over, or cannot be. */
  flush(text: string): Promise<void> {
    if (this.#gone) return Promise.resolve();
    return new Promise((resolve) => this.stream.write(text, () => resolve()));
  }
}
