import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { drive } from './harness/mcc.js';
import { onRequest, startServer } from './harness/server.js';

const DELAY_MS = 20;

/**
 * Calls back after the delay, with how long it was: JavaScript's timers are late by up to a millisecond, so the rest is
 * waited out, and on a busy machine it may be longer.
 */
function delayed(action: (tookUs: number) => void): void {
  const asked = performance.now();
  setTimeout(() => {
    while (performance.now() < asked + DELAY_MS);
    action((performance.now() - asked) * 1000);
  }, DELAY_MS - 2);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

// Whatever else runs on the machine may keep either side from its core for a while: then it is tried again.
test('latency is that of the server, and the histogram says the same elsewhere', { retry: 4 }, async () => {
  const delays: number[] = [];
  const address = await startServer((socket) =>
    onRequest(socket, () =>
      delayed((tookUs) => {
        delays.push(tookUs);
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }),
    ),
  );
  const { code, report } = await drive(['--dest', address, '-c', '2', '-d', '2s']);
  expect(code).toBe(0);
  const latency = report.latencyUs;
  if (!latency) throw new Error('no latency');
  expect(latency.min).toBeGreaterThanOrEqual(DELAY_MS * 1000);
  expect(Math.abs(latency.p50 - median(delays))).toBeLessThan(1000);
  expect(latency.count).toBe(report.requests.completed);

  const decoded = decodeFromCompressedBase64(latency.histogramNs);
  expect(decoded.totalCount).toBe(latency.count);
  const percentiles = { p50: 50, p75: 75, p90: 90, p95: 95, p99: 99, p999: 99.9, p9999: 99.99 } as const;
  for (const [name, percentile] of Object.entries(percentiles)) {
    const reported = latency[name as keyof typeof percentiles];
    const theirs = decoded.getValueAtPercentile(percentile) / 1000;
    // Three significant digits: a library may name either end of the bucket.
    expect(Math.abs(theirs - reported), name).toBeLessThanOrEqual(reported / 1000);
  }
  const coarse = decodeFromCompressedBase64(latency.histogram);
  expect(Math.abs(coarse.getValueAtPercentile(50) - latency.p50)).toBeLessThanOrEqual(latency.p50 / 1000 + 1);
});
