/** IPv4 addresses as numbers, as the native side has them. Ranges are inclusive. */
export type AddressRange = readonly [first: number, last: number];

/** Undefined for what is not a dotted IPv4 address. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** `10.0.0.0/8` as [network, prefix]; undefined for anything else. Bits beyond the prefix are dropped. */
export function parseSubnet(text: string): readonly [network: number, prefix: number] | undefined {
  const [base = '', length = '', ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  return [Math.floor(address / size) * size, Number(length)];
}

/**
 * A pool: addresses, prefixes (A/LEN) and ranges (A-B), separated by commas. The network and broadcast addresses of a
 * prefix shorter than /31 are left out, for they belong to no host (RFC 3021 section 2.1). Undefined when a part is none.
 */
export function parsePool(text: string): AddressRange[] | undefined {
  const ranges = text.split(',').map((part) => parseRange(part.trim()));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function parseRange(part: string): AddressRange | undefined {
  const subnet = parseSubnet(part);
  if (subnet !== undefined) {
    const [network, prefix] = subnet;
    const last = network + 2 ** (32 - prefix) - 1;
    return prefix < 31 ? [network + 1, last - 1] : [network, last];
  }
  const [from = '', to = from, ...rest] = part.split('-');
  const first = parseAddress(from.trim());
  const last = parseAddress(to.trim());
  if (first === undefined || last === undefined || first > last || rest.length > 0) return undefined;
  return [first, last];
}

export function countAddresses(pool: readonly AddressRange[]): number {
  return pool.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function poolHas(pool: readonly AddressRange[], address: number): boolean {
  return pool.some(([first, last]) => first <= address && address <= last);
}

/** The `index`th of `parts` parts of nearly equal size, in order. Parts of a pool that is too small are empty. */
export function partOfPool(pool: readonly AddressRange[], index: number, parts: number): AddressRange[] {
  const total = countAddresses(pool);
  const from = Math.floor((total * index) / parts);
  const to = Math.floor((total * (index + 1)) / parts);
  const part: AddressRange[] = [];
  let before = 0;
  for (const [first, last] of pool) {
    const size = last - first + 1;
    const start = Math.max(from - before, 0);
    const end = Math.min(to - before, size);
    if (start < end) part.push([first + start, first + end - 1]);
    before += size;
  }
  return part;
}
