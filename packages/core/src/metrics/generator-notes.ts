import type { RunReport } from '../contracts/report.js';
import { parseDuration } from '../options/schemas.js';
import { amount, count, percent, seconds, time } from '../text/units.js';

/** A report without what is said about it. */
type Figures = Omit<RunReport, 'thresholds'>;

/** A core that is busy for more than this share of the load (percent) had no time for more. */
export const BUSY_LIMIT = 95;
/** Departures that did not leave when they were meant to, in percent, from which on it is said. */
const LATE_LIMIT = 1;
/** Microseconds that a worker may be away from the network before it is said: a time slice of the kernel's, or two. */
const LONG_GAP_US = 5000;
/** Of the time that a worker was at work it had the core for at least this share, or something else ran there. */
const OWN_SHARE = 0.8;

/** Counters of stacks that say that a limit of the generator's own was met, and what raises it. */
const SHORTAGES: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  noBuffer: ['packets found no buffer and were dropped', '--mtcp.memory'],
  sendMemoryFull: ['times there was no room for copies of what was sent', '--mtcp.memory'],
  wanDropped: ['segments of far-away connections found no room on their way', '--mtcp.memory'],
};

/** Whether the generator was the limit, whether it kept its schedule, and why not: each as far as the report's figures say. */
export function generatorNotes(report: Figures): string[] {
  return [...power(report), ...absence(report), ...lateness(report), ...queueing(report), ...shortages(report)];
}

function power(report: Figures): string[] {
  const { process, run } = report;
  if (!isBusy(report)) return [];
  const busy = percent(process.busyPercent);
  const which = run.workers === 1 ? 'core' : 'busiest core';
  const cpuSeconds = process.cpuSeconds.user + process.cpuSeconds.system;
  // All threads of the process together had less than the busiest one would have used alone.
  if (cpuSeconds < OWN_SHARE * (process.busyPercent / 100) * run.durationSeconds) {
    return [
      `The generator did not have its ${which} to itself: it was at work for ${busy} of the load, but had ${seconds(cpuSeconds)} of CPU time in ${seconds(run.durationSeconds)}, and some of the latency is from that. Stop what else runs there, or name other cores with --cpus.`,
    ];
  }
  if (keptSchedule(report)) {
    return [
      `The generator was near its limit, though it kept the schedule: its ${which} was ${busy} busy. ${raise(report)}`,
    ];
  }
  return [
    `The generator itself was the bottleneck: its ${which} was ${busy} busy, so the target can do more than this, and some of the latency is mcc's own${gaps(report)}${backlog(report)}. ${raise(report)}`,
  ];
}

/** Of a generator with time to spare: what came while a worker was away for long waited for it, not for the server. */
function absence(report: Figures): string[] {
  const { generator, latencyUs } = report;
  const longestUs = generator.pollGapUs?.max ?? 0;
  if (isBusy(report) || latencyUs === undefined) return [];
  if (longestUs < LONG_GAP_US || longestUs < latencyUs.max / 2) return [];
  return [
    `The longest latencies are mcc's own: for up to ${time(longestUs)} at a time it did not look at the network (the longest latency is ${time(latencyUs.max)}), though it had time to spare, because something else had its core just then. Give the generator cores of its own (--cpus).`,
  ];
}

function lateness(report: Figures): string[] {
  const { pacing, process } = report;
  const late = shareOf(pacing?.late, report);
  if (late <= LATE_LIMIT) return [];
  const head = `${percent(late)} of the departures left over 1 ms late by no fault of the server`;
  if (isBusy(report)) return [`${head}: the generator did not keep the schedule. Lower the rate, or raise --smp.`];
  return [
    `${head}, with a generator that was ${percent(process.busyPercent)} busy on average: many were due at one instant, or something else had its core just then. Spread the departures, or give the generator cores of its own (--cpus).`,
  ];
}

function queueing(report: Figures): string[] {
  const { pacing, run, serviceTimeUs } = report;
  const share = shareOf((pacing?.queued ?? 0) + (pacing?.unsent ?? 0), report);
  if (pacing === undefined || share <= LATE_LIMIT) return [];
  const unsent = pacing.unsent > 0 ? `, and ${count(pacing.unsent)} had not left when the load ended` : '';
  if (!isOpenLoop(run.options)) {
    const longest = serviceTimeUs === undefined ? '' : ` (up to ${time(serviceTimeUs.max)})`;
    return [
      `${percent(share)} of the departures found their connection still waiting for a reply, and waited, which their latency includes${unsent}: some replies took longer${longest} than the time between two messages of a connection.`,
    ];
  }
  const head = `${percent(share)} of the departures found every connection busy and waited, which their latency includes${unsent}.`;
  return [`${head} ${whyBusy(report, pacing.scheduled)}`];
}

/** What keeps the connections of an open loop busy, by Little's law: connections = rate × the time that a request takes one. */
function whyBusy(report: Figures, scheduled: number): string {
  const { run, serviceTimeUs } = report;
  if (isBusy(report)) return 'The generator had no time for more.';
  const thinkUs = thinkTimeUs(report);
  const pipelined = Number(optionsOfProtocol(run)['pipeline'] ?? 1) > 1;
  if (serviceTimeUs === undefined || pipelined || hasConnectionStages(run.options) || run.durationSeconds === 0) {
    return 'There were too few connections (--conn) for the rate, as long as the server took.';
  }
  const thinking = thinkUs > 0 ? ` and a pause of ${time(thinkUs)}` : '';
  const taken = `a request takes a connection for ${time(serviceTimeUs.mean)}${thinking} on average`;
  const asked = scheduled / run.durationSeconds;
  const needed = Math.ceil((asked * (serviceTimeUs.mean + thinkUs)) / 1e6);
  if (needed > run.connections) {
    const carried = (run.connections * 1e6) / (serviceTimeUs.mean + thinkUs);
    const remedy = thinkUs > 0 ? 'or pause less' : 'if the server has more to give';
    return `As ${taken}, ${count(run.connections)} of them carry ${amount(carried)}/s of the ${amount(asked)}/s that were asked for: raise --conn to ${count(needed)}, ${remedy}.`;
  }
  return `As ${taken}, there are enough of them: the server was slow for a time (up to ${time(serviceTimeUs.max)}), or many departures came together.`;
}

function shortages(report: Figures): string[] {
  const met = Object.entries(SHORTAGES).flatMap(([counter, [what, remedy]]) => {
    const times = timesOf(counter, report);
    return times > 0 ? [`${count(times)} ${what}: raise ${remedy}.`] : [];
  });
  return [...met, ...unsentFrames(report)];
}

/** What could not be held back, acknowledgments above all, has a queue of its own. */
function unsentFrames(report: Figures): string[] {
  const dropped = timesOf('txDropped', report);
  if (!wasFull('sendQueue', report) || dropped === 0) return [];
  return [
    `The other end, or the link, did not keep up: the queue of frames to be sent was full (${sizeOf('sendQueue', report)}), and in all ${count(dropped)} frames were dropped. Raise --setup-time, or lower --rate or --conn.`,
  ];
}

function timesOf(counter: string, { stack }: Figures): number {
  const times = stack[counter];
  return typeof times === 'number' ? times : 0;
}

function wasFull(limit: string, { generator }: Figures): boolean {
  return generator.headroom?.[limit]?.leastFree === 0;
}

function sizeOf(limit: string, { generator }: Figures): string {
  return count(generator.headroom?.[limit]?.size ?? 0);
}

/** Where the other end sends more than a busy worker takes in. */
function backlog(report: Figures): string {
  return wasFull('receiveRing', report)
    ? `, and its receive ring was full (${sizeOf('receiveRing', report)} buffers), so that the other end had to wait for it`
    : '';
}

/** How long what came had to wait for a busy worker. */
function gaps({ generator: { pollGapUs } }: Figures): string {
  return pollGapUs === undefined
    ? ''
    : `: it came back to the network after ${time(pollGapUs.mean)} on average, at the longest after ${time(pollGapUs.max)}`;
}

function raise({ environment, run }: Figures): string {
  if (environment.cores > run.workers) {
    const stack = run.stack === 'kernel' ? ', or choose a faster --stack' : '';
    return `Raise --smp (${run.workers} of ${environment.cores} cores used now)${stack}.`;
  }
  return `${run.stack === 'kernel' ? 'Choose a faster --stack, or' : 'It takes'} a machine with more cores.`;
}

function isBusy({ process }: Figures): boolean {
  return process.busyPercent > BUSY_LIMIT;
}

function keptSchedule(report: Figures): boolean {
  const { pacing } = report;
  if (pacing === undefined || pacing.scheduled === 0) return false;
  return shareOf(pacing.late, report) <= LATE_LIMIT && shareOf(pacing.queued + pacing.unsent, report) <= LATE_LIMIT;
}

/** In percent of the departures. */
function shareOf(times: number | undefined, { pacing }: Figures): number {
  return times === undefined || pacing === undefined || pacing.scheduled === 0 ? 0 : (100 * times) / pacing.scheduled;
}

function isOpenLoop(options: RunReport['run']['options']): boolean {
  return options['rate'] !== undefined || options['arrival'] !== undefined || options['stage'] !== undefined;
}

function hasConnectionStages({ stage }: RunReport['run']['options']): boolean {
  return Array.isArray(stage) && stage.some((each) => String(each).includes('conn='));
}

function thinkTimeUs({ run }: Figures): number {
  return (parseDuration(String(optionsOfProtocol(run)['thinkTime'] ?? 0)) ?? 0) / 1000;
}

function optionsOfProtocol({ options, protocol }: RunReport['run']): Readonly<Record<string, unknown>> {
  const own = options[protocol];
  return typeof own === 'object' && own !== null ? (own as Record<string, unknown>) : {};
}
