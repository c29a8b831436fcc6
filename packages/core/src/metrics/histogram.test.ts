import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { distribution, encode } from './hdr-export.js';
import {
  EMPTY_HISTOGRAM,
  highestAt,
  histogramOf,
  indexOf,
  lowestAt,
  meanNs,
  medianAt,
  mergeHistograms,
  percentileNs,
  stdevNs,
  subtractHistogram,
} from './histogram.js';
import { HDR_COUNTS, HDR_DIGITS, HDR_HIGHEST_NS } from './layout.js';

/** Latencies as they come: every order of magnitude is as likely as every other. */
const latencyNs = fc
  .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([magnitude, within]) => Math.min(HDR_HIGHEST_NS, Math.floor(2 ** (magnitude + within))));
const latenciesNs = fc.array(latencyNs, { minLength: 1, maxLength: 300 });

function reference(valuesNs: readonly number[]): hdr.Histogram {
  const histogram = hdr.build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HDR_HIGHEST_NS,
    numberOfSignificantValueDigits: HDR_DIGITS,
  });
  for (const value of valuesNs) histogram.recordValue(value);
  return histogram;
}

describe('buckets', () => {
  it('covers every value from one nanosecond to an hour without a gap', () => {
    expect(lowestAt(0)).toBe(0);
    for (let index = 1; index < HDR_COUNTS; index++) {
      if (lowestAt(index) !== highestAt(index - 1) + 1) expect.fail(`gap before index ${index}`);
    }
    expect(highestAt(HDR_COUNTS - 1)).toBeGreaterThanOrEqual(HDR_HIGHEST_NS);
  });

  it('counts every value at the index that covers it', () => {
    for (let index = 0; index < HDR_COUNTS; index++) {
      if (indexOf(lowestAt(index)) !== index || indexOf(highestAt(index)) !== index) expect.fail(`index ${index}`);
    }
    expect(indexOf(Number.MAX_SAFE_INTEGER)).toBe(HDR_COUNTS - 1);
  });

  it('keeps three significant digits', () => {
    fc.assert(
      fc.property(latencyNs, (value) => {
        expect(Math.abs(medianAt(indexOf(value)) - value)).toBeLessThanOrEqual(value / 1000);
      }),
    );
  });
});

describe('statistics', () => {
  it('agrees with HdrHistogram on every percentile, the mean and the deviation', () => {
    fc.assert(
      fc.property(latenciesNs, fc.double({ min: 0.001, max: 100, noNaN: true }), (values, percent) => {
        const ours = histogramOf(values);
        const theirs = reference(values);
        for (const p of [percent, 50, 75, 90, 99, 99.9, 99.99, 100]) {
          expect(percentileNs(ours, p)).toBe(Math.min(theirs.getValueAtPercentile(p), Math.max(...values)));
        }
        expect(meanNs(ours)).toBeCloseTo(theirs.mean, 3);
        expect(stdevNs(ours) / (theirs.stdDeviation || 1)).toBeCloseTo(theirs.stdDeviation === 0 ? 0 : 1, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('has nothing to say of an empty histogram', () => {
    expect(percentileNs(EMPTY_HISTOGRAM, 99)).toBe(0);
    expect(meanNs(EMPTY_HISTOGRAM)).toBe(0);
    expect(stdevNs(EMPTY_HISTOGRAM)).toBe(0);
    expect(distribution(EMPTY_HISTOGRAM)).toBeUndefined();
  });
});

describe('merge and difference', () => {
  it('loses nothing, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(latencyNs, { maxLength: 50 }), { minLength: 1, maxLength: 6 }), (workers) => {
        const parts = workers.map(histogramOf);
        const forward = parts.reduce(mergeHistograms);
        const backward = parts.toReversed().reduce(mergeHistograms);
        expect(forward).toEqual(histogramOf(workers.flat()));
        expect(backward).toEqual(forward);
      }),
    );
  });

  it('gives back what was recorded in between', () => {
    fc.assert(
      fc.property(fc.array(latencyNs), fc.array(latencyNs), (before, between) => {
        const earlier = histogramOf(before);
        const interval = subtractHistogram(mergeHistograms(earlier, histogramOf(between)), earlier);
        const expected = histogramOf(between);
        expect(interval.indexes).toEqual(expected.indexes);
        expect(interval.counts).toEqual(expected.counts);
        expect(interval.count).toBe(expected.count);
        if (between.length === 0) return;
        expect(indexOf(interval.minNs)).toBe(indexOf(expected.minNs));
        expect(indexOf(interval.maxNs)).toBe(indexOf(expected.maxNs));
      }),
    );
  });
});

describe('export', () => {
  it('reads back in HdrHistogram with the same counts', () => {
    fc.assert(
      fc.property(latenciesNs, (values) => {
        const read = hdr.decodeFromCompressedBase64(encode(histogramOf(values), 1), 64);
        const theirs = reference(values);
        expect(read.totalCount).toBe(values.length);
        for (const p of [50, 99, 99.9]) expect(read.getValueAtPercentile(p)).toBe(theirs.getValueAtPercentile(p));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps percentiles in whole microseconds to three digits', () => {
    fc.assert(
      fc.property(latenciesNs, (values) => {
        const read = hdr.decodeFromCompressedBase64(encode(histogramOf(values), 1000), 64);
        const exact = distribution(histogramOf(values))!;
        for (const [p, us] of [
          [50, exact.p50],
          [95, exact.p95],
          [99, exact.p99],
        ] as const) {
          expect(Math.abs(read.getValueAtPercentile(p) - us)).toBeLessThanOrEqual(1 + us / 500);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the exact extremes', () => {
    const exact = distribution(histogramOf([20_123_457, 20_123_459, 31_000_001]))!;
    expect(exact).toMatchObject({ count: 3, min: 20123.457, max: 31000.001, p9999: 31000.001 });
    expect(exact.p50).toBeGreaterThanOrEqual(exact.min);
    expect(exact.mean).toBeGreaterThan(exact.min);
  });
});
