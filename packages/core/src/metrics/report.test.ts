import { describe, expect, it } from 'vitest';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { sampleInterval, sampleRunInfo } from '../testing/sample-report.js';
import { buildReport, type RunRecord } from './report.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';
import { newStatsBlock, StatsReader } from './stats-reader.js';

function snapshotOf(fill: (writer: StatsWriter) => void, classes = 0): Snapshot {
  const block = newStatsBlock(classes);
  fill(new StatsWriter(block));
  return takeSnapshot(new StatsReader(block), { counters: ['retransmits'], limits: ['packetBuffers'] });
}

function record(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    tool: { name: 'mcc', version: '0.1.0' },
    run: sampleRunInfo(),
    endedBy: 'duration',
    connectStartNs: 1_000_000_000,
    total: snapshotOf(() => undefined),
    facts: { io: 'uring' },
    intervals: [sampleInterval()],
    thresholds: [],
    classes: [],
    stackClasses: [],
    summarise: () => undefined,
    ...overrides,
  };
}

describe('buildReport', () => {
  it('leaves out what was not measured', () => {
    const report = buildReport(record());
    for (const absent of ['latencyUs', 'serviceTimeUs', 'pacing']) expect(report).not.toHaveProperty(absent);
    for (const absent of ['connectTimeUs', 'ratePerSecond']) expect(report.connections).not.toHaveProperty(absent);
    expect(report.run.durationSeconds).toBe(0);
    expect(report.errors).toEqual({});
    expect(report.stack).toEqual({ io: 'uring', retransmits: 0 });
  });

  it('takes the rate of requests from the load alone, and that of connections from the set-up', () => {
    const at = (established: number, completed: number): Snapshot =>
      snapshotOf((writer) => {
        writer.set('established', established);
        writer.set('open', established);
        writer.set('lastSetupNs', 1_500_000_000);
        writer.set('requestsCompleted', completed);
      });
    const load = { start: at(100, 10), end: at(130, 1010), seconds: 2, busyPercent: 42 };
    const report = buildReport(record({ total: at(130, 1020), load }));
    expect(report.requests).toMatchObject({ completed: 1020, ratePerSecond: 500 });
    expect(report.connections).toMatchObject({ established: 130, open: 130, ratePerSecond: 200 });
    expect(report.run.durationSeconds).toBe(2);
    expect(report.process.busyPercent).toBe(42);
  });

  it('tells service time from latency where the stack did', () => {
    const closed = buildReport(record({ total: snapshotOf((writer) => writer.record('latency', 5000)) }));
    expect(closed.serviceTimeUs).toEqual(closed.latencyUs);
    const open = buildReport(
      record({
        total: snapshotOf((writer) => {
          writer.record('latency', 5000);
          writer.record('service', 3000);
          writer.record('pacing', 700);
          writer.set('pacingScheduled', 1);
          writer.set('pacingLate', 1);
        }),
      }),
    );
    expect([open.latencyUs?.max, open.serviceTimeUs?.max]).toEqual([5, 3]);
    expect(open.pacing).toMatchObject({ scheduled: 1, late: 1, errorUs: { count: 1, max: 0.7 } });
  });

  it('shows how long the generator was away from the network, of the load alone', () => {
    const away = (...ns: number[]): Snapshot =>
      snapshotOf((writer) => ns.forEach((each) => writer.record('pollGap', each)));
    expect(buildReport(record({ total: away(7_000_000) })).generator).toEqual({ notes: [] });
    const load = { start: away(7_000_000), end: away(7_000_000, 1000, 3000), seconds: 2, busyPercent: 42 };
    const { generator } = buildReport(record({ total: load.end, load }));
    expect(generator).toMatchObject({ pollGapUs: { count: 2, min: 1 }, notes: [] });
    expect(generator.pollGapUs?.max).toBeCloseTo(3, 2);
  });

  it('shows how near the stack came to its limits', () => {
    const total = snapshotOf((writer) => {
      writer.stack(1, 16_384);
      writer.stack(2, 12_000);
    });
    expect(buildReport(record({ total })).generator.headroom).toEqual({
      packetBuffers: { size: 16_384, leastFree: 12_000 },
    });
    expect(buildReport(record()).generator).not.toHaveProperty('headroom');
    const before = snapshotOf((writer) => {
      writer.stack(1, 16_384);
      writer.stack(2, 16_000);
    });
    const load = { start: before, end: before, seconds: 2, busyPercent: 42 };
    expect(buildReport(record({ total, load })).generator.headroom?.packetBuffers?.leastFree).toBe(16_000);
  });

  it('says what limited the generator', () => {
    const idle = snapshotOf(() => undefined);
    const report = buildReport(record({ load: { start: idle, end: idle, seconds: 0.001, busyPercent: 99 } }));
    expect(report.generator.notes).toEqual([expect.stringContaining('its core was 99 % busy')]);
  });

  it('asks the protocol to summarise outcomes, and evaluates the thresholds', () => {
    const report = buildReport(
      record({
        total: snapshotOf((writer) => {
          writer.outcome(200);
          writer.outcome(404);
          writer.error(9);
        }),
        thresholds: ['errors<1'],
        summarise: (outcomes) => ({ seen: [...outcomes.keys()] }),
      }),
    );
    expect(report.protocol).toEqual({ seen: [200, 404] });
    expect(report.thresholds).toEqual([{ expression: 'errors<1', actual: 1, passed: false }]);
  });

  it('tells the protocol what came of its classes, and of what is in none', () => {
    const total = snapshotOf((writer) => {
      for (const ns of [1000, 2000, 9000]) writer.record('latency', ns);
      writer.completeClass(1, 9000);
      writer.failClass(1);
    }, 2);
    let outside: unknown;
    const { protocol } = buildReport(
      record({
        total,
        classes: ['idle', 'busy'],
        summarise: (_, figures) => {
          outside = [figures?.latencyUsOutside([1])?.max, figures?.latencyUsOutside([0, 1])?.count];
          return { classes: figures?.classes };
        },
      }),
    );
    expect(protocol.classes).toEqual([
      { name: 'idle', completed: 0, failed: 0 },
      { name: 'busy', completed: 1, failed: 1, latencyUs: expect.objectContaining({ count: 1, max: 9 }) },
    ]);
    expect(outside).toEqual([2, 2]);
  });

  it('has the classes of connections that had requests, behind those of the program', () => {
    const total = snapshotOf((writer) => {
      writer.completeClass(0, 1000);
      writer.completeClass(1, 20_000_000);
      writer.failClass(2);
    }, 4);
    const { classes } = buildReport(record({ total, classes: ['own'], stackClasses: ['far', 'lost', 'near'] }));
    expect(classes).toEqual([
      { name: 'far', completed: 1, failed: 0, latencyUs: expect.objectContaining({ count: 1 }) },
      { name: 'lost', completed: 0, failed: 1 },
    ]);
    expect(buildReport(record()).classes).toBeUndefined();
  });

  it('says where it ran and what that took', () => {
    const { environment, process: used } = buildReport(record());
    expect(environment.node).toBe(process.version);
    expect(environment.cores).toBeGreaterThan(0);
    expect(environment.kernel).toMatch(/^Linux \d/);
    expect(used.cpuSeconds.user).toBeGreaterThan(0);
    expect(used.maxRssBytes).toBeGreaterThan(1e7);
  });
});
