import { describe, expect, it } from 'vitest';
import { optionsOf } from './options.fixture.js';
import { serverProgram } from './server.js';

const read = { kind: 'expect', framing: { kind: 'any' } };

describe('serverProgram', () => {
  it.each([
    [{}, [{ kind: 'echo' }], []],
    [{ reply: 'echo' }, [{ kind: 'echo' }], []],
    [{ reply: 'none' }, [read, { kind: 'repeat', from: 0 }], []],
    [{ reply: 'fixed:3' }, [read, { kind: 'send', message: 0 }, { kind: 'repeat', from: 0 }], ['ABC']],
    [
      { reply: 'fixed:6', payload: 'PONG' },
      [read, { kind: 'send', message: 0 }, { kind: 'repeat', from: 0 }],
      ['PONGPO'],
    ],
  ])('turns %j into a program', (given, steps, messages) => {
    const program = serverProgram(optionsOf(given));
    expect(program.role).toBe('server');
    expect(program.steps).toEqual(steps);
    expect(program.messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(messages);
  });

  it('pushes messages that say when they left', () => {
    const { steps, messages } = serverProgram(optionsOf({ pushInterval: '10s', length: '16' }));
    expect(steps).toEqual([
      { kind: 'wait', time: { kind: 'period', ns: 10e9 } },
      { kind: 'send', message: 0 },
      { kind: 'repeat', from: 0 },
    ]);
    expect(messages[0]).toMatchObject({ patches: [{ kind: 'timestampNs', offset: 0, width: 8 }] });
    expect(messages[0]!.bytes).toHaveLength(16);
  });

  it.each([
    [{ reply: 'any' }, '--raw.reply "any" is not something to answer; use echo, none or fixed:N'],
    [{ reply: 'fixed:2147483648' }, 'has no length from 1 to 2147483647'],
    [{ payload: 'x' }, '--raw.payload has no place in --raw.reply echo; use --raw.reply fixed:N, or leave it out'],
    [{ payload: 'x', reply: 'none' }, '--raw.payload has no place in --raw.reply none'],
    [{ length: 64 }, '--raw.length has a meaning for mcc run, and for pushes; leave it out, or give'],
    [{ pushInterval: '1s', reply: 'echo' }, '--raw.push-interval answers nothing; leave out --raw.reply'],
  ])('refuses %j', (given, sentence) => {
    expect(() => serverProgram(optionsOf(given))).toThrow(sentence);
    expect(() => serverProgram(optionsOf(given))).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });
});
