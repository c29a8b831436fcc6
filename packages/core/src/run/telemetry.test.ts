import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { newStatsBlock } from '../metrics/stats-reader.js';
import { ReporterHost } from './reporters.js';
import { Telemetry } from './telemetry.js';

const INTERVAL_MS = 1000;
const LEAD_MS = 10;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function telemetry(): { telemetry: Telemetry; stats: StatsWriter } {
  const block = newStatsBlock();
  const host = new ReporterHost([], { write: () => true });
  const options = { blocks: [block], stack: { counters: [] }, host, intervalMs: INTERVAL_MS, connections: 1 };
  return { telemetry: new Telemetry(options), stats: new StatsWriter(block) };
}

describe('Telemetry', () => {
  it('cuts the load into intervals that begin with it, and keeps the rest', () => {
    const { telemetry: load, stats } = telemetry();
    load.loadStarts(LEAD_MS);
    vi.advanceTimersByTime(LEAD_MS);
    stats.add('requestsCompleted', 100);
    vi.advanceTimersByTime(INTERVAL_MS);
    stats.add('requestsCompleted', 10);
    vi.advanceTimersByTime(500);
    load.loadEnds();
    // Telling reporters of it must not keep the order to end from the workers.
    expect(load.intervals).toHaveLength(1);
    stats.add('requestsCompleted', 1);
    load.enter('drain');
    load.enter('report');
    expect(load.intervals.map(({ atSeconds, requestRate }) => [atSeconds, requestRate])).toEqual([
      [1, 100],
      [1.5, 20],
    ]);
    expect(load.load?.seconds).toBe(1.5);
  });

  it('does not make up for intervals in which it was held up', () => {
    const { telemetry: load, stats } = telemetry();
    load.loadStarts(0);
    stats.add('requestsCompleted', 700);
    // The thread stands still: the clock goes on, and no timer fires.
    const now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now + 3500);
    vi.advanceTimersByTime(INTERVAL_MS + 100);
    vi.mocked(performance.now).mockRestore();
    expect(load.intervals.map(({ atSeconds, requestRate }) => [atSeconds, requestRate])).toEqual([[3.5, 200]]);
    load.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
