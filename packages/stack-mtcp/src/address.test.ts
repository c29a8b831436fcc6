import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countAddresses,
  formatAddress,
  parseAddress,
  parsePool,
  parseSubnet,
  partOfPool,
  poolHas,
  type AddressRange,
} from './address.js';

it('reads and writes every address', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address) => {
      expect(parseAddress(formatAddress(address))).toBe(address);
    }),
  );
  expect(parseAddress('198.18.0.1')).toBe(0xc6120001);
});

it.each(['', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'a.b.c.d', '::1', ' 1.2.3.4'])('refuses "%s" as an address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

it('reads subnets', () => {
  expect(parseSubnet('198.18.5.7/16')).toEqual([0xc6120000, 16]);
  expect(parseSubnet('0.0.0.0/0')).toEqual([0, 0]);
  expect(parseSubnet('1.2.3.4/32')).toEqual([0x01020304, 32]);
  for (const text of ['1.2.3.4', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/8/9', 'x/8']) {
    expect(parseSubnet(text)).toBeUndefined();
  }
});

describe('parsePool', () => {
  it.each([
    ['198.18.0.1', [['198.18.0.1', '198.18.0.1']]],
    ['198.18.0.1-198.18.0.9', [['198.18.0.1', '198.18.0.9']]],
    ['198.18.64.0/18', [['198.18.64.1', '198.18.127.254']]],
    [
      '10.0.0.0/31, 10.0.0.9',
      [
        ['10.0.0.0', '10.0.0.1'],
        ['10.0.0.9', '10.0.0.9'],
      ],
    ],
    ['10.64.0.0/10', [['10.64.0.1', '10.127.255.254']]],
  ])('reads %s', (text, expected) => {
    expect(parsePool(text)?.map((range) => range.map(formatAddress))).toEqual(expected);
  });

  it.each(['', '1.2.3.4,', '1.2.3.9-1.2.3.4', '1.2.3.4-', '1.2.3.4-1.2.3.5-1.2.3.6'])('refuses "%s"', (text) => {
    expect(parsePool(text)).toBeUndefined();
  });
});

it('divides a pool without loss, overlap or large differences', () => {
  const range = fc.tuple(fc.nat(50), fc.nat(50)).map(([gap, size]) => [gap, size] as const);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (shape, parts) => {
      let at = 0;
      const pool = shape.map(([gap, size]): AddressRange => [(at += gap + 1), (at += size)]);
      const divided = Array.from({ length: parts }, (_, index) => partOfPool(pool, index, parts));
      const addresses = (ranges: readonly AddressRange[]) =>
        ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
      expect(divided.flatMap(addresses)).toEqual(addresses(pool));
      const sizes = divided.map(countAddresses);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

it('finds addresses in a pool', () => {
  const pool = parsePool('10.0.0.1-10.0.0.3,10.0.0.9')!;
  expect([1, 3, 9].map((last) => poolHas(pool, 0x0a000000 + last))).toEqual([true, true, true]);
  expect([0, 4, 10].map((last) => poolHas(pool, 0x0a000000 + last))).toEqual([false, false, false]);
});
