import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { API_VERSION, definePlugin, REPORTER } from '../contracts/plugin.js';
import type { Reporter } from '../contracts/reporter.js';
import { MccError } from '../errors.js';
import { loaded, TestIo } from '../fixtures/requests.js';
import { sampleInterval, sampleProgress, sampleReport, sampleRunInfo } from '../testing/sample-report.js';
import { ReporterHost } from './reporters.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function host(...reporters: Reporter[]): { host: ReporterHost; io: TestIo } {
  const io = new TestIo();
  return { io, host: new ReporterHost(reporters, io.stderr) };
}

describe('ReporterHost', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('drops a reporter that %s, and keeps the others', async (_, onInterval) => {
    const healthy = { name: 'healthy', onInterval: vi.fn(), onEnd: vi.fn() };
    const broken = { name: 'broken', onInterval: vi.fn(onInterval), onEnd: vi.fn() };
    const { host: reporters, io } = host(broken, healthy);
    reporters.interval(sampleInterval());
    await vi.advanceTimersByTimeAsync(0);
    reporters.interval(sampleInterval());
    await reporters.end(sampleReport());
    expect(healthy.onInterval).toHaveBeenCalledTimes(2);
    expect(healthy.onEnd).toHaveBeenCalledOnce();
    expect(broken.onInterval).toHaveBeenCalledOnce();
    expect(broken.onEnd).not.toHaveBeenCalled();
    expect(io.text()).toBe('mcc: the reporter broken threw in onInterval and was dropped: boom\n');
  });

  it('drops a reporter that cannot start, but gives up on an output that cannot be written', async () => {
    const { host: reporters, io } = host({ name: 'shy', onStart: () => Promise.reject(new Error('no')) });
    await reporters.start(sampleRunInfo());
    expect(io.text()).toContain('the reporter shy threw in onStart');
    const unwritable = new MccError('MCC_ERR_OUTPUT');
    const { host: fatal } = host({ name: 'file', onStart: () => Promise.reject(unwritable) });
    await expect(fatal.start(sampleRunInfo())).rejects.toBe(unwritable);
  });

  it('calls a reporter that has no name by that of its plugin', async () => {
    const io = new TestIo();
    const nameless = {
      onEnd: () => {
        throw new Error('boom');
      },
    };
    const plugin = definePlugin({
      kind: 'reporter',
      name: 'shy',
      apiVersion: API_VERSION,
      options: z.object({}),
      register: (container) => void container.register(REPORTER, { useValue: nameless }),
    });
    await ReporterHost.make([loaded(plugin)], io).end(sampleReport());
    expect(io.text()).toBe('mcc: the reporter shy threw in onEnd and was dropped: boom\n');
  });

  it('waits for the end, but not for ever', async () => {
    const { host: reporters, io } = host({ name: 'stuck', onEnd: () => new Promise(() => undefined) });
    const ended = reporters.end(sampleReport());
    await vi.advanceTimersByTimeAsync(30_000);
    await ended;
    expect(io.text()).toBe('mcc: the reporter stuck threw in onEnd and was dropped: it did not finish within 30 s\n');
    expect(reporters.outputLost).toBe(false);
  });

  it('knows when a report was lost', async () => {
    const { host: reporters, io } = host({ name: 'file', onEnd: () => Promise.reject(new MccError('MCC_ERR_OUTPUT')) });
    await reporters.end(sampleReport());
    expect(reporters.outputLost).toBe(true);
    expect(io.text()).toContain('The report could not be written. Check the path');
  });

  it('gives nobody anything to change', async () => {
    const vandal: Reporter = {
      name: 'vandal',
      onEnd: (report) => void ((report.requests as { sent: number }).sent = 0),
      onProgress: (progress) => void ((progress as { errorCount: number }).errorCount = 1),
    };
    const { host: reporters, io } = host(vandal);
    reporters.progress(sampleProgress());
    await vi.advanceTimersByTimeAsync(0);
    expect(io.text()).toContain('the reporter vandal threw in onProgress');
    const report = sampleReport();
    await host(vandal).host.end(report);
    expect(report.requests.sent).toBeGreaterThan(0);
  });

  it('gives nobody anything to change at the start either, however deep', async () => {
    const run = sampleRunInfo();
    const vandal: Reporter = {
      name: 'vandal',
      onStart: ({ options }) => void ((options.http as { path: string }).path = '/elsewhere'),
    };
    const { host: reporters, io } = host(vandal);
    await reporters.start(run);
    expect(io.text()).toContain('the reporter vandal threw in onStart');
    expect(run.options.http).toEqual({ path: '/' });
  });

  it('reports what a protocol gives, even what cannot be frozen', async () => {
    const onEnd = vi.fn();
    const report = sampleReport({ protocol: { digest: new Uint8Array(32) } });
    await host({ name: 'healthy', onEnd }).host.end(report);
    expect(onEnd).toHaveBeenCalledWith(report);
  });

  it('wants progress only when a reporter does', () => {
    expect(host({ name: 'quiet' }).host.wantsProgress).toBe(false);
    expect(host({ name: 'live', onProgress: () => undefined }).host.wantsProgress).toBe(true);
  });
});
