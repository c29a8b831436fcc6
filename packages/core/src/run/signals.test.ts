import { describe, expect, it } from 'vitest';
import { TestIo } from '../fixtures/requests.js';
import { signalExitCode, StopSignals } from './signals.js';

describe('StopSignals', () => {
  it('gives the first signal and exits at the second', async () => {
    const io = new TestIo();
    const signals = new StopSignals(io);
    expect(signals.received).toBeUndefined();
    io.send('SIGTERM');
    expect(await signals.first).toBe('SIGTERM');
    expect(signals.received).toBe('SIGTERM');
    expect(io.exits).toEqual([]);
    io.send('SIGINT');
    expect(io.exits).toEqual([130]);
  });

  it('leaves no listener behind', () => {
    const io = new TestIo();
    const signals = new StopSignals(io);
    expect(io.listeners).toBe(2);
    signals.release();
    expect(io.listeners).toBe(0);
  });

  it('knows the exit codes of shells', () => {
    expect([signalExitCode('SIGINT'), signalExitCode('SIGTERM')]).toEqual([130, 143]);
  });
});
