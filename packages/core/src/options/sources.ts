import ipaddr from 'ipaddr.js';
import { usageError } from './raw.js';

/** First and last address of a range, both included, in text form. */
export type AddressRange = readonly [first: string, last: string];

/**
 * Reads `--source`: addresses, prefixes (ADDR/LEN) and ranges (ADDR-ADDR), separated by commas. The network and broadcast
 * addresses of an IPv4 prefix shorter than /31 are left out, for they belong to no host (RFC 3021 section 2.1).
 */
export function parseSources(text: string): AddressRange[] {
  const ranges = text.split(',').map((part) => parseRange(part.trim()));
  const families = new Set(ranges.map(([first]) => ipaddr.parse(first).kind()));
  if (families.size > 1) throw usageError('--source mixes IPv4 and IPv6 addresses; a run uses one of them');
  return ranges;
}

function parseRange(part: string): AddressRange {
  if (part.includes('/')) return parsePrefix(part);
  const [first = '', last = first, ...rest] = part.split('-');
  if (rest.length > 0 || !isAddress(first) || !isAddress(last)) throw notASource(part);
  const from = ipaddr.parse(first);
  const to = ipaddr.parse(last);
  if (from.kind() !== to.kind()) throw usageError(`--source: ${part} mixes IPv4 and IPv6`);
  if (compareBytes(from.toByteArray(), to.toByteArray()) > 0) {
    throw usageError(`--source: ${part} ends before it begins; write ${last}-${first}`);
  }
  return [from.toString(), to.toString()];
}

function parsePrefix(part: string): AddressRange {
  const [address = '', length = '', ...rest] = part.split('/');
  if (rest.length > 0 || !isAddress(address) || !/^\d{1,3}$/.test(length)) throw notASource(part);
  const base = ipaddr.parse(address).toByteArray();
  const bits = Number(length);
  const width = base.length * 8;
  if (bits > width) throw usageError(`--source: /${length} of ${part} is longer than an address (at most /${width})`);
  const first = base.map((byte, index) => byte & ~hostMask(bits, index));
  const last = base.map((byte, index) => byte | hostMask(bits, index));
  if (width === 32 && bits < 31) {
    // Neither can carry: the host part of the first is all zeros, that of the last all ones.
    first[3]! += 1;
    last[3]! -= 1;
  }
  return [ipaddr.fromByteArray(first).toString(), ipaddr.fromByteArray(last).toString()];
}

/** The bits of byte `index` that lie beyond a prefix of `bits`. */
function hostMask(bits: number, index: number): number {
  return 0xff >> Math.min(8, Math.max(0, bits - index * 8));
}

function compareBytes(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((byte, position) => byte !== b[position]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function notASource(part: string) {
  return usageError(`--source: "${part}" is not an address, ADDR/LEN or ADDR-ADDR`);
}
