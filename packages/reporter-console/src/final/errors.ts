import { ERRORS, type RunReport } from '@mcc/core';
import { hang, padLeft, wrap } from '../text/layout.js';
import { count } from '../text/units.js';
import type { Page } from './page.js';

/** Each error with its count, what happened and what to do, the most frequent first. */
export function renderErrors({ errors }: RunReport, { width, style }: Page): string[] {
  const sorted = Object.entries(errors).sort(([, a], [, b]) => b - a);
  if (sorted.length === 0) return [];
  const figure = Math.max(...sorted.map(([, times]) => count(times).length));
  return [
    '  Errors',
    ...sorted.flatMap(([code, times]) => {
      const entry: { what: string; remedy: string } | undefined = ERRORS[code as keyof typeof ERRORS];
      const head = `    ${style.bad(padLeft(count(times), figure))}  `;
      const body = width - figure - 6;
      if (entry === undefined) return [head + style.strong(code)];
      return hang(head, [style.strong(code), ...wrap(entry.what, body), ...wrap(entry.remedy, body).map(style.faint)]);
    }),
  ];
}
