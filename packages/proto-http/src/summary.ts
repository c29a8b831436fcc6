import type { ClassFigures } from '@mcc/core';
import { latencyByFamily, namedClasses } from './classes.js';

/**
 * The report's `protocol.http`: how often each status code, and each class of them, was received; counts and latencies of
 * each URL when there were several; latencies of each class of status codes when there was more than one.
 */
export function summarise(outcomes: ReadonlyMap<number, number>, figures?: ClassFigures) {
  const status: Record<string, number> = {};
  const classes: Record<string, number> = {};
  for (const [code, responses] of outcomes) {
    status[code] = responses;
    const family = `${Math.floor(code / 100)}xx`;
    classes[family] = (classes[family] ?? 0) + responses;
  }
  const urls = figures === undefined ? [] : namedClasses(figures);
  const statusLatencyUs = figures === undefined ? {} : latencyByFamily(figures);
  return {
    http: {
      status,
      classes,
      ...(urls.length > 0 && { urls }),
      ...(Object.keys(statusLatencyUs).length > 1 && { statusLatencyUs }),
    },
  };
}
