import { describe, expect, it } from 'vitest';
import { amount, bytes, count, exactRate, percent, plural, seconds, time } from './units.js';

describe('units', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [0.4213, '0.42'],
    [999, '999'],
    [999.6, '1.00k'],
    [1234, '1.23k'],
    [99_960, '100k'],
    [145_123, '145k'],
    [3_200_000, '3.20M'],
  ])('amount %d is %s', (value, text) => expect(amount(value)).toBe(text));

  it.each([
    [0, '0'],
    [0.45, '450 ns'],
    [45.6, '45.6 µs'],
    [999.9, '1.00 ms'],
    [1200, '1.20 ms'],
    [20_040, '20.0 ms'],
    [3_200_000, '3.20 s'],
    [3_600_000_000, '3600 s'],
  ])('%d microseconds are %s', (value, text) => expect(time(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1_200_000, '1.20 MB'],
    [186e6, '186 MB'],
    [12e12, '12.0 TB'],
  ])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0, '0 s'],
    [0.42, '0.42 s'],
    [10.0004, '10.0 s'],
    [99.96, '1 min 40 s'],
    [125, '2 min 5 s'],
    [180, '3 min'],
    [3599.7, '1 h'],
    [4200, '1 h 10 min'],
  ])('%d seconds are %s', (value, text) => expect(seconds(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.001, '<0.01 %'],
    [0.813, '0.81 %'],
    [71.54, '71.5 %'],
    [99.97, '>99.9 %'],
    [100, '100 %'],
  ])('%d percent are %s', (value, text) => expect(percent(value)).toBe(text));

  it('groups counts, and gives rates to the digit', () => {
    expect(count(1_449_812)).toBe('1,449,812');
    expect(count(999)).toBe('999');
    expect(exactRate(145_123.4)).toBe('145,123');
    expect(exactRate(12.345)).toBe('12.3');
    expect(exactRate(0)).toBe('0');
    expect(plural(1, 'worker')).toBe('1 worker');
    expect(plural(1200, 'error')).toBe('1,200 errors');
  });
});
