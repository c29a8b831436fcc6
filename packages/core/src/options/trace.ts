import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { firstLine, usageError } from './raw.js';
import { isSystemError, unreadable } from './unreadable.js';

/** Departures as they were recorded, in the order of time. */
export interface Trace {
  /** Nanoseconds from the start of the load. */
  readonly departuresNs: Float64Array;
  /** Size of each departure's message in bytes; absent when the file has none. */
  readonly messageBytes?: Uint32Array;
}

/** The most that a message of a program holds. */
const MESSAGE_BYTES_MAX = 2 ** 31 - 1;
/** As for any duration: 500 hours. */
const TIME_MAX_S = 1_800_000;

/**
 * Reads the file of `--arrival file:PATH`. One departure per line: seconds from the start of the load, in decimals, and
 * optionally the size of the message in bytes, apart by blanks or a comma. `#` begins a comment. Times must not go back,
 * and either every line has a size or none. Throws MCC_ERR_USAGE, with the number of the line.
 */
export async function readTrace(path: string): Promise<Trace> {
  const times: number[] = [];
  const sizes: number[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      number += 1;
      const fields = line.replace(/#.*/, '').trim();
      if (fields !== '') addDeparture(fields, times, sizes);
    }
  } catch (error) {
    if (isSystemError(error)) throw unreadable(`--arrival file:${path}`, error);
    const where = number === 0 ? '' : ` line ${number}`;
    throw usageError(`--arrival file:${path}${where}: ${firstLine(error)}`, error);
  }
  if (times.length === 0)
    throw usageError(`--arrival file:${path} has no departures: write one time, in seconds, a line`);
  const departuresNs = Float64Array.from(times);
  return sizes.length === 0 ? { departuresNs } : { departuresNs, messageBytes: Uint32Array.from(sizes) };
}

/** Reads one line into the columns. Throws an Error that says what is wrong with it. */
function addDeparture(line: string, times: number[], sizes: number[]): void {
  const [time = '', size, ...rest] = line.split(/[\s,]+/);
  if (rest.length > 0) throw new Error(`"${line}" is more than a time and a size`);
  const ns = parseSeconds(time);
  if (ns < (times.at(-1) ?? 0)) throw new Error(`${time} is earlier than the line before it: sort the file by time`);
  if (times.length > 0 && (size === undefined) !== (sizes.length === 0)) {
    throw new Error(
      `it has ${size === undefined ? 'no' : 'a'} size, unlike the lines before it: give all of them one, or none`,
    );
  }
  times.push(ns);
  if (size !== undefined) sizes.push(parseBytes(size));
}

function parseSeconds(text: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text)) throw new Error(`"${text}" is not a time in seconds, such as 0.000125`);
  if (Number(text) > TIME_MAX_S) throw new Error(`${text} seconds are too many: at most 500 hours`);
  // The shift by nine digits is exact, as a multiplication by 1e9 would not be.
  return Math.round(Number(`${text}e9`));
}

function parseBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : 0;
  if (bytes < 1 || bytes > MESSAGE_BYTES_MAX) {
    throw new Error(`"${text}" is not a size in bytes, from 1 to ${MESSAGE_BYTES_MAX}`);
  }
  return bytes;
}
