import hdr from 'hdr-histogram-js';
import type { Distribution } from '../contracts/report.js';
import { meanNs, medianAt, percentileNs, stdevNs, type HistogramSnapshot } from './histogram.js';
import { HDR_DIGITS, HDR_HIGHEST_NS } from './layout.js';

/** The shape that every distribution of the report has; undefined when nothing was recorded. Microseconds, to the ns. */
export function distribution(histogram: HistogramSnapshot): Distribution | undefined {
  if (histogram.count === 0) return undefined;
  const percentile = (percent: number): number => percentileNs(histogram, percent) / 1000;
  return {
    count: histogram.count,
    min: histogram.minNs / 1000,
    mean: Math.min(Math.max(meanNs(histogram), histogram.minNs), histogram.maxNs) / 1000,
    stdev: stdevNs(histogram) / 1000,
    p50: percentile(50),
    p75: percentile(75),
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
    p999: percentile(99.9),
    p9999: percentile(99.99),
    max: histogram.maxNs / 1000,
    histogram: encode(histogram, 1000),
    histogramNs: encode(histogram, 1),
  };
}

/** HdrHistogram V2, compressed, base64, with one unit of its values worth `unitNs` nanoseconds. */
export function encode(histogram: HistogramSnapshot, unitNs: number): string {
  const target = hdr.build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: Math.ceil(HDR_HIGHEST_NS / unitNs),
    numberOfSignificantValueDigits: HDR_DIGITS,
    useWebAssembly: false,
  });
  for (let i = 0; i < histogram.indexes.length; i++) {
    // The exact extremes keep a histogram of one value from reading as its bucket's middle.
    const value = Math.min(Math.max(medianAt(histogram.indexes[i]!), histogram.minNs), histogram.maxNs);
    target.recordValueWithCount(Math.round(value / unitNs), histogram.counts[i]!);
  }
  return hdr.encodeIntoCompressedBase64(target);
}
