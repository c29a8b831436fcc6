import { describe, expect, it } from 'vitest';
import { clientProgram } from './client.js';
import { optionsOf } from './options.fixture.js';

const send = { kind: 'send', message: 0 };
const read = { kind: 'expect', framing: { kind: 'any' } };
const again = { kind: 'repeat', from: 0 };

describe('clientProgram', () => {
  it.each([
    [{}, [send, read, again]],
    [{ reply: 'none' }, [send, { kind: 'expect', framing: { kind: 'none' } }, again]],
    [{ thinkTime: '2' }, [send, read, { kind: 'wait', time: { kind: 'constant', ns: 2e9 } }, again]],
    [{ heartbeat: '1m' }, [{ kind: 'wait', time: { kind: 'period', ns: 60e9 } }, send, read, again]],
    [{ burst: 1, requestRatio: '1.0', priorityLevel: '1' }, [send, read, again]],
    [
      { epoch: '1s', requestRatio: '0.2', burst: '1000' },
      [{ kind: 'wait', time: { kind: 'period', ns: 1e9, share: 0.2, burst: 1000 } }, send, read, again],
    ],
    [{ reply: 'push', length: '32' }, [{ kind: 'receive', framing: { kind: 'fixed', bytes: 32 }, sentAt: 0 }, again]],
    [{ reply: 'push', length: '4' }, [{ kind: 'receive', framing: { kind: 'fixed', bytes: 4 } }, again]],
  ])('turns %j into steps', (given, steps) => {
    expect(clientProgram(optionsOf(given)).steps).toEqual(steps);
  });

  it('is plain data with one message', () => {
    const program = clientProgram(optionsOf({ payload: 'PING', length: 6 }));
    expect(program.role).toBe('client');
    expect(program.messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['PINGPI']);
    expect(structuredClone(program).steps).toEqual(program.steps);
  });

  it('deals the connections out to priorities, each a class of its own', () => {
    expect(clientProgram(optionsOf({ priorityLevel: '2' }))).toMatchObject({
      priorities: 2,
      classes: ['priority 0', 'priority 1'],
    });
  });

  it('has a message of the largest size where departures have sizes, and cuts it', () => {
    const program = clientProgram(optionsOf({ payload: 'ab' }), { messageBytesMax: 5 });
    expect(program).toMatchObject({ sized: true, messages: [{ bytes: Buffer.from('ababa') }] });
    expect(clientProgram(optionsOf({ payload: 'ab' }))).not.toHaveProperty('sized');
    expect(() => clientProgram(optionsOf({ length: 5 }), { messageBytesMax: 5 })).toThrow(
      '--raw.length contradicts the sizes of --arrival file:; leave out one of them',
    );
  });

  it('says when lost connections are opened again', () => {
    expect(clientProgram(optionsOf({ reconnect: '1s-60s' }))).toMatchObject({ reconnect: { minNs: 1e9, maxNs: 60e9 } });
    expect(clientProgram(optionsOf())).not.toHaveProperty('reconnect');
  });

  it.each([
    [{ burst: 2 }, '--raw.burst is about the connections of an epoch; give --raw.epoch too, or leave it out'],
    [{ requestRatio: 0.5 }, '--raw.request-ratio is about the connections of an epoch'],
    [{ epoch: '1s', heartbeat: '1s' }, '--raw.epoch and --raw.heartbeat are both a period; leave out one of them'],
    [{ epoch: '1s', thinkTime: '1s' }, '--raw.epoch sends at a period, with no time to think; leave out one'],
    [{ reply: 'push', heartbeat: '1s' }, '--raw.heartbeat is about sending, and --raw.reply push sends nothing'],
    [{ reconnect: 'soon' }, '--raw.reconnect "soon" is neither never nor a delay'],
    [{ heartbeat: '1s', thinkTime: '1s' }, '--raw.heartbeat sends at a period, with no time to think; leave out one'],
    [{ payload: '' }, '--raw.payload is empty'],
    [{ reply: 'echo' }, '--raw.reply echo is what mcc serve answers'],
  ])('refuses %j before the run', (given, sentence) => {
    expect(() => clientProgram(optionsOf(given))).toThrow(sentence);
    expect(() => clientProgram(optionsOf(given))).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });
});
