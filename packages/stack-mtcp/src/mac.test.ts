import { expect, it } from 'vitest';
import { formatMac, macOfAddress, parseMac } from './mac.js';

it('reads a MAC', () => {
  expect(parseMac('02:00:aB:00:00:ff')).toEqual([2, 0, 0xab, 0, 0, 255]);
});

it.each(['', '02:00:00:00:00', '02-00-00-00-00-01', '01:00:5e:00:00:01', 'ff:ff:ff:ff:ff:ff', 'zz:00:00:00:00:01'])(
  'refuses "%s"',
  (text) => {
    expect(parseMac(text)).toBeUndefined();
  },
);

it('makes a MAC of an address, which is locally administered and no group', () => {
  expect(formatMac(macOfAddress(0xc6120001))).toBe('02:4d:c6:12:00:01');
});
