import { MccError, STATS_BYTES, type Program, type WorkerContext } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { openPort, type NativeStack } from './open-port.js';

const context: WorkerContext = {
  role: 'client',
  connections: 1,
  workers: 1,
  endpoints: [],
  sources: [],
  options: {},
  workerIndex: 0,
  sessions: 1,
  firstConnectionId: 0,
  setupTimeNs: 0,
  connectTimeoutNs: 1,
  timeoutNs: 1,
  seed: 1n,
  stats: new SharedArrayBuffer(STATS_BYTES),
};
const program: Program = { role: 'client', messages: [], steps: [{ kind: 'handler' }] };

/** An addon that notes its calls. */
function recording(overrides: Partial<NativeStack> = {}) {
  const calls: unknown[][] = [];
  const handle = {};
  const native: NativeStack = {
    open: (...args) => (calls.push(['open', ...args]), handle),
    load: (...args) => void calls.push(['load', ...args]),
    submit: (...args) => void calls.push(['submit', ...args]),
    poll: (...args) => (calls.push(['poll', ...args]), 24),
    facts: () => ({ io: 'test' }),
    close: (...args) => void calls.push(['close', ...args]),
    ...overrides,
  };
  return { native, calls, handle };
}

describe('openPort', () => {
  it('gives the addon the stats block and the buffer that it reads events from', () => {
    const { native, calls, handle } = recording();
    const options = { io: 'auto' };
    const port = openPort(native, context, options);
    const [, gotContext, gotOptions, stats, events] = calls[0]!;
    expect(gotContext).toBe(context);
    expect(gotOptions).toBe(options);
    expect((stats as Uint8Array).buffer).toBe(context.stats);
    expect(events).toBe(port.events);

    const commands = new Uint8Array(16);
    port.load(program);
    port.submit(commands, 16);
    expect(port.poll(500)).toBe(24);
    expect(port.facts()).toEqual({ io: 'test' });
    port.close();
    expect(calls.slice(1)).toEqual([
      ['load', handle, program],
      ['submit', handle, commands, 16],
      ['poll', handle, 500],
      ['close', handle],
    ]);
  });

  it('turns the errors of the addon into coded ones', () => {
    const thrown = (error: Error) => {
      const { native } = recording({
        load: () => {
          throw error;
        },
      });
      try {
        openPort(native, context, {}).load(program);
      } catch (caught) {
        return caught as MccError;
      }
      return undefined;
    };
    const known = thrown(Object.assign(new Error('Step 3 is wrong.'), { code: 'MCC_ERR_PROGRAM', remedy: 'Mend it.' }));
    expect(known).toBeInstanceOf(MccError);
    expect(known).toMatchObject({ code: 'MCC_ERR_PROGRAM', message: 'Step 3 is wrong.', remedy: 'Mend it.' });
    expect(thrown(Object.assign(new Error('x'), { code: 'MCC_ERR_LISTEN' }))?.remedy).toContain('--listen');
    expect(thrown(Object.assign(new Error('odd'), { code: 'toString' }))?.code).toBe('MCC_ERR_STACK');
  });
});
