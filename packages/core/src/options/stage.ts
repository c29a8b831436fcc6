import type { z } from 'zod';
import { parseDuration, parseRate } from './schemas.js';

/**
 * A part of the load: over `durationNs` the target is approached evenly from where it was, in no time at once. One of
 * `rate` (requests per second over all connections) and `connections` (how many of them are in use) is given.
 */
export interface Stage {
  readonly durationNs: number;
  readonly rate?: number;
  readonly connections?: number;
}

/** The most of each. */
export interface StageBounds {
  readonly durationNs: number;
  readonly rate: number;
}

const HOW = 'use TIME:RATE or TIME:conn=N, such as 30s:10k or 1m:conn=500';

/** A schema's transform: reads `--stage` texts, each TIME:RATE or TIME:conn=N. */
export function stagesWithin(bounds: StageBounds) {
  return (texts: readonly string[], context: z.RefinementCtx): Stage[] =>
    texts.map((text) => {
      const stage = parseStage(text);
      const message = stage === undefined ? `"${text}" is not a stage: ${HOW}` : excess(text, stage, bounds);
      if (message !== undefined) context.addIssue({ code: 'custom', input: text, message });
      return stage ?? { durationNs: 0 };
    });
}

/** A stage as it was written, or undefined when it is none. */
export function parseStage(text: string): Stage | undefined {
  const [, time = '', unit, target = ''] = /^([^:]*):(conn=)?(.*)$/.exec(text) ?? [];
  const durationNs = parseDuration(time);
  const value = parseRate(target);
  if (durationNs === undefined || value === undefined) return undefined;
  if (unit === undefined) return { durationNs, rate: value };
  return Number.isInteger(value) ? { durationNs, connections: value } : undefined;
}

function excess(text: string, { durationNs, rate = 0 }: Stage, bounds: StageBounds): string | undefined {
  if (durationNs > bounds.durationNs) return `"${text}" lasts too long: at most ${bounds.durationNs / 3_600e9}h`;
  if (rate > bounds.rate) return `"${text}" is too fast: at most ${bounds.rate / 1e6}m requests per second`;
  return undefined;
}
