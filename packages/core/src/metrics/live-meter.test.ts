import { describe, expect, it } from 'vitest';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { busyPercent, LiveMeter } from './live-meter.js';
import { newStatsBlock, StatsReader } from './stats-reader.js';

function workers(count: number): { writers: StatsWriter[]; meter: LiveMeter } {
  const blocks = Array.from({ length: count }, newStatsBlock);
  return {
    writers: blocks.map((block) => new StatsWriter(block)),
    meter: new LiveMeter(
      blocks.map((block) => new StatsReader(block)),
      0,
    ),
  };
}

describe('LiveMeter', () => {
  it('gives rates over the last second, of all workers', () => {
    const { writers, meter } = workers(2);
    for (let tick = 1; tick <= 30; tick++) {
      writers.forEach((writer) => writer.add('requestsCompleted', tick <= 20 ? 100 : 10));
      const { requestRate, requestsCompleted } = meter.read(tick * 100);
      if (tick === 10) expect(requestRate).toBe(2000);
      if (tick === 25) expect(requestRate).toBe(1100);
      if (tick === 30) expect([requestRate, requestsCompleted]).toEqual([200, 4200]);
    }
  });

  it('renews the percentiles once a second, each of its second alone', () => {
    const { writers, meter } = workers(1);
    writers[0]?.record('latency', 1000);
    expect(meter.read(900)).not.toHaveProperty('p50Us');
    expect(meter.read(1000)).toMatchObject({ p50Us: 1, p99Us: 1 });
    writers[0]?.record('latency', 2000);
    expect(meter.read(1900)).toMatchObject({ p50Us: 1 });
    expect(meter.read(2000)).toMatchObject({ p50Us: 2, p99Us: 2 });
    expect(meter.read(3000)).not.toHaveProperty('p50Us');
  });

  it('shows connections, errors and the busiest core', () => {
    const { writers, meter } = workers(2);
    writers[0]?.add('open', 3);
    writers[1]?.add('open', 4);
    writers[1]?.add('connectFailed', 2);
    writers[1]?.error(1);
    writers[0]?.set('busyNs', 20e6);
    writers[1]?.set('busyNs', 90e6);
    expect(meter.read(100)).toMatchObject({ connectionsOpen: 7, connectionsFailed: 2, errorCount: 1, busyPercent: 90 });
  });
});

describe('busyPercent', () => {
  it('is within its bounds', () => {
    expect(busyPercent([2e9], 1000)).toBe(100);
    expect(busyPercent([], 1000)).toBe(0);
    expect(busyPercent([5], 0)).toBe(0);
  });
});
