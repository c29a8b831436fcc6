import type { RunProgress } from '@mcc/core';
import type { createLogUpdate } from 'log-update';
import type { Style } from '../text/style.js';
import type { Terminal } from '../terminal.js';
import { renderFrame } from './frame.js';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** 10 Hz, with some slack for timers that come early. */
const REFRESH_MS = 95;

/** A few lines at the bottom of a terminal that are overwritten while the run goes on. */
export class LiveArea {
  readonly #terminal: Terminal;
  readonly #style: Style;
  readonly #now: () => number;
  readonly #showCursor = (): void => this.#terminal.write(SHOW_CURSOR);
  #update: Update | undefined;
  #drawn: { readonly at: number; readonly phase: string } | undefined;

  /** `now` in milliseconds. */
  constructor(terminal: Terminal, style: Style, now = (): number => performance.now()) {
    this.#terminal = terminal;
    this.#style = style;
    this.#now = now;
  }

  async open(): Promise<void> {
    const { createLogUpdate } = await import('log-update');
    // log-update would hide the cursor of stderr, whichever stream it draws on.
    this.#update = createLogUpdate(this.#terminal.stream as NodeJS.WriteStream, { showCursor: true });
    this.#terminal.write(HIDE_CURSOR);
    process.once('exit', this.#showCursor);
  }

  /** Draws at once when the phase changes, otherwise at most ten times a second. */
  draw(progress: RunProgress): void {
    const at = this.#now();
    if (this.#drawn !== undefined && this.#drawn.phase === progress.phase && at - this.#drawn.at < REFRESH_MS) return;
    this.#drawn = { at, phase: progress.phase };
    this.#update?.(renderFrame(progress, this.#terminal.width, this.#style));
  }

  /** Leaves nothing of the area, and the cursor where it stood. */
  close(): void {
    if (this.#update === undefined) return;
    this.#update.clear();
    this.#update = undefined;
    process.off('exit', this.#showCursor);
    this.#showCursor();
  }
}

type Update = ReturnType<typeof createLogUpdate>;
