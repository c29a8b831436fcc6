// A server that stands still for a second, once in a run of ten, under an open loop of 10,000 requests a second: who came
// meanwhile waited, and their latency says so. The same command on both stacks, held against what arithmetic says.
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { serve, startMcc, withReport } from '../tests/harness/mcc.js';
import { memif } from '../tests/harness/memif.js';

const RATE = 10_000;
const SECONDS = 10;
const CONNECTIONS = 100;
const STALL_MS = 1000;
const STALL_AT_MS = 4000;
const BOUND_MS = 60_000;

async function serveOn(stack: 'kernel' | 'mtcp') {
  if (stack === 'kernel') {
    const server = await serve(['--cpus', '1'], { boundMs: BOUND_MS });
    return { server, driving: ['--dest', server.address] };
  }
  const { serving, driving } = memif();
  const server = await serve([...serving, '--cpus', '1'], { boundMs: BOUND_MS });
  return { server, driving: [...driving, '--mtcp.address', '198.18.64.0/24', '--dest', server.address] };
}

/** Loads a server that is stopped for a while; how long that was, and what came of it. */
async function stall(stack: 'kernel' | 'mtcp') {
  const { server, driving } = await serveOn(stack);
  const load = ['-c', `${CONNECTIONS}`, '-R', `${RATE}`, '-d', `${SECONDS}`, '--cpus', '0', '--interval', '1s'];
  const running = startMcc(['run', ...driving, ...load, '--reporter', 'json,console'], { boundMs: BOUND_MS });
  await running.waitFor(/req/);
  await sleep(STALL_AT_MS);
  const begun = performance.now();
  server.kill('SIGSTOP');
  await sleep(STALL_MS);
  server.kill('SIGCONT');
  const stallUs = (performance.now() - begun) * 1000;
  const { code, report } = withReport(await running.ended);
  server.kill('SIGTERM');
  await server.ended;
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  return { report, stallUs };
}

test.each(['kernel', 'mtcp'] as const)('a stall of a second on %s', { timeout: BOUND_MS }, async (stack) => {
  const { report, stallUs } = await stall(stack);
  const { latencyUs: latency, serviceTimeUs: service, pacing } = report;
  if (!latency || !service) throw new Error('no latency');
  // Who comes during the stall waits for the rest of it, and while the server catches up for what is left of the queue: the
  // latency of those who were queued falls evenly from the stall's length. Of a server without bounds they are those of the
  // stall, and the p95 is half of it.
  const queued = (pacing?.queued ?? 0) / (RATE * SECONDS);
  const waitUs = (share: number): number => stallUs * (1 - share / queued);
  const p95Us = decodeFromCompressedBase64(latency.histogramNs).getValueAtPercentile(95) / 1000;
  const ratios = { 'latency, p95': p95Us / waitUs(0.05), 'latency, max': latency.max / stallUs };
  const figures = [stallUs, p95Us, waitUs(0.05), latency.max].map((us) => (us / 1000).toFixed(1));
  console.log(`${stack}: stalled for ${figures[0]} ms; p95 ${figures[1]} ms of ${figures[2]} ms, max ${figures[3]} ms`);
  console.log(
    `${stack}: service time p99 ${service.p99} us, max ${service.max} us; ${pacing?.queued} departures queued`,
  );
  for (const [name, ratio] of Object.entries(ratios)) {
    expect(ratio, name).toBeGreaterThan(0.95);
    expect(ratio, name).toBeLessThan(1.05);
  }
  // Only one request of each connection was under way when it began: of 100,000 a thousandth.
  expect(service.p99).toBeLessThan(stallUs / 20);
  expect(service.max).toBeGreaterThan(stallUs * 0.95);
  expect(pacing?.queued).toBeGreaterThan((0.95 * stallUs * RATE) / 1e6 - CONNECTIONS);
  expect(pacing?.unsent).toBe(0);
  expect(report.requests.completed).toBe(RATE * SECONDS);
});
