import { BUSY_LIMIT, type RunReport } from '@mcc/core';
import { amount, bytes, count, exactRate, percent, plural, seconds } from '../text/units.js';
import type { Row } from './page.js';

/** Throughput, connections, pacing and the generator's own load. */
export function totals(report: RunReport): Row[] {
  return [
    requests(report),
    ...received(report),
    transfer(report),
    connections(report),
    ...pacing(report),
    generator(report),
    ...headroom(report),
  ];
}

function requests({ requests, run }: RunReport): Row {
  const failed = requests.failed > 0 ? `, ${count(requests.failed)} failed` : '';
  return {
    label: 'Requests/s',
    figure: exactRate(requests.ratePerSecond),
    detail: `${count(requests.completed)} completed in ${seconds(run.durationSeconds)}${failed}`,
    ...(requests.completed === 0 && { mark: 'bad' }),
  };
}

function received({ received, run }: RunReport): Row[] {
  if (received === undefined) return [];
  const rate = run.durationSeconds > 0 ? received.messages / run.durationSeconds : 0;
  return [{ label: 'Pushes/s', figure: exactRate(rate), detail: `${count(received.messages)} received` }];
}

/** As wrk counts it: what was received. */
function transfer({ bytes: { received, sent }, run }: RunReport): Row {
  const rate = run.durationSeconds > 0 ? received / run.durationSeconds : 0;
  return {
    label: 'Transfer/s',
    figure: bytes(rate),
    detail: `${bytes(received)} received, ${bytes(sent)} sent`,
  };
}

function connections({ connections, run }: RunReport): Row {
  const { established, attempted, failed, peak, closedByPeer, reconnected, ratePerSecond } = connections;
  // With a new connection per request, far more are established than are wanted at one time.
  const parts = [established > run.connections ? 'established' : `established, of ${count(run.connections)} wanted`];
  if (failed > 0) parts.push(`${count(failed)} of ${plural(attempted, 'attempt')} failed`);
  if (ratePerSecond !== undefined) parts.push(`${amount(ratePerSecond)}/s while opening`);
  if (peak > 0 && peak !== established) parts.push(`${count(peak)} at one time`);
  if (reconnected > 0) parts.push(`${count(reconnected)} reopened`);
  if (closedByPeer > 0) parts.push(`${count(closedByPeer)} closed by the peer`);
  return {
    label: 'Connections',
    figure: count(established),
    detail: parts.join(', '),
    ...(established === 0 ? { mark: 'bad' } : failed > 0 ? { mark: 'warn' } : {}),
  };
}

function pacing({ pacing }: RunReport): Row[] {
  if (pacing === undefined || pacing.scheduled === 0) return [];
  return [
    {
      label: 'Late',
      figure: percent((100 * pacing.late) / pacing.scheduled),
      detail: `${count(pacing.late)} of ${plural(pacing.scheduled, 'departure')}`,
    },
  ];
}

function generator({ process: { busyPercent, cpuSeconds, maxRssBytes }, stack }: RunReport): Row {
  const facts = Object.entries(stack).flatMap(([key, value]) =>
    typeof value === 'number'
      ? TROUBLE.includes(key) && value > 0
        ? [`${key} ${count(value)}`]
        : []
      : [`${key} ${value}`],
  );
  const cpu = `${seconds(cpuSeconds.user + cpuSeconds.system)} of CPU time`;
  return {
    label: 'Generator',
    figure: percent(busyPercent),
    detail: ['busy', cpu, bytes(maxRssBytes), ...facts].join(', '),
    ...(busyPercent > BUSY_LIMIT && { mark: 'warn' }),
  };
}

/** The limit that the stack came nearest to, and how near. */
function headroom({ generator: { headroom = {} } }: RunReport): Row[] {
  const [nearest] = Object.entries(headroom).toSorted(([, a], [, b]) => a.leastFree / a.size - b.leastFree / b.size);
  if (nearest === undefined) return [];
  const [name, { size, leastFree }] = nearest;
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return [
    {
      label: 'Headroom',
      figure: percent((100 * leastFree) / size),
      detail: `at the least, of the ${words}: ${count(leastFree)} of ${count(size)} free`,
    },
  ];
}

/** Counters of a stack that a person wants to see when they are not 0. */
const TROUBLE: readonly string[] = ['retransmits', 'outOfOrder', 'checksumErrors', 'rxDropped', 'txDropped'];
