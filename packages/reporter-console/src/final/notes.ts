import type { RunReport } from '@mcc/core';
import { hang, wrap } from '../text/layout.js';
import { count, percent, plural, seconds } from '../text/units.js';
import type { Page } from './page.js';

/** A core that is busy for more than this share of the load (percent) was the bottleneck. */
export const BUSY_LIMIT = 95;
/** Departures that did not leave when they were meant to, in percent, from which on it is said. */
const LATE_LIMIT = 1;

/** In plain sentences, what a reader must know before believing the figures. */
export function renderNotes(report: RunReport, { width, style }: Page): string[] {
  return notes(report).flatMap((note) => hang(`  ${style.warn('!')} `, wrap(note, width - 4)));
}

function notes(report: RunReport): string[] {
  return [...ending(report), ...connecting(report), ...generating(report)];
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

function generating({ process, pacing, run, environment }: RunReport): string[] {
  const result: string[] = [];
  if (process.busyPercent > BUSY_LIMIT) {
    const more =
      environment.cores > run.workers
        ? `Raise --smp (${run.workers} of ${environment.cores} cores used now), or choose a faster --stack.`
        : 'Choose a faster --stack, or a machine with more cores.';
    result.push(
      `The generator itself was the bottleneck: its ${run.workers === 1 ? 'core' : 'busiest core'} was ${percent(process.busyPercent)} busy, so the target can do more than this, and some of the latency is mcc's own. ${more}`,
    );
  }
  if (pacing === undefined || pacing.scheduled === 0) return result;
  const share = (count: number): number => (100 * count) / pacing.scheduled;
  if (share(pacing.late) > LATE_LIMIT) {
    result.push(
      `${percent(share(pacing.late))} of the departures left over 1 ms late by the generator's own fault: it did not keep the schedule. Lower --rate, or raise --smp.`,
    );
  }
  if (share(pacing.queued + pacing.unsent) > LATE_LIMIT) {
    const unsent = pacing.unsent > 0 ? `, and ${count(pacing.unsent)} had not left when the load ended` : '';
    result.push(
      `${percent(share(pacing.queued + pacing.unsent))} of the departures found every connection busy and waited, which their latency includes${unsent}. The server did not keep up, or there are too few connections: see --conn.`,
    );
  }
  return result;
}
