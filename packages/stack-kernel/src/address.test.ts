import { describe, expect, it } from 'vitest';
import { addressValue, countAddresses, isLoopback } from './address.js';

describe('addressValue', () => {
  it.each([
    ['0.0.0.0', 4, 0n],
    ['198.18.0.1', 4, 0xc6120001n],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['fd00::', 6, 0xfd00n << 112n],
    ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n],
    ['::ffff:1.2.3.4', 6, 0xffff01020304n],
    ['fe80::1%eth0', 6, (0xfe80n << 112n) + 1n],
  ])('reads %s', (text, family, value) => {
    expect(addressValue(text)).toEqual({ family, value });
  });

  it('refuses what is no address', () => {
    expect(() => addressValue('localhost')).toThrow('Not an IP address: localhost');
  });
});

it('tells loopback addresses', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1'].map(isLoopback)).toEqual([true, true, true]);
  expect(['128.0.0.1', '::2', '198.18.0.1'].map(isLoopback)).toEqual([false, false, false]);
});

it('counts the addresses of ranges', () => {
  expect(
    countAddresses([
      ['10.0.0.250', '10.0.1.5'],
      ['::1', '::1'],
    ]),
  ).toBe(13);
});
