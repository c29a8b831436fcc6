import { readFileSync } from 'node:fs';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/**
 * When segments with data came to a TCP endpoint, in seconds from the first of them. The port alone does not tell them: a
 * client may speak from the same. The capture is of `--mtcp.pcap`.
 */
export function arrivalsAt(address: string, port: number, path: string): number[] {
  const file = readFileSync(path);
  if (file.readUInt32LE(0) !== MAGIC_NANOSECONDS) throw new Error(`${path} has no times in nanoseconds`);
  const times: number[] = [];
  let firstSecond: number | undefined;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length;) {
    const length = file.readUInt32LE(at + 8);
    const frame = file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    if (dataFor(address, port, frame)) {
      firstSecond ??= file.readUInt32LE(at);
      times.push(file.readUInt32LE(at) - firstSecond + file.readUInt32LE(at + 4) / 1e9);
    }
    at += RECORD_HEADER + length;
  }
  return times;
}

function dataFor(address: string, port: number, frame: Buffer): boolean {
  if (frame.length < ETHERNET + 40 || frame.readUInt16BE(12) !== 0x0800 || frame[ETHERNET + 9] !== 6) return false;
  const ip = frame.subarray(ETHERNET);
  const ipHeader = (ip.readUInt8(0) & 15) * 4;
  const tcpHeader = (ip.readUInt8(ipHeader + 12) >> 4) * 4;
  const isThere = ip.subarray(16, 20).join('.') === address && ip.readUInt16BE(ipHeader + 2) === port;
  return isThere && ip.readUInt16BE(2) > ipHeader + tcpHeader;
}

/**
 * Kolmogorov and Smirnov's statistic of the gaps between these times against the exponential distribution of this mean,
 * times the square root of their number. Above 1.628 the distribution is rejected at 1 %.
 */
export function exponentialKs(times: readonly number[], mean: number): number {
  const gaps = Float64Array.from(times.slice(1), (time, index) => time - (times[index] ?? 0)).sort();
  let worst = 0;
  for (const [index, gap] of gaps.entries()) {
    const expected = 1 - Math.exp(-gap / mean);
    worst = Math.max(worst, expected - index / gaps.length, (index + 1) / gaps.length - expected);
  }
  return worst * Math.sqrt(gaps.length);
}
