import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions } from './describe.js';
import { peekArgv, scanArgv, unknownLetters } from './scan-argv.js';
import { count, flag, list, text } from './schemas.js';

const specs = [
  ...describeOptions(
    z.object({
      conn: count().meta({ alias: 'c' }),
      connectTimeout: text(),
      stack: text().meta({ otherNames: ['network-stack'] }),
      threshold: list(),
      help: flag().meta({ alias: 'h' }),
    }),
  ),
  ...describeOptions(z.object({ keepalive: flag(), header: list(), path: text().meta({ alias: 't' }) }), 'http'),
  ...describeOptions(z.object({ io: text() }), 'kernel'),
];

function scan(...args: string[]): Record<string, unknown> {
  const { options, positionals } = scanArgv(args, specs);
  const values = Object.fromEntries([...options].map(([name, { value }]) => [name, value]));
  return positionals.length === 0 ? values : { ...values, _: positionals };
}

describe('scanArgv', () => {
  it.each<[string[], Record<string, unknown>]>([
    [[], {}],
    [['--conn', '007'], { conn: '007' }],
    [['--conn=007'], { conn: '007' }],
    [['-c', '10'], { conn: '10' }],
    [['-c10'], { conn: '10' }],
    [['-c=10'], { conn: '10' }],
    [['--conn', '-5'], { conn: '-5' }],
    [['--conn', '-.5'], { conn: '-.5' }],
    [['--stack', '-'], { stack: '-' }],
    [['--stack=-x'], { stack: '-x' }],
    [['--stack='], { stack: '' }],
    [['--stack=a=b'], { stack: 'a=b' }],
    [['--network-stack', 'x'], { stack: 'x' }],
    [['--threshold', 'a', '--threshold=b'], { threshold: ['a', 'b'] }],
    [['--http.keepalive'], { 'http.keepalive': '' }],
    [['--http.keepalive', 'false'], { 'http.keepalive': 'false' }],
    [['--http.keepalive=false'], { 'http.keepalive': 'false' }],
    [['--http.keepalive', 'host:80'], { 'http.keepalive': '', _: ['host:80'] }],
    [['--http.header', 'A: 1', '--kernel.io', 'epoll'], { 'http.header': ['A: 1'], 'kernel.io': 'epoll' }],
    [['-t', '/x'], { 'http.path': '/x' }],
    [['-h'], { help: '' }],
    [['a', '--', '--conn', '-x'], { _: ['a', '--conn', '-x'] }],
    [['-'], { _: ['-'] }],
  ])('%j', (args, expected) => expect(scan(...args)).toEqual(expected));

  it.each([
    [['--con', '1'], 'unknown option --con, did you mean --conn?'],
    [['--connectTimeout', '1'], 'unknown option --connectTimeout, did you mean --connect-timeout?'],
    [['--banana'], 'unknown option --banana'],
    [['--http.keepalve'], 'unknown option --http.keepalve, did you mean --http.keepalive?'],
    [['--htpt.path', '/'], 'unknown option --htpt.path, did you mean --http.path?'],
    [['--mqtt.topic', 'x'], 'unknown option --mqtt.topic: no chosen plugin named mqtt has options'],
    [['-x'], 'unknown option -x'],
    [['-hx'], 'unknown option -hx'],
    [['-conn', '1'], '"onn"'],
    [['--conn'], '--conn needs a value (N)'],
    [['-c'], '-c needs a value (N)'],
    [['--stack', '--conn'], '--stack needs a value (TEXT); write --stack=VALUE if it begins with a dash'],
    [['--conn', '1', '-c', '2'], '-c is given twice'],
    [['--stack', 'a', '--network-stack=b'], '--network-stack is given twice'],
  ])('%j: %s', (args, message) => {
    if (message === '"onn"') expect(scan(...args)).toEqual({ conn: 'onn', _: ['1'] });
    else expect(() => scan(...args)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE', message, exitCode: 2 }));
  });

  it('gives back any value that is written with =', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(scan(`--stack=${value}`)).toEqual({ stack: value });
      }),
    );
  });

  it('either reads any command line or says what is wrong with it', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('--conn', '-c', '--', '--http.keepalive', '=', '--http.header'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        try {
          scan(...args);
        } catch (error) {
          expect(error).toMatchObject({ code: 'MCC_ERR_USAGE' });
        }
      }),
    );
  });
});

describe('peekArgv', () => {
  it.each([
    [['--stack', 'a'], ['a']],
    [['--unknown', 'x', '--stack=b', '-c', '1'], ['b']],
    [
      ['--stack', 'a', '--network-stack', 'b'],
      ['a', 'b'],
    ],
    [['--', '--stack', 'a'], []],
    [['--stack'], []],
    [['--stack', '--conn'], []],
  ])('%j', (args, expected) => expect(peekArgv(args, ['stack', 'network-stack'])).toEqual(expected));
});

describe('unknownLetters', () => {
  it.each([
    [['-c', '5', '-t1', '--stack', 'a'], []],
    [
      ['-c', '5', '-l', '64', '-e1', '-l=2'],
      ['l', 'e', 'l'],
    ],
    [['--conn', '-5', '--stack', '-', '-.5'], []],
    [['-c', '1', '--', '-l'], []],
  ])('%j', (args, expected) => expect(unknownLetters(args, specs)).toEqual(expected));
});
