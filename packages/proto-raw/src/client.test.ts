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
    [{ burst: 1, requestRatio: '1.0', priorityLevel: '0' }, [send, read, again]],
  ])('turns %j into steps', (given, steps) => {
    expect(clientProgram(optionsOf(given)).steps).toEqual(steps);
  });

  it('is plain data with one message', () => {
    const program = clientProgram(optionsOf({ payload: 'PING', length: 6 }));
    expect(program.role).toBe('client');
    expect(program.messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['PINGPI']);
    expect(structuredClone(program).steps).toEqual(program.steps);
  });

  it.each([
    [{ epoch: '1s' }, '--raw.epoch is not supported yet; use --raw.heartbeat to send at a period'],
    [{ burst: 2 }, '--raw.burst is not supported yet'],
    [{ requestRatio: 0.5 }, '--raw.request-ratio is not supported yet'],
    [{ priorityLevel: 1 }, '--raw.priority-level is not supported yet'],
    [{ heartbeat: '1s', thinkTime: '1s' }, '--raw.heartbeat sends at a period, with no time to think; leave out one'],
    [{ payload: '' }, '--raw.payload is empty'],
    [{ reply: 'echo' }, '--raw.reply echo is what mcc serve answers'],
  ])('refuses %j before the run', (given, sentence) => {
    expect(() => clientProgram(optionsOf(given))).toThrow(sentence);
    expect(() => clientProgram(optionsOf(given))).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });
});
