import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions } from './describe.js';
import { mergeRaw, type RawOptions } from './raw.js';
import { count, duration, flag, list } from './schemas.js';
import { optionsForReport, validateOptions } from './validate.js';

const schema = z
  .object({
    conn: count({ min: 1 }).prefault('100'),
    time: duration().prefault('10s'),
    io: z.enum(['auto', 'uring', 'epoll']).default('auto'),
    port: z.coerce.number().int().min(1).max(65535).optional(),
    needed: list(),
    plainFlag: z.boolean().optional(),
    plainList: z.array(z.string()).optional(),
    ours: flag().optional(),
    pairs: list()
      .transform((values) => values.map((value) => value.split('-').map(Number)))
      .optional(),
    address: z
      .string()
      .transform((value) => Number(value.replaceAll('.', '')))
      .optional()
      .meta({ verbatim: true }),
    range: z
      .string()
      .transform((value) => value.split('-').map(Number))
      .prefault('1-9'),
    bytes: z
      .string()
      .transform((value) => new TextEncoder().encode(value))
      .optional(),
  })
  .refine((options) => options.conn !== 13, { error: 'thirteen is unlucky' });
const specs = describeOptions(schema);

function given(values: Record<string, unknown>): RawOptions {
  const named = specs.filter((spec) => spec.name in values);
  return new Map(named.map((spec) => [spec.name, { spec, value: values[spec.name], label: `--${spec.name}` }]));
}

const read = (values: Record<string, unknown>) => validateOptions(schema, specs, given(values), 'plugin test');

describe('validateOptions', () => {
  it('fills in defaults and freezes all of it', () => {
    const options = read({ needed: ['a'], bytes: 'ab' });
    expect(options).toMatchObject({ conn: 100, time: 10e9, io: 'auto', needed: ['a'] });
    expect(Object.isFrozen(options) && Object.isFrozen(options.needed)).toBe(true);
  });

  it('reads the text of plain schemas too', () => {
    const options = read({ needed: 'one', 'plain-flag': '', 'plain-list': 'x', ours: 'false', port: '80' });
    expect(options).toMatchObject({ needed: ['one'], plainFlag: true, plainList: ['x'], ours: false, port: 80 });
  });

  it.each([
    [
      { conn: 'x', needed: [] },
      '--conn: "x" is not a whole number: use digits, or k, m or g for powers of 1000, such as 3.2m',
    ],
    [{ conn: '0', needed: [] }, '--conn: "0" is too small: at least 1'],
    [{}, '--needed is required'],
    [{ io: 'urng', needed: [] }, '--io: "urng" is not one of auto, uring, epoll, did you mean uring?'],
    [{ port: 'x', needed: [] }, '--port: "x" is not a number'],
    [{ port: '0', needed: [] }, '--port: "0" is too small: at least 1'],
    [{ port: '65536', needed: [] }, '--port: "65536" is too large: at most 65535'],
    [{ 'plain-flag': 'maybe', needed: [] }, '--plain-flag: "maybe" is not a boolean'],
    [{ conn: '13', needed: [] }, 'plugin test: thirteen is unlucky'],
  ])('%j', (values, message) => {
    expect(() => read(values)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE', message }));
  });
});

it('reports every option in force as plain JSON', () => {
  const values = given({ time: '1500ms', needed: ['a'], pairs: ['1-2', '3-4'], bytes: 'ab', address: '10.0.0.1' });
  const report = optionsForReport(specs, values, validateOptions(schema, specs, values, 'x'));
  const asGiven = { needed: ['a'], pairs: ['1-2', '3-4'], range: '1-9', bytes: 'ab', address: '10.0.0.1' };
  expect(report).toEqual({ conn: 100, time: '1500ms', io: 'auto', ...asGiven });
});

it('lets later layers override earlier ones', () => {
  const merged = mergeRaw(given({ conn: '1', needed: ['a', 'b'] }), given({ needed: ['c'] }));
  expect([merged.get('conn')?.value, merged.get('needed')?.value]).toEqual(['1', ['c']]);
});
