import { MccError } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { clientProgram } from './client.js';
import { optionsOf, TARGET } from './options.fixture.js';

const framing = { kind: 'http1', head: false, expectStatus: [[200, 399]] };
const send = { kind: 'send', message: 0 };
const read = { kind: 'expect', framing };
const again = { kind: 'repeat', from: 0 };

function stepsOf(given: Readonly<Record<string, unknown>>) {
  return clientProgram(optionsOf(given), TARGET).steps;
}

describe('clientProgram', () => {
  it.each([
    [{}, [send, read, again]],
    [{ keepalive: 'false' }, [send, read, { kind: 'close' }, again]],
    [{ pipeline: '3' }, [send, send, send, read, read, read, again]],
    [{ thinkTime: '5ms' }, [send, read, { kind: 'wait', time: { kind: 'constant', ns: 5_000_000 } }, again]],
    [
      { keepalive: false, thinkTime: '1s' },
      [send, read, { kind: 'close' }, { kind: 'wait', time: { kind: 'constant', ns: 1e9 } }, again],
    ],
    [{ method: 'HEAD' }, [send, { ...read, framing: { ...framing, head: true } }, again]],
  ])('turns %j into steps', (given, steps) => {
    expect(stepsOf(given)).toEqual(steps);
  });

  it('tells families of status codes apart, and nothing else unless there are several requests', () => {
    const { classes, outcomeClasses, mixes, tables } = clientProgram(optionsOf(), TARGET);
    expect(classes).toEqual(['3xx', '4xx', '5xx', 'other']);
    expect(outcomeClasses).toContainEqual({ from: 400, to: 499, class: 1 });
    expect([mixes, tables]).toEqual([undefined, undefined]);
  });

  it('is plain data with one message', () => {
    const program = clientProgram(optionsOf({ pipeline: 2 }), TARGET);
    expect(program.role).toBe('client');
    expect(program.messages).toHaveLength(1);
    expect(structuredClone(program)).toEqual(program);
  });

  it('asks the server to close when each request has a connection of its own', () => {
    const [message] = clientProgram(optionsOf({ keepalive: false }), TARGET).messages;
    expect(Buffer.from(message!.bytes).toString()).toContain('\r\nConnection: close\r\n');
  });

  it.each([
    [{ keepalive: false, pipeline: 2 }, '--http.pipeline needs connections that stay open; leave out --http.keepalive'],
    [{ method: 'G T' }, '--http.method'],
    [{ header: 'X' }, '--http.header'],
    [{ expectStatus: 'ok' }, '--http.expect-status'],
    [{ expectSha256: 'xyz' }, '--http.expect-sha256'],
  ])('refuses %j before the run', (given, sentence) => {
    expect(() => stepsOf(given)).toThrow(sentence);
    expect(() => stepsOf(given)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
    expect(() => stepsOf(given)).toThrow(MccError);
  });
});
