// Load that arrives whether or not the server keeps up: at its rate, by its distribution, and with the waiting counted.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunReport } from '@mcc/core';
import { expect, test, type TestContext } from 'vitest';
import { drive, serve, startMcc, withReport } from './harness/mcc.js';
import { memif } from './harness/memif.js';
import { needMtcp } from './harness/mtcp.js';
import { onRequest, startServer } from './harness/server.js';
import { tempDir } from './harness/temp.js';

const STACKS = ['kernel', 'mtcp'] as const;
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** `mcc serve` on a stack, and the flags of who drives it. */
async function serveOn(stack: (typeof STACKS)[number], context: TestContext) {
  if (stack === 'kernel') {
    const server = await serve([]);
    return { server, driving: ['--dest', server.address] };
  }
  needMtcp(context);
  const link = memif();
  const server = await serve(link.serving);
  return { server, driving: [...link.driving, '--mtcp.address', '198.18.64.0/24', '--dest', server.address] };
}

function pacingOf(report: RunReport) {
  if (report.pacing === undefined) throw new Error('no pacing in the report');
  return report.pacing;
}

// Whatever else runs on the machine may hold either end up at a moment that matters: then it is tried again.
const BUSY = { retry: 3 };

for (const stack of STACKS) {
  test(`on ${stack} a server that stalls shows in the latency, and not in the service time`, BUSY, async (context) => {
    const { server, driving } = await serveOn(stack, context);
    const load = ['-c', '20', '-R', '1k', '-d', '3s', '--interval', '200ms', '--reporter', 'json,console'];
    const running = startMcc(['run', ...driving, ...load]);
    await running.waitFor(/req/);
    await sleep(500);
    const begun = performance.now();
    server.kill('SIGSTOP');
    await sleep(500);
    server.kill('SIGCONT');
    const stallUs = (performance.now() - begun) * 1000;
    const { code, report } = withReport(await running.ended);
    expect(code).toBe(0);
    expect(report.errors).toEqual({});
    const { latencyUs: latency, serviceTimeUs: service } = report;
    if (!latency || !service) throw new Error('no latency');
    // Who comes during the stall waits for the rest of it. Of all, the share (stall - x) / duration waits longer than x.
    const waitUs = (share: number): number => stallUs - share * report.run.durationSeconds * 1e6;
    expect(latency.max / stallUs).toBeGreaterThan(0.95);
    expect(latency.max / stallUs).toBeLessThan(1.05);
    expect(latency.p90 / waitUs(0.1)).toBeGreaterThan(0.95);
    expect(latency.p90 / waitUs(0.1)).toBeLessThan(1.05);
    // Only one request of each connection was under way when it began.
    expect(service.p99).toBeLessThan(stallUs / 10);
    expect(service.max).toBeGreaterThan(stallUs * 0.9);
    expect(pacingOf(report).queued).toBeGreaterThan(300);
    expect(pacingOf(report).unsent).toBe(0);
  });

  test(`on ${stack} the rate is the rate`, BUSY, async (context) => {
    const { driving } = await serveOn(stack, context);
    for (const rate of [1, 100, 5000]) {
      const { code, report } = await drive([...driving, '-c', '50', '-R', `${rate}`, '-d', '2s']);
      expect(code).toBe(0);
      expect(pacingOf(report).scheduled).toBe(2 * rate);
      expect(Math.abs(report.requests.sent - 2 * rate)).toBeLessThanOrEqual((2 * rate) / 1000);
      expect(report.requests.completed).toBe(report.requests.sent);
    }
  });
}

/** When each request came, in seconds from the first one. */
async function arrivals(flags: readonly string[]): Promise<{ seconds: number[]; report: RunReport }> {
  const times: number[] = [];
  const address = await startServer((socket) =>
    onRequest(socket, () => {
      times.push(performance.now());
      socket.write(OK);
    }),
  );
  const { code, report } = await drive(['--dest', address, '-c', '20', '--seed', '7', ...flags]);
  expect(code).toBe(0);
  return { seconds: times.map((time) => (time - (times[0] ?? 0)) / 1000), report };
}

/** Standard deviation of the gaps, over their mean. */
function variation(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
}

// The gaps of Poisson's vary as much as they are long, uniform ones 1 / sqrt(3) of it, constant ones not at all.
test.each([
  ['constant', 0, 0.35],
  ['uniform', 0.45, 0.72],
  ['poisson', 0.8, 1.25],
] as const)('--arrival %s reaches the server as that', BUSY, async (arrival, least, most) => {
  const { seconds, report } = await arrivals(['-R', '100', '-d', '3s', '--arrival', arrival]);
  expect(seconds).toHaveLength(report.requests.sent);
  // Four standard deviations of the number of a Poisson process.
  expect(Math.abs(pacingOf(report).scheduled - 300)).toBeLessThan(70);
  expect(variation(seconds)).toBeGreaterThanOrEqual(least);
  expect(variation(seconds)).toBeLessThanOrEqual(most);
});

test('--arrival file: repeats what was recorded, and lasts as long', BUSY, async () => {
  const trace = [0, 0, 0.1, 0.15, 0.4, 0.4, 0.4, 0.9, 1];
  const file = join(tempDir(), 'trace.txt');
  writeFileSync(file, trace.join('\n'));
  const { seconds, report } = await arrivals(['--arrival', `file:${file}`]);
  expect(report.run.durationSeconds).toBeCloseTo(1, 1);
  expect(pacingOf(report).scheduled).toBe(trace.length);
  expect(seconds).toHaveLength(trace.length);
  for (const [index, second] of seconds.entries()) expect(second).toBeCloseTo(trace[index] ?? NaN, 1);
});

test('--stage ramps the rate, steps, and lasts as long as its stages', BUSY, async () => {
  const { seconds, report } = await arrivals(['--stage', '1s:200', '--stage', '0s:50', '--stage', '1s:50']);
  expect(report.run.durationSeconds).toBeCloseTo(2, 1);
  expect(pacingOf(report).scheduled).toBe(100 + 50);
  // 200 / 2 * t^2 have left t into the ramp; the first one at 0.07 s.
  const half = seconds.filter((second) => second < 0.43).length;
  expect(half).toBeGreaterThan(15);
  expect(half).toBeLessThan(35);
});

test('--stage with conn= opens connections in the load, and closes them again', BUSY, async () => {
  const server = await serve([]);
  const stages = ['--stage', '1s:conn=40', '--stage', '1s:conn=0'];
  const flags = ['--dest', server.address, '-c', '40', '--http.think-time', '5ms', '--interval', '500ms'];
  const { code, report } = await drive([...flags, ...stages]);
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  expect(report.run.durationSeconds).toBeCloseTo(2, 1);
  expect(report.connections).toMatchObject({ attempted: 40, established: 40, peak: 40, failed: 0, closedByPeer: 0 });
  const open = report.intervals.map(({ connectionsOpen }) => connectionsOpen);
  for (const [index, expected] of [20, 40, 20].entries()) {
    expect(Math.abs((open[index] ?? NaN) - expected), `interval ${index}`).toBeLessThan(8);
  }
  expect(report.connections.open).toBeLessThan(8);
  expect(report.requests.sent).toBe(report.requests.completed);
});

test('sizes of a trace are those of the messages that arrive', BUSY, async () => {
  const received: number[] = [];
  const address = await startServer((socket) =>
    socket.on('data', (data) => {
      received.push(data.length);
      socket.write(data);
    }),
  );
  const file = join(tempDir(), 'trace.txt');
  writeFileSync(file, '0.1 64\n0.2 1000\n0.3 1\n0.4 300\n');
  const load = ['--dest', address, '-c', '2', '--arrival', `file:${file}`];
  const { code, report } = await drive([...load, '--proto', 'raw', '-d', '600ms']);
  expect(code).toBe(0);
  expect(received).toEqual([64, 1000, 1, 300]);
  expect(report.bytes).toEqual({ sent: 1365, received: 1365 });
  expect(report.requests).toMatchObject({ sent: 4, completed: 4 });
  const http = await drive(load);
  expect(http.code).toBe(2);
  expect(http.stderr).toMatch(/--arrival file: has sizes, and messages of http have none but their own\. Leave out/);
});

test('how exactly it paced is in the report of an open loop, and of no other', async () => {
  const { driving } = await serveOn('kernel', { skip: () => undefined } as unknown as TestContext);
  const open = await drive([...driving, '-c', '10', '-R', '500', '-d', '500ms']);
  const { scheduled, late, queued, unsent, errorUs } = pacingOf(open.report);
  expect(scheduled).toBe(250);
  expect(late).toBeLessThanOrEqual(scheduled);
  expect(errorUs?.count).toBe(scheduled - queued - unsent);
  expect(open.report.serviceTimeUs?.count).toBe(open.report.latencyUs?.count);
  const closed = await drive([...driving, '-c', '10', '-d', '200ms']);
  expect(closed.report.pacing).toBeUndefined();
});

test('a server that does not keep up is told from a generator that does not', async () => {
  const address = await startServer((socket) => onRequest(socket, () => setTimeout(() => socket.write(OK), 50)));
  const flags = ['--reporter', 'json,console', '-c', '2', '-R', '1k', '-d', '500ms'];
  const { code, stderr, report } = await drive(['--dest', address, ...flags]);
  expect(code).toBe(0);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/of the departures found every connection busy and waited/);
  const { scheduled, queued, unsent } = pacingOf(report);
  expect(scheduled).toBe(500);
  expect(queued + unsent).toBeGreaterThan(400);
});

test('a schedule that is not kept is said in a sentence, and fails only where a threshold asks', async () => {
  const server = await serve(['--proto', 'raw', '--raw.reply', 'none']);
  const raw = ['--proto', 'raw', '--raw.reply', 'none', '--dest', server.address, '-c', '10'];
  const load = [...raw, '-R', '20m', '-d', '300ms', '--reporter', 'json,console'];
  const { code, stderr, report } = await drive(load);
  expect(code).toBe(0);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/of the departures .* had not left when the load ended/);
  expect(pacingOf(report).unsent).toBeGreaterThan(0);
  expect(pacingOf(report).scheduled).toBe(6_000_000);
  const strict = await drive([...load, '--threshold', 'pacing.unsent<1%']);
  expect(strict.code).toBe(99);
});
