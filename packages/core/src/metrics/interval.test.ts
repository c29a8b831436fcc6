import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { histogramOf, percentileNs } from './histogram.js';
import { IntervalMeter } from './interval.js';
import { newStatsBlock, StatsReader } from './stats-reader.js';

function workers(count = 1): { writers: StatsWriter[]; readers: StatsReader[] } {
  const blocks = Array.from({ length: count }, () => newStatsBlock());
  return {
    writers: blocks.map((block) => new StatsWriter(block)),
    readers: blocks.map((block) => new StatsReader(block)),
  };
}

describe('IntervalMeter', () => {
  it('gives rates and percentiles of the interval alone', () => {
    const { writers, readers } = workers();
    const writer = writers[0]!;
    writer.add('open', 4);
    writer.add('requestsCompleted', 1000);
    writer.record('latency', 9_000_000_000);
    const meter = new IntervalMeter(readers);
    meter.cut(1);
    writer.add('requestsCompleted', 50);
    writer.add('bytesReceived', 800);
    writer.error(5);
    writer.record('latency', 2000);
    expect(meter.cut(1.5)).toEqual({
      atSeconds: 1.5,
      connectionsOpen: 4,
      connectRate: 0,
      requestRate: 100,
      errorCount: 1,
      p50Us: 2,
      p99Us: 2,
      bytesReceivedRate: 1600,
      bytesSentRate: 0,
    });
  });

  it('has no percentiles when nothing was completed', () => {
    const meter = new IntervalMeter(workers().readers);
    expect(meter.cut(1)).not.toHaveProperty('p50Us');
  });

  it('finds the percentiles that a histogram of the new values has, over all workers', () => {
    const values = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, values, values, (before, left, right) => {
        const { writers, readers } = workers(2);
        for (const value of before) writers[0]!.record('latency', value);
        const meter = new IntervalMeter(readers);
        for (const value of left) writers[0]!.record('latency', value);
        for (const value of right) writers[1]!.record('latency', value);
        const { p50Us, p99Us } = meter.cut(1);
        // The exact maximum is not known to it: a bucket is a thousandth wide.
        const all = { ...histogramOf([...left, ...right]), maxNs: Infinity };
        expect([p50Us, p99Us]).toEqual([50, 99].map((percent) => percentileNs(all, percent) / 1000));
      }),
      { numRuns: 50 },
    );
  });
});
