import {
  CONSOLE,
  PLUGIN_OPTIONS,
  type IntervalSnapshot,
  type Reporter,
  type RunInfo,
  type RunProgress,
  type RunReport,
} from '@mcc/core';
import { inject, injectable } from 'tsyringe';
import { renderHeader } from './final/header.js';
import { clampWidth, renderFinal } from './final/render.js';
import { LiveArea } from './live/live-area.js';
import { PlainLines } from './live/plain-lines.js';
import type { ConsoleOptions } from './options.js';
import { Terminal, type ConsoleStream } from './terminal.js';
import { styleFor, wantsColor } from './text/style.js';

/** What a person watches: what is run, how it goes, and what came of it. */
@injectable()
export class ConsoleReporter implements Reporter {
  readonly name = 'console';
  readonly #options: ConsoleOptions;
  readonly #terminal: Terminal;
  readonly #color: boolean;
  readonly #live: LiveArea | undefined;
  readonly #plain: PlainLines | undefined;

  constructor(@inject(PLUGIN_OPTIONS) options: ConsoleOptions, @inject(CONSOLE) stream: ConsoleStream) {
    this.#options = options;
    this.#terminal = new Terminal(stream);
    this.#color = wantsColor(options.color, this.#terminal.isLive, process.env);
    const style = styleFor(this.#color);
    if (this.#terminal.isLive) this.#live = new LiveArea(this.#terminal, style);
    else this.#plain = new PlainLines(this.#terminal, style);
  }

  async onStart(run: RunInfo): Promise<void> {
    const page = { width: clampWidth(this.#terminal.width), style: styleFor(this.#color) };
    this.#terminal.write(`${renderHeader(run, page).join('\n')}\n`);
    await this.#live?.open();
  }

  onProgress(progress: RunProgress): void {
    this.#live?.draw(progress);
    this.#plain?.progress(progress);
  }

  onInterval(interval: IntervalSnapshot): void {
    this.#plain?.interval(interval);
  }

  async onEnd(report: RunReport): Promise<void> {
    this.#live?.close();
    const page = renderFinal(report, {
      width: this.#terminal.width,
      color: this.#color,
      header: false,
      plot: this.#options.plot,
    });
    await this.#terminal.flush(`\n${page}`);
  }
}
