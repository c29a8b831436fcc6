// What an overload of both classes of connections does to the high one: its latency alone, and beside a low class that
// wants as much and does not get it, in turn. Raw TCP over a memif, a core an end. MCC_BENCH_PRIORITY_RATE is what one class
// wants, in messages a second; the two together have to be more than the slower end can do.
import { join } from 'node:path';
import type { ClassReport } from '@mcc/core';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { tempDir } from '../tests/harness/temp.js';
import { alternate } from './lib/contest.js';
import { median, publish } from './lib/samples.js';

const RATE = Number(process.env['MCC_BENCH_PRIORITY_RATE'] ?? 500_000);
const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const CONNECTIONS = 5000;
const BOUND_MS = (SECONDS + 60) * 1000;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

async function run(flags: readonly string[]) {
  const device = ['--stack', 'mtcp', '--mtcp.port', `memif:${join(tempDir(), 'mcc.sock')}`, '--proto', 'raw'];
  const own = ['--mtcp.address', '198.18.0.2', '--listen', '198.18.0.2:8080', '--cpus', '1'];
  const server = await serve([...device, ...own], { boundMs: BOUND_MS });
  const target = ['--mtcp.address', '198.18.64.0/24', '--dest', '198.18.0.2:8080', '--cpus', '0'];
  const load = ['-d', `${SECONDS}`, '--arrival', 'poisson', ...flags];
  const { report } = await drive([...device, ...target, ...load], { boundMs: BOUND_MS });
  server.kill('SIGTERM');
  await server.ended;
  expect(report.errors).toEqual({});
  return report;
}

async function alone(): Promise<Latency> {
  const { latencyUs } = await run(['-c', `${CONNECTIONS}`, '-R', `${RATE}`]);
  if (latencyUs === undefined) throw new Error('nothing was answered');
  return latencyUs;
}

async function both(): Promise<Latency> {
  const { protocol } = await run(['-c', `${2 * CONNECTIONS}`, '-R', `${2 * RATE}`, '--raw.priority-level', '2']);
  const { priorities } = protocol['raw'] as { priorities: readonly ClassReport[] };
  const [high, low] = priorities.map(({ latencyUs }) => latencyUs);
  if (high === undefined || low === undefined) throw new Error('a class was never answered');
  console.log(`low class: p50 ${(low.p50 / 1000).toFixed(1)} ms, p99 ${(low.p99 / 1000).toFixed(1)} ms`);
  // Otherwise there was no overload: give a higher rate.
  expect(low.p99).toBeGreaterThan(10_000);
  return high;
}

test('the high class beside the low one', { timeout: (2 * ROUNDS + 1) * BOUND_MS }, async () => {
  const results = await alternate(ROUNDS, { 'both at overload': both, 'high class alone': alone });
  const figures = (of: (one: Latency) => number) =>
    Object.entries(results).map(([name, latencies]) => ({ name, values: latencies.map((one) => of(one) * 1000) }));
  publish(
    'latency of the high class, p50',
    'ns',
    figures(({ p50 }) => p50),
  );
  const p99 = figures(({ p99: value }) => value);
  publish('latency of the high class, p99', 'ns', p99);
  const [beside, itself] = p99.map(({ values }) => median(values));
  expect(beside! / itself!).toBeLessThanOrEqual(1.1);
});
