import { isIP } from 'node:net';

/** An IPv4 or IPv6 address as a number, with its family. Throws on anything else. */
export function addressValue(text: string): { readonly family: 4 | 6; readonly value: bigint } {
  const family = isIP(text);
  if (family === 4) return { family, value: joined(text.split('.').map(Number), 8n) };
  if (family === 6) return { family, value: joined(groups(text), 16n) };
  throw new TypeError(`Not an IP address: ${text}`);
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(text: string): boolean {
  const { family, value } = addressValue(text);
  return family === 4 ? value >> 24n === 127n : value === 1n;
}

/** How many addresses the inclusive ranges hold. */
export function countAddresses(ranges: readonly (readonly [first: string, last: string])[]): number {
  return Number(
    ranges.reduce((sum, [first, last]) => sum + addressValue(last).value - addressValue(first).value + 1n, 0n),
  );
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}

/** The eight groups of an IPv6 address in any of its text forms (RFC 4291 section 2.2). */
function groups(text: string): number[] {
  const withoutZone = text.split('%', 1)[0]!;
  const [head = '', tail] = withoutZone.split('::');
  const before = parsed(head);
  if (tail === undefined) return before;
  const after = parsed(tail);
  return [...before, ...Array.from<number>({ length: 8 - before.length - after.length }).fill(0), ...after];
}

function parsed(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const octets = group.split('.').map(Number);
    return [octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!];
  });
}
