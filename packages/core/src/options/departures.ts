import type { Departures, RateStage } from '../contracts/stack.js';
import type { LoadPlan } from './load-plan.js';
import { usageError } from './raw.js';

/** The schedule that a plan of the load makes; undefined for a closed loop. Throws MccError for what no engine runs. */
export function departuresOf({ arrival, rate, stages, trace }: LoadPlan): Departures | undefined {
  if (stages.some((stage) => stage.connections !== undefined)) {
    throw usageError('--stage with conn= is not supported yet: ramp the rate, or use --setup-time for the connections');
  }
  if (trace !== undefined) {
    const { departuresNs, messageBytes } = trace;
    return { arrival: 'trace', stages: [], traceNs: departuresNs, ...(messageBytes && { messageBytes }) };
  }
  if (rate === undefined) return undefined;
  return { arrival, stages: [{ durationNs: 0, from: rate, to: rate }, ...ramps(rate, stages)] };
}

/** Each stage begins where the one before it ended. */
function ramps(start: number, stages: LoadPlan['stages']): RateStage[] {
  let from = start;
  return stages.map(({ durationNs, rate }) => {
    const ramp = { durationNs, from, to: rate! };
    from = ramp.to;
    return ramp;
  });
}
