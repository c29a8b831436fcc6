import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { count, duration, flag, formatDuration, list, rate, size, text } from './schemas.js';

/** What the schema makes of the input, or the first sentence of its refusal. */
function read(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input);
  return result.success ? result.data : result.error.issues[0]!.message;
}

describe('duration', () => {
  it.each([
    ['10s', 10e9],
    ['3m', 180e9],
    ['2h', 7200e9],
    ['500ms', 500e6],
    ['250us', 250e3],
    ['250µs', 250e3],
    ['100ns', 100],
    ['10', 10e9],
    [10, 10e9],
    [0.5, 500e6],
    ['0', 0],
    ['.5s', 500e6],
    ['0.1s', 100e6],
    ['1.1ms', 1_100_000],
  ])('%s is %d ns', (input, ns) => expect(read(duration(), input)).toBe(ns));

  it.each(['10x', '', '-1s', '1e3', 's', '1 s', '10S', '1s2', 'NaN', 'Infinity'])('refuses "%s"', (input) => {
    expect(read(duration(), input)).toBe(
      `"${input}" is not a duration: use a number with ns, us, ms, s, m or h, such as 500ms`,
    );
  });

  it('holds its bounds, and names them with a unit', () => {
    const bounded = duration({ min: 1e6, max: 60e9 });
    expect(read(bounded, '999us')).toBe('"999us" is too small: at least 1ms');
    expect(read(bounded, '61s')).toBe('"61s" is too large: at most 1m');
    expect(read(bounded, '1m')).toBe(60e9);
  });

  it('refuses what is neither text nor number', () => {
    expect(read(duration(), true)).toMatch(/^true is not a duration: /);
    expect(read(duration(), undefined)).toBe('is required');
    expect(read(duration(), ['1s'])).toMatch(/^\["1s"\] is not a duration: /);
  });

  it('reads back what formatDuration wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (ns) => {
        expect(read(duration(), formatDuration(ns))).toBe(ns);
      }),
    );
  });
});

describe('rate', () => {
  it.each([
    ['0.5', 0.5],
    ['2.5k', 2500],
    ['1.0005k', 1000.5],
    ['100m', 100e6],
    [7, 7],
  ])('%s is %d', (input, value) => expect(read(rate(), input)).toBe(value));

  it.each(['fast', '', '-1', '1/2', '1e3'])('refuses "%s"', (input) => {
    expect(read(rate(), input)).toBe(
      `"${input}" is not a rate: use a number per second, or k, m or g for powers of 1000, such as 2.5k`,
    );
  });
});

describe('count', () => {
  it.each([
    ['0', 0],
    ['100', 100],
    [100, 100],
    ['100k', 100_000],
    ['3.2m', 3_200_000],
    ['1g', 1e9],
    ['1K', 1000],
    ['1.001k', 1001],
    ['2.0', 2],
  ])('%s is %d', (input, value) => expect(read(count(), input)).toBe(value));

  it.each(['1.5', '1.0001k', '-1', '1e3', '', 'k', '10x', '0x10', '1_000'])('refuses "%s"', (input) => {
    expect(read(count(), input)).toBe(
      `"${input}" is not a whole number: use digits, or k, m or g for powers of 1000, such as 3.2m`,
    );
  });

  it('holds its bounds', () => {
    expect(read(count({ min: 1 }), '0')).toBe('"0" is too small: at least 1');
    expect(read(count({ max: 10 }), 11)).toBe('11 is too large: at most 10');
    expect(read(count(), '99999999999999999999')).toMatch(/is too large: at most/);
  });

  it('never gives anything but a whole number', () => {
    fc.assert(
      fc.property(fc.string(), (input) => {
        const result = count().safeParse(input);
        expect(!result.success || Number.isSafeInteger(result.data)).toBe(true);
      }),
    );
  });
});

describe('size', () => {
  it.each([
    ['1', 1],
    ['1b', 1],
    ['1k', 1024],
    ['1kb', 1024],
    ['1KiB', 1024],
    ['1m', 1024 ** 2],
    ['1.5k', 1536],
    ['2GB', 2 * 1024 ** 3],
    [512, 512],
  ])('%s is %d bytes', (input, bytes) => expect(read(size(), input)).toBe(bytes));

  it.each(['0.1k', '1ib', '-1', 'kb', '1t'])('refuses "%s"', (input) => {
    expect(read(size(), input)).toMatch(/ is not a size: use bytes, or k, m or g/);
  });
});

describe('flag', () => {
  it.each([
    [true, true],
    ['true', true],
    ['', true],
    [false, false],
    ['false', false],
  ])('%j is %s', (input, value) => expect(read(flag(), input)).toBe(value));

  it('refuses the rest', () => {
    expect(read(flag(), 'yes')).toBe('"yes" is neither true nor false');
    expect(read(flag(), 1)).toBe('1 is not a switch: use true or false');
  });
});

describe('list and text', () => {
  it('makes a list of one, and keeps commas', () => {
    expect(read(list(), 'Accept: a, b')).toEqual(['Accept: a, b']);
    expect(read(list(), ['a', 1])).toEqual(['a', '1']);
    expect(read(list(), undefined)).toBe('is required');
  });

  it('keeps text as typed', () => {
    expect(read(text(), '007')).toBe('007');
    expect(read(text(), 7)).toBe('7');
    expect(read(text(), {})).toBe('{} is not a text: use a string');
  });

  it('keeps its metadata under wrappers', () => {
    expect(z.object({ a: list().optional() }).safeParse({}).data).toEqual({});
    expect(list().describe('x').meta()).toMatchObject({ form: 'list', description: 'x' });
  });
});
