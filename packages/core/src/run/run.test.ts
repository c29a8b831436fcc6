import { readdirSync } from 'node:fs';
import hdr from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { instantiate } from '../container.js';
import { API_VERSION, definePlugin, REPORTER } from '../contracts/plugin.js';
import type { Reporter } from '../contracts/reporter.js';
import type { IntervalSnapshot, RunProgress } from '../contracts/report.js';
import { MccError } from '../errors.js';
import { bundleFixtures, type Bundle } from '../fixtures/bundle.js';
import { loaded, pingRequest, TestIo } from '../fixtures/requests.js';
import { z } from 'zod';
import { run } from './run.js';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleFixtures();
});
afterAll(() => bundle.remove());

function reporterPlugin(hooks: Omit<Reporter, 'name'>): ReturnType<typeof loaded> {
  const plugin = definePlugin({
    kind: 'reporter',
    name: 'spy',
    apiVersion: API_VERSION,
    options: z.object({}),
    register: (container) => void container.register(REPORTER, { useValue: { name: 'spy', ...hooks } }),
  });
  return loaded(plugin);
}

describe('run', () => {
  it('drives the load for its duration and reports it whole', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(
      pingRequest(bundle, { stack: { latencyUs: 2000, outcome: 200 }, thresholds: ['latency.p50<1s', 'errors==0'] }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(0);
    expect(report.run).toMatchObject({
      endedBy: 'duration',
      stack: 'memory',
      protocol: 'ping',
      target: 'memory:1',
      seed: '42',
    });
    expect(report.run.durationSeconds).toBeGreaterThan(0.19);
    expect(report.run.durationSeconds).toBeLessThan(0.4);
    expect(report.connections).toMatchObject({ attempted: 10, established: 10, peak: 10, failed: 0, open: 10 });
    expect(report.requests.completed).toBeGreaterThan(0);
    expect(report.requests.sent).toBe(report.requests.completed);
    expect(report.latencyUs?.count).toBe(report.requests.completed);
    expect(report.latencyUs?.min).toBeGreaterThanOrEqual(2000);
    expect(report.serviceTimeUs).toEqual(report.latencyUs);
    expect(hdr.decodeFromCompressedBase64(report.latencyUs!.histogram).totalCount).toBe(report.requests.completed);
    expect(report.protocol).toEqual({ ping: { 200: report.requests.completed } });
    expect(report.stack).toMatchObject({ io: 'memory', deliveries: report.requests.completed, refusals: 0 });
    expect(report.thresholds.map((threshold) => threshold.passed)).toEqual([true, true]);
    expect(report.process.busyPercent).toBeGreaterThan(0);
    expect(report.pacing).toBeUndefined();
    expect(io.text()).toBe('');
    expect(io.listeners).toBe(0);
  });

  it('sums over the workers and numbers their connections', async () => {
    const { report } = await run(
      pingRequest(bundle, { smp: 2, connections: 7, protocol: { times: 3 } }),
      new TestIo(),
      bundle.worker,
    );
    expect(report.run).toMatchObject({ workers: 2, endedBy: 'completed' });
    expect(report.connections).toMatchObject({ attempted: 7, established: 7, peak: 7, open: 0 });
    expect(report.requests).toMatchObject({ sent: 21, completed: 21, failed: 0 });
  });

  it('reports classes of requests, over all workers', async () => {
    const { report } = await run(
      pingRequest(bundle, { smp: 2, connections: 5, protocol: { times: 3, classes: true } }),
      new TestIo(),
      bundle.worker,
    );
    expect(report.requests).toMatchObject({ completed: 30 });
    expect(report.protocol).toMatchObject({
      classes: [{ name: 'second', completed: 15, failed: 0, latencyUs: { count: 15 } }],
      others: { count: 15 },
    });
  });

  it('reports the classes of connections that the stack has, beside the program’s own', async () => {
    const { report } = await run(
      pingRequest(bundle, { smp: 2, connections: 5, stack: { classes: 4 }, protocol: { times: 3, classes: true } }),
      new TestIo(),
      bundle.worker,
    );
    // The workers have three connections and two, of which none is the fourth.
    expect(report.classes).toEqual(
      [12, 12, 6].map((completed, index) => ({
        name: `class ${index}`,
        completed,
        failed: 0,
        latencyUs: expect.objectContaining({ count: completed }),
      })),
    );
    expect(report.protocol).toMatchObject({ classes: [{ name: 'second', completed: 15 }] });
  });

  it('starts no more workers than there are connections', async () => {
    const { report } = await run(
      pingRequest(bundle, { smp: 4, connections: 2, protocol: { times: 1 } }),
      new TestIo(),
      bundle.worker,
    );
    expect(report.run.workers).toBe(2);
    expect(report.connections.established).toBe(2);
  });

  it('ends when every program has, long before the duration', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { protocol: { times: 5 }, durationNs: 60e9 }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(0);
    expect(report.requests.completed).toBe(50);
    expect(report.run.endedBy).toBe('completed');
  });

  it('spreads the set-up and waits before the load', async () => {
    const phases: string[] = [];
    const spy = reporterPlugin({ onProgress: ({ phase }: RunProgress) => void phases.push(phase) });
    const { report } = await run(
      pingRequest(bundle, { setupTimeNs: 200e6, waitTimeNs: 150e6, reporters: [spy] }),
      new TestIo(),
      bundle.worker,
    );
    expect(report.connections.ratePerSecond).toBeGreaterThan(30);
    expect(report.connections.ratePerSecond).toBeLessThan(70);
    expect([...new Set(phases)]).toEqual(['connect', 'wait', 'load', 'drain', 'report']);
  });

  it('cuts the load into intervals that add up', async () => {
    const seen: IntervalSnapshot[] = [];
    const spy = reporterPlugin({ onInterval: (interval) => void seen.push(interval) });
    const { report } = await run(
      pingRequest(bundle, { durationNs: 450e6, intervalNs: 100e6, reporters: [spy] }),
      new TestIo(),
      bundle.worker,
    );
    expect(report.intervals).toEqual(seen);
    expect(report.intervals).toHaveLength(5);
    expect(report.intervals.at(-1)?.atSeconds).toBeCloseTo(report.run.durationSeconds, 1);
    let before = 0;
    const completed = report.intervals.reduce((sum, { requestRate, atSeconds }) => {
      const count = requestRate * (atSeconds - before);
      before = atSeconds;
      return sum + count;
    }, 0);
    expect(completed).toBeCloseTo(report.requests.ratePerSecond * report.run.durationSeconds, 3);
    expect(report.intervals[0]).toMatchObject({ connectionsOpen: 10, errorCount: 0, p50Us: expect.any(Number) });
  });
});

describe('exit codes', () => {
  it('fails when nothing listens, without a load', async () => {
    const started = performance.now();
    const { report, exitCode } = await run(
      pingRequest(bundle, { stack: { refuse: 10 }, durationNs: 60e9 }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(1);
    expect(report.run).toMatchObject({ endedBy: 'error', durationSeconds: 0 });
    expect(report.errors).toEqual({ MCC_ERR_CONNECT_REFUSED: 10 });
    expect(report.connections.connectTimeUs).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('fails within the connect time-out when nobody answers', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { stack: { unanswered: true }, connectTimeoutNs: 300e6, durationNs: 60e9 }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(1);
    expect(report.errors).toEqual({ MCC_ERR_CONNECT_TIMEOUT: 10 });
  });

  it('goes on with the connections it got', async () => {
    const { report, exitCode } = await run(pingRequest(bundle, { stack: { refuse: 4 } }), new TestIo(), bundle.worker);
    expect(exitCode).toBe(0);
    expect(report.connections).toMatchObject({ established: 6, failed: 4, open: 6 });
  });

  it('fails when no request succeeded', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { stack: { silent: true }, timeoutNs: 50e6 }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(1);
    expect(report.requests.completed).toBe(0);
    expect(report.errors['MCC_ERR_REPLY_TIMEOUT']).toBe(report.requests.failed);
  });

  it('takes idle connections for a success', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { protocol: { idle: true } }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(0);
    expect(report.requests.sent).toBe(0);
    expect(report.latencyUs).toBeUndefined();
  });

  it('is 99 when a threshold was crossed', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { thresholds: ['latency.p99<1us'] }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(99);
    expect(report.thresholds).toMatchObject([{ expression: 'latency.p99<1us', passed: false }]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('reports after %s and is %i', async (signal, code) => {
    const io = new TestIo();
    const spy = reporterPlugin({ onInterval: () => io.send(signal) });
    const { report, exitCode } = await run(
      pingRequest(bundle, { durationNs: 0, intervalNs: 100e6, reporters: [spy], thresholds: ['latency.p99<1us'] }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(code);
    expect(report.run.endedBy).toBe('signal');
    expect(report.requests.completed).toBe(report.requests.sent);
    expect(io.exits).toEqual([]);
  });

  it('exits at once on the second signal', async () => {
    const io = new TestIo();
    const signals: ('SIGINT' | 'SIGTERM')[] = ['SIGINT', 'SIGTERM'];
    const spy = reporterPlugin({
      onInterval: () => {
        // A slow machine may fit a second interval in before the load has ended.
        for (const signal of signals.splice(0)) io.send(signal);
      },
    });
    await run(pingRequest(bundle, { durationNs: 0, intervalNs: 50e6, reporters: [spy] }), io, bundle.worker);
    expect(io.exits).toEqual([143]);
  });

  it('does not even connect after a signal at the start', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(
      pingRequest(bundle, { reporters: [reporterPlugin({ onStart: () => io.send('SIGINT') })] }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(130);
    expect(report.connections.attempted).toBe(0);
  });
});

describe('what breaks', () => {
  it('reports a stack that broke in the load', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(
      pingRequest(bundle, { stack: { breakAfterMs: 50 }, durationNs: 60e9 }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(1);
    expect(report.run.endedBy).toBe('error');
    expect(report.requests.completed).toBeGreaterThan(0);
    expect(io.text()).toBe('mcc: The memory broke. Run `mcc doctor`. [MCC_ERR_STACK]\n');
  });

  it('reports a worker that ended by itself', async () => {
    const io = new TestIo();
    const { exitCode } = await run(
      pingRequest(bundle, { smp: 2, stack: { exitAfterMs: 50 }, durationNs: 60e9 }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(1);
    expect(io.text()).toMatch(/^mcc: Worker thread [01] ended unexpectedly\. /);
  });

  it.each([
    [{ stack: { missing: true } }, 'MCC_ERR_NATIVE', 1, 'The memory is missing.'],
    [{ smp: 2, stack: { refusesProgram: true } }, 'MCC_ERR_PROGRAM', 2, 'The memory refuses.'],
  ] as const)('reports that the workers cannot start with %j', async (broken, code, exit, what) => {
    const io = new TestIo();
    const spy = { onStart: vi.fn(), onEnd: vi.fn() };
    const request = pingRequest(bundle, { ...broken, reporters: [reporterPlugin(spy)], thresholds: ['errors==0'] });
    const { report, exitCode } = await run(request, io, bundle.worker);
    expect(exitCode).toBe(exit);
    expect(report.run.endedBy).toBe('error');
    expect(report.errors).toEqual({ [code]: 1 });
    expect(report.connections.attempted).toBe(0);
    expect(spy.onStart).toHaveBeenCalledOnce();
    expect(spy.onEnd).toHaveBeenCalledExactlyOnceWith(report);
    expect(io.text()).toMatch(/^mcc: [^\n]*\n$/);
    expect(io.text()).toContain(what);
    expect(io.text()).toContain(`[${code}]`);
    expect(io.listeners).toBe(0);
  });

  it('does not start a program that lacks its handlers', async () => {
    const io = new TestIo();
    const attempt = run(pingRequest(bundle, { protocol: { handler: true, handlersMissing: true } }), io, bundle.worker);
    await expect(attempt).rejects.toThrow('no connection handlers');
    await expect(attempt).rejects.toMatchObject({ code: 'MCC_ERR_PROGRAM' });
    expect(io.listeners).toBe(0);
  });

  it('reports what keeps all connections from being opened, and opens none', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(pingRequest(bundle, { stack: { forbidden: true } }), io, bundle.worker);
    expect(exitCode).toBe(1);
    expect(report.run.endedBy).toBe('error');
    expect(report.errors).toEqual({ MCC_ERR_FILE_LIMIT: 1 });
    expect(report.connections.attempted).toBe(0);
    expect(io.text()).toMatch(/^mcc: Files are short\. .*\[MCC_ERR_FILE_LIMIT\]\n$/);
    expect(io.listeners).toBe(0);
  });

  it('does not start when a reporter cannot write its output', async () => {
    const full = new MccError('MCC_ERR_OUTPUT');
    const spy = reporterPlugin({
      onStart: () => {
        throw full;
      },
    });
    await expect(run(pingRequest(bundle, { reporters: [spy] }), new TestIo(), bundle.worker)).rejects.toBe(full);
  });

  it('leaves out the section of a protocol that cannot summarise', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(pingRequest(bundle, { protocol: { forgetful: true } }), io, bundle.worker);
    expect(exitCode).toBe(0);
    expect(report.protocol).toEqual({});
    expect(io.text()).toBe('mcc: the protocol ping threw in summarise, and its section is left out: what was it?\n');
  });

  it('fails when the report could not be written, and only then', async () => {
    const io = new TestIo();
    const lost = reporterPlugin({
      onEnd: () => Promise.reject(new MccError('MCC_ERR_OUTPUT', { what: 'The disk is full.' })),
    });
    expect((await run(pingRequest(bundle, { reporters: [lost] }), io, bundle.worker)).exitCode).toBe(1);
    expect(io.text()).toContain('the reporter spy threw in onEnd and was dropped: The disk is full.');
    const clumsy = reporterPlugin({ onEnd: () => Promise.reject(new Error('oops')) });
    expect((await run(pingRequest(bundle, { reporters: [clumsy] }), new TestIo(), bundle.worker)).exitCode).toBe(0);
  });
});

describe('handlers', () => {
  it('speak for the program', async () => {
    const { report, exitCode } = await run(
      pingRequest(bundle, { protocol: { handler: true } }),
      new TestIo(),
      bundle.worker,
    );
    expect(exitCode).toBe(0);
    expect(report.requests.completed).toBeGreaterThan(100);
    expect(report.requests.completed).toBe(report.requests.sent);
    expect(report.bytes.sent).toBe(4 * report.requests.sent);
  });

  it('lose only the connection for which they throw, and say why once', async () => {
    const io = new TestIo();
    const { report, exitCode } = await run(
      pingRequest(bundle, { smp: 2, protocol: { handler: true, throwOn: 3 } }),
      io,
      bundle.worker,
    );
    expect(exitCode).toBe(0);
    expect(report.errors).toEqual({ MCC_ERR_HANDLER: 2 });
    expect(report.connections.open).toBe(8);
    expect(io.text().match(/no such luck/g)).toHaveLength(1);
  });

  it('cannot write into the report', async () => {
    const io = new TestIo();
    await run(pingRequest(bundle, { protocol: { handler: true, chatty: true } }), io, bundle.worker);
    expect(io.text()).toContain('data\n');
  });
});

it('bundles what it tests', () => {
  expect(readdirSync(new URL('.', bundle.worker))).toContain('worker.js');
  expect(instantiate('stack', pingRequest(bundle).stack.plugin, {}).name).toBe('memory');
});
