import type { Departures } from '../contracts/stack.js';
import type { RunOptions } from './core-options.js';
import { usageError } from './raw.js';

/** The schedule that `--rate` and `--arrival` ask for; undefined for a closed loop. Throws MccError. */
export function departuresOf({ rate, arrival }: Pick<RunOptions, 'rate' | 'arrival'>): Departures | undefined {
  if (rate === undefined) {
    if (arrival === undefined) return undefined;
    throw usageError(`--arrival ${arrival} says how departures are spread: give their number a second with --rate`);
  }
  return {
    arrival: (arrival ?? 'constant') as Departures['arrival'],
    stages: [{ durationNs: 0, from: rate, to: rate }],
  };
}
