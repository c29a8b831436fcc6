import type { RunReport, ThresholdResult } from '@mcc/core';
import { padRight } from '../text/layout.js';
import { exactRate, percent, time } from '../text/units.js';
import type { Page } from './page.js';

/** Each threshold with what was measured. */
export function renderThresholds({ thresholds }: RunReport, { style }: Page): string[] {
  if (thresholds.length === 0) return [];
  const width = Math.max(...thresholds.map(({ expression }) => expression.length));
  return [
    '  Thresholds',
    ...thresholds.map((threshold) => {
      const sign = threshold.passed ? style.good('✓') : style.bad('✗');
      return `    ${sign} ${padRight(threshold.expression, width)}   ${style.strong(measured(threshold))}`;
    }),
  ];
}

/** The unit follows from the expression: a share, a time (microseconds in the report), or a count. */
function measured({ expression, actual }: ThresholdResult): string {
  if (actual === null) return 'not measured';
  if (expression.trimEnd().endsWith('%')) return percent(actual);
  return /^(latency|service|connect|pacing)\./.test(expression) ? time(actual) : exactRate(actual);
}
