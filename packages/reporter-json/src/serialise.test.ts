import type { RunReport } from '@mcc/core';
import { sampleReport } from '@mcc/core/testing';
import { describe, expect, it } from 'vitest';
import { serialise } from './serialise.js';

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('serialise', () => {
  const report = sampleReport({ protocol: {}, stack: {}, run: { ...sampleReport().run, options: {} } });

  it('writes the report, indented by two, with a newline at the end', () => {
    const text = serialise(report);
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    expect(JSON.parse(text)).toEqual(report);
  });

  it('orders keys as the contract does, in whatever order they come', () => {
    expect(Object.keys(JSON.parse(serialise(report)) as object)).toEqual([
      'schema',
      'tool',
      'run',
      'environment',
      'connections',
      'requests',
      'bytes',
      'latencyUs',
      'serviceTimeUs',
      'errors',
      'protocol',
      'stack',
      'process',
      'generator',
      'thresholds',
      'intervals',
    ]);
    expect(serialise(reversed(report) as RunReport)).toBe(serialise(report));
  });

  it('loses nothing that it does not know', () => {
    const later = { ...report, energy: { joules: 3 } };
    expect(JSON.parse(serialise(later))).toEqual(later);
  });
});
