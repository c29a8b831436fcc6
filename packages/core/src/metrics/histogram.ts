import { HDR_COUNTS } from './layout.js';

/**
 * The arithmetic of HdrHistogram for the parameters in `layout.ts`: lowest value 1 ns and three significant digits make
 * buckets of 2048 sub-buckets, of which the upper 1024 are new in each bucket after the first.
 */
const SUB_BUCKET_HALF = 1024;

/** What a histogram held at one moment, as plain data: only the counts that are not zero, by rising index. */
export interface HistogramSnapshot {
  readonly count: number;
  /** Exact, where they are known; 0 while empty. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly indexes: readonly number[];
  readonly counts: readonly number[];
}

export const EMPTY_HISTOGRAM: HistogramSnapshot = { count: 0, minNs: 0, maxNs: 0, indexes: [], counts: [] };

/** The lowest value, in ns, that is counted at `index`. */
export function lowestAt(index: number): number {
  if (index < 2 * SUB_BUCKET_HALF) return index;
  return (SUB_BUCKET_HALF + (index % SUB_BUCKET_HALF)) * widthAt(index);
}

/** The highest value, in ns, that is counted at `index`. */
export function highestAt(index: number): number {
  return lowestAt(index) + widthAt(index) - 1;
}

/** The value in the middle of those counted at `index`: what means are made of. */
export function medianAt(index: number): number {
  return lowestAt(index) + Math.floor(widthAt(index) / 2);
}

function widthAt(index: number): number {
  return index < 2 * SUB_BUCKET_HALF ? 1 : 2 ** (Math.floor(index / SUB_BUCKET_HALF) - 1);
}

/** Where `valueNs` is counted. Values above the highest trackable one are counted at the last index. */
export function indexOf(valueNs: number): number {
  const value = Math.max(0, Math.floor(valueNs));
  if (value < 2 * SUB_BUCKET_HALF) return value;
  let bucket = Math.floor(Math.log2(value)) - 10;
  // log2 of a value just below a power of two may round up to it.
  if (value < SUB_BUCKET_HALF * 2 ** bucket) bucket -= 1;
  return Math.min(HDR_COUNTS - 1, bucket * SUB_BUCKET_HALF + Math.floor(value / 2 ** bucket));
}

/** What a histogram holds after these values, in ns, were recorded. */
export function histogramOf(valuesNs: Iterable<number>): HistogramSnapshot {
  const byIndex = new Map<number, number>();
  let count = 0;
  let minNs = Infinity;
  let maxNs = 0;
  for (const value of valuesNs) {
    const index = indexOf(value);
    byIndex.set(index, (byIndex.get(index) ?? 0) + 1);
    count += 1;
    minNs = Math.min(minNs, value);
    maxNs = Math.max(maxNs, value);
  }
  if (count === 0) return EMPTY_HISTOGRAM;
  const entries = [...byIndex].sort(([a], [b]) => a - b);
  return { count, minNs, maxNs, indexes: entries.map(([index]) => index), counts: entries.map(([, n]) => n) };
}

/** Both together, as if one histogram had recorded everything. Loses nothing, in any order. */
export function mergeHistograms(a: HistogramSnapshot, b: HistogramSnapshot): HistogramSnapshot {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const { indexes, counts } = combine(a, b, 1);
  return {
    count: a.count + b.count,
    minNs: Math.min(a.minNs, b.minNs),
    maxNs: Math.max(a.maxNs, b.maxNs),
    indexes,
    counts,
  };
}

/** What was recorded between two snapshots of one histogram. Its extremes are known to the width of a bucket only. */
export function subtractHistogram(later: HistogramSnapshot, earlier: HistogramSnapshot): HistogramSnapshot {
  if (earlier.count === 0) return later;
  const { indexes, counts } = combine(later, earlier, -1);
  const first = indexes[0];
  const last = indexes.at(-1);
  if (first === undefined || last === undefined) return EMPTY_HISTOGRAM;
  return {
    count: later.count - earlier.count,
    minNs: Math.max(lowestAt(first), later.minNs),
    maxNs: Math.min(highestAt(last), later.maxNs),
    indexes,
    counts,
  };
}

function combine(a: HistogramSnapshot, b: HistogramSnapshot, sign: 1 | -1): { indexes: number[]; counts: number[] } {
  const indexes: number[] = [];
  const counts: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.indexes.length || j < b.indexes.length) {
    const atA = a.indexes[i] ?? Infinity;
    const atB = b.indexes[j] ?? Infinity;
    let count = 0;
    if (atA <= atB) count += a.counts[i++]!;
    if (atB <= atA) count += sign * b.counts[j++]!;
    if (count === 0) continue;
    indexes.push(Math.min(atA, atB));
    counts.push(count);
  }
  return { indexes, counts };
}

/**
 * The value, in ns, that `percent` of all recorded ones do not exceed: the highest of its bucket, as HdrHistogram has it,
 * but never above the exact maximum. 0 while empty.
 */
export function percentileNs(histogram: HistogramSnapshot, percent: number): number {
  // One unit in the last place less, or what the division left behind would push 99.9 % of 1000 values to all of them.
  const wanted = Math.max(1, Math.ceil((Math.min(percent, 100) / 100) * histogram.count * (1 - Number.EPSILON)));
  let seen = 0;
  for (let i = 0; i < histogram.indexes.length; i++) {
    seen += histogram.counts[i]!;
    if (seen >= wanted) return Math.min(highestAt(histogram.indexes[i]!), histogram.maxNs);
  }
  return histogram.maxNs;
}

export function meanNs(histogram: HistogramSnapshot): number {
  if (histogram.count === 0) return 0;
  let sum = 0;
  for (let i = 0; i < histogram.indexes.length; i++) sum += medianAt(histogram.indexes[i]!) * histogram.counts[i]!;
  return sum / histogram.count;
}

/** Standard deviation of the population. */
export function stdevNs(histogram: HistogramSnapshot): number {
  if (histogram.count === 0) return 0;
  const mean = meanNs(histogram);
  let sum = 0;
  for (let i = 0; i < histogram.indexes.length; i++) {
    sum += (medianAt(histogram.indexes[i]!) - mean) ** 2 * histogram.counts[i]!;
  }
  return Math.sqrt(sum / histogram.count);
}
