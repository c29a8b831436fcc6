import type { RunReport } from '@mcc/core';
import { hang, wrap } from '../text/layout.js';
import { count, percent, plural, seconds } from '../text/units.js';
import type { Page } from './page.js';

/** In plain sentences, what a reader must know before believing the figures. */
export function renderNotes(report: RunReport, { width, style }: Page): string[] {
  return notes(report).flatMap((note) => hang(`  ${style.warn('!')} `, wrap(note, width - 4)));
}

function notes(report: RunReport): string[] {
  return [...ending(report), ...connecting(report), ...report.generator.notes];
}

function ending({ run }: RunReport): string[] {
  const length = seconds(run.durationSeconds);
  if (run.endedBy === 'signal') return [`Ended by a signal after ${length} of load: the figures are of that time.`];
  if (run.endedBy === 'error') return [`The run broke off after ${length} of load: the figures are of that time.`];
  return [];
}

function connecting({ connections: { attempted, established, failed }, requests }: RunReport): string[] {
  if (established === 0) {
    return [attempted === 0 ? 'No connection was tried.' : 'No connection was established, so nothing was measured.'];
  }
  const result: string[] = [];
  if (failed > 0) {
    result.push(
      `${count(failed)} of ${plural(attempted, 'connection attempt')} failed (${percent((100 * failed) / attempted)}): the load was that of the connections that stood.`,
    );
  }
  if (requests.sent > 0 && requests.completed === 0) result.push('No request was answered, so there is no latency.');
  return result;
}
