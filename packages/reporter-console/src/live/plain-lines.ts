import type { IntervalSnapshot, Phase, RunProgress } from '@mcc/core';
import type { Style } from '../text/style.js';
import type { Terminal } from '../terminal.js';
import { padLeft } from '../text/layout.js';
import { amount, count, plural, seconds, time } from '../text/units.js';

/** What a log file gets: a line when a phase starts, and one per interval. */
export class PlainLines {
  readonly #terminal: Terminal;
  readonly #style: Style;
  #phase: Phase | undefined;

  constructor(terminal: Terminal, style: Style) {
    this.#terminal = terminal;
    this.#style = style;
  }

  progress(progress: RunProgress): void {
    if (progress.phase === this.#phase) return;
    this.#phase = progress.phase;
    const line = phaseLine(progress);
    if (line !== undefined) this.#terminal.write(`  ${line}\n`);
  }

  interval(interval: IntervalSnapshot): void {
    this.#terminal.write(`${intervalLine(interval, this.#style)}\n`);
  }
}

function phaseLine({ phase, phaseSeconds, connectionsTotal, connectionsOpen }: RunProgress): string | undefined {
  const length = phaseSeconds === undefined || phaseSeconds === 0 ? undefined : seconds(phaseSeconds);
  switch (phase) {
    case 'connect':
      return `Connect: ${plural(connectionsTotal, 'connection')}${length === undefined ? '' : ` over ${length}`}`;
    case 'wait':
      return `Wait: ${length ?? 'no time'}, ${count(connectionsOpen)} open`;
    case 'load':
      return `Load: ${length ?? 'until a signal'}, ${count(connectionsOpen)} open`;
    case 'drain':
      return 'Drain: awaiting replies under way';
    case 'report':
      return undefined;
  }
}

function intervalLine(interval: IntervalSnapshot, style: Style): string {
  const { atSeconds, requestRate, p50Us, p99Us, connectionsOpen, errorCount } = interval;
  const errors = plural(errorCount, 'error');
  return [
    `  ${padLeft(seconds(atSeconds), 8)}`,
    `${padLeft(amount(requestRate), 5)} requests/s`,
    ...(p50Us === undefined ? [] : [`p50 ${padLeft(time(p50Us), 7)}`]),
    ...(p99Us === undefined ? [] : [`p99 ${padLeft(time(p99Us), 7)}`]),
    `${count(connectionsOpen)} open`,
    errorCount > 0 ? style.bad(errors) : style.faint(errors),
  ].join('   ');
}
