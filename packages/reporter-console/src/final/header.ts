import type { RunInfo } from '@mcc/core';
import { plural } from '../text/units.js';
import type { Page } from './page.js';

/** What is run, as wrk says it. */
export function renderHeader(run: RunInfo, { style }: Page): string[] {
  const duration = run.options['duration'];
  const length = typeof duration === 'string' && /^[1-9]/.test(duration) ? `${duration} ` : '';
  const parts = [
    plural(run.connections, 'connection'),
    plural(run.workers, 'worker'),
    `${run.stack} stack`,
    run.protocol,
  ];
  return [`Running ${length}test @ ${style.strong(run.target)}`, style.faint(`  ${parts.join(' · ')}`)];
}
