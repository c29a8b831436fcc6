import { BUSY_LIMIT, type Phase, type RunProgress } from '@mcc/core';
import { padLeft, padRight, widthOf } from '../text/layout.js';
import type { Style } from '../text/style.js';
import { amount, count, percent, plural, seconds, time } from '../text/units.js';

/** The live area: what the run does and how far it is, then its figures. Not wider than `width`, if that holds any. */
export function renderFrame(progress: RunProgress, width: number, style: Style): string {
  return `${headline(progress, width, style)}\n${figures(progress, width, style)}`;
}

function headline(progress: RunProgress, width: number, style: Style): string {
  const name = `  ${style.strong(padRight(NAMES[progress.phase], 10))}`;
  const elapsed = seconds(progress.elapsedSeconds);
  const share = shareDone(progress);
  if (share === undefined) {
    const until = progress.phase === 'load' ? ', until Ctrl-C' : '';
    return name + style.faint(elapsed + until);
  }
  const of = progress.phaseSeconds === undefined ? '' : ` of ${seconds(progress.phaseSeconds)}`;
  const tail = `${padLeft(`${Math.floor(share * 100 + 1e-9)} %`, 6)}   ${style.faint(elapsed + of)}`;
  const room = width - widthOf(name) - widthOf(tail) - 1;
  return name + bar(share, Math.max(0, Math.min(BAR_MAX, room)), style) + tail;
}

const NAMES: Readonly<Record<Phase, string>> = {
  connect: 'Connect',
  wait: 'Wait',
  load: 'Load',
  drain: 'Drain',
  report: 'Report',
};
const BAR_MAX = 40;

/** 0 to 1; undefined when nobody can know. Set-up is measured in connections: it may be slower than it should be. */
function shareDone({
  phase,
  elapsedSeconds,
  phaseSeconds,
  connectionsTotal,
  ...progress
}: RunProgress): number | undefined {
  if (phase === 'connect') {
    return Math.min(1, (progress.connectionsOpen + progress.connectionsFailed) / Math.max(1, connectionsTotal));
  }
  if (phase === 'drain' || phaseSeconds === undefined || phaseSeconds === 0) return undefined;
  return Math.min(1, elapsedSeconds / phaseSeconds);
}

function bar(share: number, width: number, style: Style): string {
  const full = Math.round(share * width);
  return style.accent('━'.repeat(full)) + style.faint('─'.repeat(width - full));
}

/** As many figures as fit, the most important first. */
function figures(progress: RunProgress, width: number, style: Style): string {
  let line = ' ';
  for (const part of progress.phase === 'connect' ? opening(progress, style) : loading(progress, style)) {
    if (widthOf(line) + widthOf(part) + 3 > width) break;
    line += `${line === ' ' ? ' ' : '   '}${part}`;
  }
  return line;
}

function opening(progress: RunProgress, style: Style): string[] {
  const { connectionsOpen, connectionsTotal, connectionsFailed, connectRate } = progress;
  return [
    `${style.strong(count(connectionsOpen))} of ${count(connectionsTotal)} open`,
    `${amount(connectRate)} connections/s`,
    failures(connectionsFailed, `${count(connectionsFailed)} failed`, style),
  ];
}

function loading(progress: RunProgress, style: Style): string[] {
  const { requestRate, p50Us, p99Us, errorCount, connectionsOpen, busyPercent, requestsCompleted } = progress;
  const parts = [`${style.strong(padLeft(amount(requestRate), 5))} requests/s`];
  if (p50Us !== undefined) parts.push(`p50 ${padLeft(time(p50Us), 7)}`);
  if (p99Us !== undefined) parts.push(`p99 ${padLeft(time(p99Us), 7)}`);
  parts.push(failures(errorCount, plural(errorCount, 'error'), style), `${count(connectionsOpen)} open`);
  if (busyPercent > BUSY_LIMIT) parts.push(style.warn(`generator ${percent(busyPercent)} busy`));
  parts.push(style.faint(`${count(requestsCompleted)} done`));
  return parts;
}

function failures(value: number, text: string, style: Style): string {
  return value > 0 ? style.bad(text) : style.faint(text);
}
