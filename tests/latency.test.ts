import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { drive } from './harness/mcc.js';
import { onRequest, startServer } from './harness/server.js';

const DELAY_MS = 20;

/** Calls back after exactly so long: JavaScript's timers are late by up to a millisecond, so the rest is waited out. */
function exactly(ms: number, action: () => void): void {
  const due = performance.now() + ms;
  setTimeout(() => {
    while (performance.now() < due);
    action();
  }, ms - 2);
}

test('latency is that of the server, and the histogram says the same elsewhere', async () => {
  const address = await startServer((socket) =>
    onRequest(socket, () => exactly(DELAY_MS, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'))),
  );
  const { code, report } = await drive(['--dest', address, '-c', '2', '-d', '2s']);
  expect(code).toBe(0);
  const latency = report.latencyUs;
  if (!latency) throw new Error('no latency');
  expect(latency.min).toBeGreaterThanOrEqual(DELAY_MS * 1000);
  expect(latency.p50).toBeLessThan((DELAY_MS + 1) * 1000);
  expect(latency.count).toBe(report.requests.completed);

  const decoded = decodeFromCompressedBase64(latency.histogramNs);
  expect(decoded.totalCount).toBe(latency.count);
  const percentiles = { p50: 50, p75: 75, p90: 90, p99: 99, p999: 99.9, p9999: 99.99 } as const;
  for (const [name, percentile] of Object.entries(percentiles)) {
    const reported = latency[name as keyof typeof percentiles];
    const theirs = decoded.getValueAtPercentile(percentile) / 1000;
    // Three significant digits: a library may name either end of the bucket.
    expect(Math.abs(theirs - reported), name).toBeLessThanOrEqual(reported / 1000);
  }
  const coarse = decodeFromCompressedBase64(latency.histogram);
  expect(Math.abs(coarse.getValueAtPercentile(50) - latency.p50)).toBeLessThanOrEqual(latency.p50 / 1000 + 1);
});
