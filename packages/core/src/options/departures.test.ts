import { describe, expect, it } from 'vitest';
import { connectionStagesOf, departuresOf } from './departures.js';

const SECOND_NS = 1e9;
const plan = { durationNs: 0, arrival: 'constant', stages: [] } as const;

describe('departuresOf', () => {
  it('is undefined for a closed loop', () => {
    expect(departuresOf(plan)).toBeUndefined();
  });

  it('keeps a rate for ever', () => {
    const stages = [{ durationNs: 0, from: 0.5, to: 0.5 }];
    expect(departuresOf({ ...plan, arrival: 'poisson', rate: 0.5 })).toEqual({ arrival: 'poisson', stages });
  });

  it('ramps from stage to stage, each from where the one before it ended', () => {
    const stages = [
      { durationNs: 30 * SECOND_NS, rate: 10_000 },
      { durationNs: 0, rate: 50 },
    ];
    expect(departuresOf({ ...plan, rate: 100, stages })?.stages).toEqual([
      { durationNs: 0, from: 100, to: 100 },
      { durationNs: 30 * SECOND_NS, from: 100, to: 10_000 },
      { durationNs: 0, from: 10_000, to: 50 },
    ]);
  });

  it('passes a trace on', () => {
    const departuresNs = Float64Array.of(0, 5, 9);
    expect(departuresOf({ ...plan, trace: { departuresNs } })).toEqual({
      arrival: 'trace',
      stages: [],
      traceNs: departuresNs,
    });
  });

  it('passes the sizes of a trace on', () => {
    const trace = { departuresNs: Float64Array.of(0), messageBytes: Uint32Array.of(1) };
    expect(departuresOf({ ...plan, trace })).toMatchObject({ messageBytes: trace.messageBytes });
  });
});

describe('connectionStagesOf', () => {
  it('ramps from none, each stage from where the one before it ended', () => {
    const stages = [
      { durationNs: SECOND_NS, connections: 30 },
      { durationNs: 0, connections: 5 },
    ];
    expect(connectionStagesOf({ ...plan, stages })).toEqual([
      { durationNs: SECOND_NS, from: 0, to: 30 },
      { durationNs: 0, from: 30, to: 5 },
    ]);
    expect(departuresOf({ ...plan, stages })).toBeUndefined();
    expect(departuresOf({ ...plan, rate: 9, stages })?.stages).toEqual([{ durationNs: 0, from: 9, to: 9 }]);
  });

  it('is undefined when all connections are in use', () => {
    expect(connectionStagesOf({ ...plan, rate: 1, stages: [{ durationNs: 1, rate: 2 }] })).toBeUndefined();
  });
});
