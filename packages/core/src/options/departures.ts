import type { ConnectionStage, Departures } from '../contracts/stack.js';
import type { LoadPlan } from './load-plan.js';

/** The schedule that a plan of the load makes; undefined for a closed loop. */
export function departuresOf({ arrival, rate, stages, trace }: LoadPlan): Departures | undefined {
  if (trace !== undefined) {
    const { departuresNs, messageBytes } = trace;
    return { arrival: 'trace', stages: [], traceNs: departuresNs, ...(messageBytes && { messageBytes }) };
  }
  if (rate === undefined) return undefined;
  const pacing = stages.filter((stage) => stage.rate !== undefined);
  return { arrival, stages: [{ durationNs: 0, from: rate, to: rate }, ...ramps(rate, pacing, 'rate')] };
}

/** How the connections in use become more and fewer; undefined when all of them are in use. */
export function connectionStagesOf({ stages }: LoadPlan): ConnectionStage[] | undefined {
  const ramping = stages.filter((stage) => stage.connections !== undefined);
  return ramping.length === 0 ? undefined : ramps(0, ramping, 'connections');
}

/** Each stage begins where the one before it ended. */
function ramps(start: number, stages: LoadPlan['stages'], what: 'rate' | 'connections') {
  let from = start;
  return stages.map(({ durationNs, [what]: to = 0 }) => {
    const ramp = { durationNs, from, to };
    from = to;
    return ramp;
  });
}
