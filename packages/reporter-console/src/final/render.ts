import type { RunReport } from '@mcc/core';
import { styleFor } from '../text/style.js';
import { renderCurves, renderPercentiles } from './charts.js';
import { renderClasses } from './classes.js';
import { renderErrors } from './errors.js';
import { renderHeader } from './header.js';
import { renderLatency } from './latency.js';
import { renderNotes } from './notes.js';
import type { Page } from './page.js';
import { protocolRows } from './protocol.js';
import { renderRows } from './rows.js';
import { renderThresholds } from './thresholds.js';
import { totals } from './totals.js';

export interface RenderOptions {
  /** Columns of the page; at least 60 and at most 120 are used. */
  readonly width: number;
  /** ANSI colours. Default false. */
  readonly color?: boolean;
  /** The lines about what is run, which a live display has shown already. Default true. */
  readonly header?: boolean;
  /** Curves and percentiles as pictures. Default true. */
  readonly plot?: boolean;
}

const WIDTH_MIN = 60;
const WIDTH_MAX = 120;

/** The report as text for people: lines of at most `width` columns, ending in a newline. */
export function renderFinal(
  report: RunReport,
  { width, color = false, header = true, plot = true }: RenderOptions,
): string {
  const page: Page = { width: clampWidth(width), style: styleFor(color) };
  const blocks = [
    header ? renderHeader(report.run, page) : [],
    renderLatency(report, page),
    renderRows([...totals(report), ...protocolRows(report)], page),
    ...renderClasses(report, page),
    plot ? renderCurves(report, page) : [],
    plot ? renderPercentiles(report, page) : [],
    renderErrors(report, page),
    renderThresholds(report, page),
    renderNotes(report, page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

export function clampWidth(width: number): number {
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width));
}
