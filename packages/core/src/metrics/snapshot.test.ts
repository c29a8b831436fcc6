import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { COUNTERS, HANDLER_NS_AT, STATS_VERSION } from './layout.js';
import { errorCountOf, mergeSnapshots, subtractSnapshot, takeSnapshot, type Snapshot } from './snapshot.js';
import { newStatsBlock, StatsReader } from './stats-reader.js';

function worker(classes = 0): {
  writer: StatsWriter;
  take: () => Snapshot;
  reader: StatsReader;
  block: SharedArrayBuffer;
} {
  const block = newStatsBlock(classes);
  const reader = new StatsReader(block);
  return {
    block,
    reader,
    writer: new StatsWriter(block),
    take: () => takeSnapshot(reader, { counters: ['deliveries', 'refusals'], limits: ['buffers', 'ring'] }),
  };
}

describe('StatsReader', () => {
  it('reads every counter where it is written', () => {
    const { writer, reader } = worker();
    COUNTERS.forEach((name, index) => writer.set(name, index + 1));
    expect(COUNTERS.map((name) => reader.counter(name))).toEqual(COUNTERS.map((_, index) => index + 1));
    expect(reader.word(0)).toBe(STATS_VERSION);
  });

  it('reads words beyond 32 bits', () => {
    const { writer, reader } = worker();
    writer.set('bytesReceived', 2 ** 40 + 5);
    expect(reader.counter('bytesReceived')).toBe(2 ** 40 + 5);
  });

  it('counts native work and handlers together', () => {
    const { writer, reader, block } = worker();
    writer.set('busyNs', 1000);
    new BigUint64Array(block)[HANDLER_NS_AT] = 500n;
    expect(reader.workNs).toBe(1500);
  });

  it('reads histograms with their exact extremes', () => {
    const { writer, reader } = worker();
    for (const ns of [1_000_001, 5, 77_777_777]) writer.record('latency', ns);
    expect(reader.histogram('latency')).toMatchObject({ count: 3, minNs: 5, maxNs: 77_777_777, counts: [1, 1, 1] });
    expect(reader.histogram('service').count).toBe(0);
  });
});

describe('classes', () => {
  it('have their own counts and latencies, of which most blocks have none', () => {
    const { writer, take } = worker(3);
    writer.completeClass(2, 5000);
    writer.completeClass(2, 7000);
    writer.failClass(0);
    const { classes } = take();
    expect(classes.map(({ completed, failed, latency }) => [completed, failed, latency.count])).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [2, 0, 2],
    ]);
    expect(classes[2]?.latency).toMatchObject({ minNs: 5000, maxNs: 7000 });
    expect(worker().take().classes).toEqual([]);
  });

  it('merge, and differ by what happened in between', () => {
    const [a, b] = [worker(1), worker(1)];
    a.writer.completeClass(0, 5000);
    const earlier = mergeSnapshots(a.take(), b.take());
    a.writer.completeClass(0, 9000);
    b.writer.completeClass(0, 1000);
    b.writer.failClass(0);
    const later = mergeSnapshots(a.take(), b.take());
    expect(later.classes[0]).toMatchObject({ completed: 3, failed: 1, latency: { minNs: 1000, maxNs: 9000 } });
    const delta = subtractSnapshot(later, earlier).classes[0]!;
    expect(delta).toMatchObject({ completed: 2, failed: 1, latency: { count: 2 } });
    expect(delta.latency.indexes).not.toEqual(later.classes[0]!.latency.indexes);
  });
});

describe('snapshots', () => {
  it('hold what was counted, by name', () => {
    const { writer, take } = worker();
    writer.error(1);
    writer.error(6);
    writer.error(6);
    writer.outcome(204);
    writer.stack(0);
    const snapshot = take();
    expect(snapshot.errors).toEqual({ MCC_ERR_CONNECT_REFUSED: 1, MCC_ERR_REPLY_TIMEOUT: 2 });
    expect(snapshot.outcomes).toEqual({ 204: 1 });
    expect(snapshot.stack).toEqual({ deliveries: 1, refusals: 0 });
    expect(errorCountOf(snapshot)).toBe(3);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  const events = fc.array(
    fc.tuple(fc.constantFrom('request', 'error', 'outcome', 'latency'), fc.integer({ min: 1, max: 1000 })),
    { maxLength: 40 },
  );
  const filled = (happened: readonly (readonly [string, number])[]): Snapshot => {
    const { writer, take } = worker();
    for (const [kind, n] of happened) {
      if (kind === 'request') writer.add('requestsCompleted', n);
      else if (kind === 'error') writer.error(1 + (n % 18));
      else if (kind === 'outcome') writer.outcome(n);
      else writer.record('latency', n * 1000);
    }
    return take();
  };

  it('merge without loss, in any order', () => {
    fc.assert(
      fc.property(events, events, events, (a, b, c) => {
        const [x, y, z] = [filled(a), filled(b), filled(c)];
        const together = filled([...a, ...b, ...c]);
        expect(mergeSnapshots(mergeSnapshots(x, y), z)).toEqual(together);
        expect(mergeSnapshots(z, mergeSnapshots(y, x))).toEqual(together);
      }),
      { numRuns: 25 },
    );
  });

  it('differ by what happened in between', () => {
    fc.assert(
      fc.property(events, events, (before, between) => {
        const earlier = filled(before);
        const delta = subtractSnapshot(filled([...before, ...between]), earlier);
        const expected = filled(between);
        expect(delta.counters).toEqual(expected.counters);
        expect(delta.errors).toEqual(expected.errors);
        expect(delta.outcomes).toEqual(expected.outcomes);
        expect(delta.histograms.latency.counts).toEqual(expected.histograms.latency.counts);
      }),
      { numRuns: 25 },
    );
  });

  it('keep the least room that any worker had, of what was measured', () => {
    const [a, b] = [worker(), worker()];
    for (const { writer } of [a, b]) writer.stack(2, 512);
    a.writer.stack(3, 100);
    b.writer.stack(3, 7);
    b.writer.stack(4, 64);
    const [x, y] = [a.take(), b.take()];
    expect(x.headroom).toEqual({ buffers: { size: 512, leastFree: 100 } });
    const merged = { buffers: { size: 512, leastFree: 7 }, ring: { size: 64, leastFree: 0 } };
    expect(mergeSnapshots(x, y).headroom).toEqual(merged);
    expect(mergeSnapshots(y, x).headroom).toEqual(merged);
    expect(subtractSnapshot(y, x).headroom).toEqual(y.headroom);
  });

  it('add up peaks, and keep the last set-up of all workers', () => {
    const [a, b] = [worker(), worker()];
    a.writer.set('peak', 3);
    b.writer.set('peak', 4);
    a.writer.set('lastSetupNs', 900);
    b.writer.set('lastSetupNs', 700);
    expect(mergeSnapshots(a.take(), b.take()).counters).toMatchObject({ peak: 7, lastSetupNs: 900 });
  });
});
