import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions, kebabCase, plainValue } from './describe.js';
import { count, duration, flag, list, text } from './schemas.js';

const schema = z.object({
  conn: count({ min: 1 }).prefault('100').describe('connections').meta({ alias: 'c' }),
  thinkTime: duration().default(1_500_000_000),
  header: list().optional().meta({ placeholder: 'NAME: VALUE' }),
  keepalive: flag().default(true),
  io: z.enum(['auto', 'uring']).default('auto'),
  plain: z.coerce.number().optional(),
  plainFlag: z.boolean().optional(),
  plainList: z.array(z.string()).default([]),
  stack: text().meta({ otherNames: ['network-stack'] }),
});

describe('describeOptions', () => {
  const specs = Object.fromEntries(describeOptions(schema).map((spec) => [spec.key, spec]));

  it('reads alias, help, placeholder and default through wrappers', () => {
    expect(specs.conn).toEqual({
      key: 'conn',
      name: 'conn',
      otherNames: [],
      alias: 'c',
      form: 'value',
      placeholder: 'N',
      help: 'connections',
      isDuration: false,
      default: '100',
    });
  });

  it.each([
    ['thinkTime', { name: 'think-time', default: '1500ms', isDuration: true, placeholder: 'TIME' }],
    ['header', { form: 'list', placeholder: 'NAME: VALUE' }],
    ['keepalive', { form: 'flag', default: 'true' }],
    ['io', { placeholder: 'auto|uring', default: 'auto', form: 'value' }],
    ['plain', { form: 'value', placeholder: 'VALUE' }],
    ['plainFlag', { form: 'flag' }],
    ['plainList', { form: 'list' }],
    ['stack', { otherNames: ['network-stack'] }],
  ])('%s', (key, expected) => expect(specs[key]).toMatchObject(expected));

  it('knows the command that an option is for, and whether the report has it as it was given', () => {
    const fields = { both: text(), one: text().optional().meta({ only: 'serve', verbatim: true }) };
    const [both, one] = describeOptions(z.object(fields));
    expect([both?.only, both?.verbatim]).toEqual([undefined, undefined]);
    expect(one).toMatchObject({ only: 'serve', verbatim: true });
  });

  it('has no default where there is none', () => expect(specs.header).not.toHaveProperty('default'));

  it('dots the name of a plugin before its own', () => {
    expect(describeOptions(schema, 'http')[1]).toMatchObject({ plugin: 'http', name: 'http.think-time' });
  });
});

it('writes kebab-case', () => expect(kebabCase('expectSha256Hex')).toBe('expect-sha256-hex'));

it('writes values as a configuration file has them', () => {
  const [conn, thinkTime] = describeOptions(schema);
  expect(plainValue(thinkTime!, 2_000_000_000)).toBe('2s');
  expect(plainValue(conn!, 2_000_000_000)).toBe(2_000_000_000);
  expect(plainValue(conn!, 2n ** 63n)).toBe('9223372036854775808');
});
