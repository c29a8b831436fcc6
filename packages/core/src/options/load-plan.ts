import type { Arrival, RunOptions } from './core-options.js';
import { usageError } from './raw.js';
import type { Stage } from './stage.js';
import { readTrace, type Trace } from './trace.js';

/** What the load phase asks of the server, and when. Plain data. */
export interface LoadPlan {
  /** 0: until a signal. */
  readonly durationNs: number;
  /** Requests per second over all connections as the load starts. Without it, and without a trace, the loop is closed. */
  readonly rate?: number;
  /** How departures are spread at that rate. */
  readonly arrival: Exclude<Arrival, `file:${string}`>;
  /** One after the other, from the start of the load; they target rates or connections, never both. The last one holds. */
  readonly stages: readonly Stage[];
  /** Departures as they were recorded, instead of a rate. */
  readonly trace?: Trace;
}

type LoadOptions = Pick<RunOptions, 'arrival' | 'conn' | 'duration' | 'rate' | 'setupTime' | 'stage'>;

const FILE = 'file:';

/**
 * Brings together the options that say how load arrives, and reads the file of `--arrival file:`. The load lasts as long
 * as its stages or its trace unless `--duration` says otherwise, and `durationNs` when nobody does. Throws
 * MCC_ERR_USAGE for options that contradict each other.
 */
export async function planLoad(options: LoadOptions, durationNs: number): Promise<LoadPlan> {
  const { arrival = 'constant', stage: stages = [] } = options;
  checkStages(stages, options);
  const rate = options.rate ?? (paces(stages) ? 0 : undefined);
  if (!isFile(arrival)) {
    if (options.arrival !== undefined && rate === undefined) throw needsRate(arrival);
    const length = options.duration ?? (sumNs(stages) || durationNs);
    return { durationNs: length, ...(rate !== undefined && { rate }), arrival, stages };
  }
  if (rate !== undefined) throw ratedTrace(options.rate === undefined ? '--stage' : '--rate');
  const trace = await readTrace(arrival.slice(FILE.length));
  // One nanosecond more than the last departure, which is part of the load.
  const length = options.duration ?? (sumNs(stages) || trace.departuresNs.at(-1)! + 1);
  return { durationNs: length, arrival: 'constant', stages, trace };
}

function checkStages(stages: readonly Stage[], { conn, setupTime }: LoadOptions): void {
  if (paces(stages) && stages.some((stage) => stage.connections !== undefined)) {
    throw usageError(
      '--stage mixes rates and connections: a run ramps one of them, so leave out the stages of the other',
    );
  }
  if (setupTime > 0 && stages.some((stage) => stage.connections !== undefined)) {
    throw usageError('--setup-time opens the connections before the load, and --stage with conn= in it: leave out one');
  }
  const most = Math.max(0, ...stages.map((stage) => stage.connections ?? 0));
  if (most > conn)
    throw usageError(`--stage puts ${most} connections to use, but there are ${conn}: give --conn ${most}`);
}

/** Whether any of the stages is about a rate. */
function paces(stages: readonly Stage[]): boolean {
  return stages.some((stage) => stage.rate !== undefined);
}

function sumNs(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.durationNs, 0);
}

function isFile(arrival: Arrival): arrival is `file:${string}` {
  return arrival.startsWith(FILE);
}

function needsRate(arrival: string) {
  return usageError(`--arrival ${arrival} needs --rate, or a --stage with one: without them the loop is closed`);
}

function ratedTrace(flag: string) {
  return usageError(`${flag} contradicts --arrival file:, which says when each request leaves: leave out one of them`);
}
