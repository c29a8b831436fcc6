import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSources } from './sources.js';

describe('parseSources', () => {
  it.each([
    ['198.18.0.1', [['198.18.0.1', '198.18.0.1']]],
    ['127.0.0.1-127.0.0.8', [['127.0.0.1', '127.0.0.8']]],
    ['198.18.64.0/18', [['198.18.64.1', '198.18.127.254']]],
    ['198.18.0.5/24', [['198.18.0.1', '198.18.0.254']]],
    ['10.0.0.0/31', [['10.0.0.0', '10.0.0.1']]],
    ['10.0.0.7/32', [['10.0.0.7', '10.0.0.7']]],
    ['10.0.0.4/30', [['10.0.0.5', '10.0.0.6']]],
    ['0.0.0.0/0', [['0.0.0.1', '255.255.255.254']]],
    ['2001:db8::/126', [['2001:db8::', '2001:db8::3']]],
    ['::1-::ff', [['::1', '::ff']]],
    [
      '10.0.0.1, 10.0.1.0/30',
      [
        ['10.0.0.1', '10.0.0.1'],
        ['10.0.1.1', '10.0.1.2'],
      ],
    ],
  ])('%s', (text, ranges) => expect(parseSources(text)).toEqual(ranges));

  it.each([
    ['', /"" is not an address/],
    ['10.0.0.1,', /"" is not an address/],
    ['10.0.0', /"10\.0\.0" is not an address/],
    ['host', /"host" is not an address/],
    ['10.0.0.2-10.0.0.1', /ends before it begins; write 10\.0\.0\.1-10\.0\.0\.2/],
    ['10.0.0.1-::1', /mixes IPv4 and IPv6/],
    ['10.0.0.1,::1', /mixes IPv4 and IPv6/],
    ['10.0.0.1/33', /longer than an address \(at most \/32\)/],
    ['10.0.0.1/x', /is not an address/],
    ['10.0.0.1/8/8', /is not an address/],
    ['10.0.0.0/24-10.0.1.0', /is not an address/],
  ])('refuses "%s"', (text, message) => expect(() => parseSources(text)).toThrow(message));

  it('holds as many addresses as the prefix has hosts', () => {
    const number = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const [[first, last]] = parseSources(`${address}/${bits}`) as [[string, string]];
        const hosts = 2 ** (32 - bits);
        expect(number(last) - number(first) + 1).toBe(bits < 31 ? hosts - 2 : hosts);
        expect(Math.floor(number(first) / hosts)).toBe(Math.floor(number(address) / hosts));
      }),
    );
  });
});
