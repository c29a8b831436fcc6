import 'reflect-metadata';
import { CONSOLE, PLUGIN_OPTIONS, REPORTER, type Reporter } from '@mcc/core';
import { sampleInterval, sampleProgress, sampleReport, sampleRunInfo } from '@mcc/core/testing';
import { container } from 'tsyringe';
import { afterEach, describe, expect, it, vi } from 'vitest';
import plugin, { ConsoleReporter, renderFinal } from './index.js';
import { LiveArea } from './live/live-area.js';
import { Terminal } from './terminal.js';
import { FakeStream, FakeTerminal } from './testing/fake-terminal.js';
import { styleFor } from './text/style.js';

const options = { plot: true, color: 'never' } as const;
const body = renderFinal(sampleReport(), { width: 80, header: false });
const header = ['Running 3s test @ http://198.18.0.1:8080/', '  64 connections · 1 worker · kernel stack · http'];

afterEach(() => vi.unstubAllEnvs());

describe('the plugin', () => {
  it('registers a reporter with its options and the console', async () => {
    const stream = new FakeStream();
    const child = container.createChildContainer();
    child.register(PLUGIN_OPTIONS, { useValue: plugin.options.parse({}) });
    child.register(CONSOLE, { useValue: stream });
    plugin.register(child);
    const reporter = child.resolve<Reporter>(REPORTER);
    await reporter.onEnd?.(sampleReport());
    expect(reporter.name).toBe(plugin.name);
    expect(stream.written).toBe(`\n${body}`);
  });

  it('reads its options as the command line gives them', () => {
    expect(plugin.options.parse({})).toEqual({ plot: true, color: 'auto' });
    expect(plugin.options.parse({ plot: 'false', color: 'never' })).toEqual({ plot: false, color: 'never' });
    expect(plugin.options.safeParse({ color: 'pink' }).success).toBe(false);
  });
});

describe('where nothing can be overwritten', () => {
  it('writes a line when a phase starts, one per interval, and the final page', async () => {
    const stream = new FakeStream();
    const reporter = new ConsoleReporter(options, stream);
    await reporter.onStart(sampleRunInfo());
    const { phaseSeconds: _, ...open } = sampleProgress({ phase: 'connect', connectionsOpen: 0 });
    reporter.onProgress(open);
    reporter.onProgress({ ...open, connectionsOpen: 32 });
    reporter.onProgress(sampleProgress({ phase: 'wait', phaseSeconds: 2 }));
    reporter.onProgress(sampleProgress());
    reporter.onInterval(sampleInterval());
    const { p50Us: _p50, p99Us: _p99, ...silent } = sampleInterval({ atSeconds: 2, requestRate: 0, errorCount: 7 });
    reporter.onInterval(silent);
    reporter.onProgress(sampleProgress({ phase: 'drain' }));
    reporter.onProgress(sampleProgress({ phase: 'report' }));
    await reporter.onEnd(sampleReport());
    const lines = [
      ...header,
      '  Connect: 64 connections',
      '  Wait: 2.0 s, 64 open',
      '  Load: 3.0 s, 64 open',
      '     1.0 s   50.0k requests/s   p50 1.25 ms   p99 2.90 ms   64 open   0 errors',
      '     2.0 s       0 requests/s   64 open   7 errors',
      '  Drain: awaiting replies under way',
    ];
    expect(stream.written).toBe(`${lines.join('\n')}\n\n${body}`);
  });

  it('colours when it is told to', async () => {
    vi.stubEnv('FORCE_COLOR', '1');
    const stream = new FakeStream();
    await new ConsoleReporter({ plot: true, color: 'auto' }, stream).onStart(sampleRunInfo());
    expect(stream.written).toContain('\u001B[1mhttp://198.18.0.1:8080/\u001B[22m');
  });

  it('goes on quietly when nobody reads any more', async () => {
    const stream = new FakeStream();
    const reporter = new ConsoleReporter(options, stream);
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await new Promise((resolve) => stream.once('close', resolve));
    reporter.onInterval(sampleInterval());
    await reporter.onEnd(sampleReport());
    expect(stream.written).toBe('');
  });
});

describe('on a terminal', () => {
  it('overwrites a live area and leaves only the header and the final page', async () => {
    const terminal = new FakeTerminal(80);
    const reporter = new ConsoleReporter(options, terminal);
    await reporter.onStart(sampleRunInfo());
    expect(terminal.cursorVisible).toBe(false);
    reporter.onProgress(sampleProgress({ phase: 'connect', connectionsOpen: 16, phaseSeconds: 3 }));
    expect(terminal.screen).toEqual([
      ...header,
      '  Connect   ━━━━━━━━━━──────────────────────────────  25 %   1.5 s of 3.0 s',
      '  16 of 64 open   0 connections/s   0 failed',
      '',
    ]);
    reporter.onProgress(sampleProgress());
    reporter.onInterval(sampleInterval());
    expect(terminal.screen).toEqual([
      ...header,
      '  Load      ━━━━━━━━━━━━━━━━━━━━────────────────────  50 %   1.5 s of 3.0 s',
      '  50.0k requests/s   p50 1.25 ms   p99 2.90 ms   0 errors   64 open',
      '',
    ]);
    await reporter.onEnd(sampleReport());
    expect(terminal.screen).toEqual([...header, ...`\n${body}`.split('\n')]);
    expect(terminal.cursorVisible).toBe(true);
  });

  it('adapts to the width it has by then', async () => {
    const terminal = new FakeTerminal(80);
    const reporter = new ConsoleReporter(options, terminal);
    await reporter.onStart(sampleRunInfo());
    terminal.columns = 120;
    await reporter.onEnd(sampleReport());
    expect(terminal.written).toContain(renderFinal(sampleReport(), { width: 120, header: false }));
  });

  it('takes 80 columns where a terminal does not know how many it has', async () => {
    const terminal = new FakeTerminal(80);
    terminal.columns = 0;
    const reporter = new ConsoleReporter(options, terminal);
    await reporter.onStart(sampleRunInfo());
    await reporter.onEnd(sampleReport());
    expect(terminal.written).toContain(renderFinal(sampleReport(), { width: 80, header: false }));
  });

  it('draws ten times a second at most, but every change of phase', async () => {
    let now = 0;
    const terminal = new FakeTerminal(80);
    const area = new LiveArea(new Terminal(terminal), styleFor(false), () => now);
    await area.open();
    const elapsedAt = (ms: number, phase: 'load' | 'drain' = 'load'): string => {
      now = ms;
      area.draw(sampleProgress({ phase, elapsedSeconds: ms / 1000 }));
      return terminal.screen[0]!;
    };
    expect(elapsedAt(1000)).toContain('1.0 s of');
    expect(elapsedAt(1050)).toContain('1.0 s of');
    expect(elapsedAt(1100)).toContain('1.1 s of');
    expect(elapsedAt(1120, 'drain')).toContain('Drain');
    area.close();
    expect(terminal.screen.join('')).toBe('');
  });

  it('shows the cursor again when the process exits in the middle of a run', async () => {
    const before = process.listeners('exit');
    const terminal = new FakeTerminal(80);
    const area = new LiveArea(new Terminal(terminal), styleFor(false));
    await area.open();
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    added[0]!(0);
    expect(terminal.cursorVisible).toBe(true);
    area.close();
    expect(process.listeners('exit')).toEqual(before);
  });
});
