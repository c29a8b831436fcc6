/** Reads an even number of hex digits, spaces between pairs allowed; undefined: they are not. */
export function parseHex(digits: string): Uint8Array | undefined {
  const pairs = digits.trim().split(/\s+/).join('');
  if (!/^(?:[0-9a-f]{2})*$/i.test(pairs)) return undefined;
  return Uint8Array.from(Buffer.from(pairs, 'hex'));
}
