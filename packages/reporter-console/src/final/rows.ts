import { hang, padLeft, padRight, widthOf, wrap } from '../text/layout.js';
import type { Page, Row } from './page.js';

const LABEL_MIN = 13;
const FIGURE = 11;

/** Lays out rows so that figures end in one column and explanations start in another. */
export function renderRows(rows: readonly Row[], { width, style }: Page): string[] {
  const labels = Math.max(LABEL_MIN, ...rows.map(({ label }) => label.length + 1));
  return rows.flatMap(({ label, figure, detail, mark }) => {
    const head = `  ${padRight(label, labels)}${style[mark ?? 'strong'](padLeft(figure, FIGURE))}`;
    if (detail === undefined) return [head];
    return hang(`${head}   `, wrap(detail, width - widthOf(head) - 3).map(style.faint));
  });
}
