// Connections by the million on the user-level stack, one core for each end, over memif: MCC_BENCH_CONNECTIONS of them
// (3,200,000) are opened and held for MCC_BENCH_HOLD (30 s); then each sends a message and has its answer, all of them within
// MCC_BENCH_PERIOD (20 s). And what it takes that each of them has a departure ahead, its heartbeat of once a minute. And
// what a request costs the client where MCC_BENCH_RATE (200,000) a second are spread over ever more connections.
// MCC_BENCH_HUGE (auto) goes to --mtcp.huge. Its bounds are for a machine with nothing else to do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { tempDir } from '../tests/harness/temp.js';
import { alternate } from './lib/contest.js';
import { median, publish } from './lib/samples.js';

const CONNECTIONS = Number(process.env['MCC_BENCH_CONNECTIONS'] ?? 3_200_000);
const HOLD = process.env['MCC_BENCH_HOLD'] ?? '30s';
const PERIOD_S = Number(process.env['MCC_BENCH_PERIOD'] ?? 20);
const HUGE = process.env['MCC_BENCH_HUGE'] ?? 'auto';
const RATE = Number(process.env['MCC_BENCH_RATE'] ?? 200_000);
const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);

const SETUP_S_MAX = CONNECTIONS / 320_000;
const RSS_MAX = Math.max(1.2e9, CONNECTIONS * 140);
const BYTES_MAX = 128;
const COST_MAX = 2;
const BOUND_MS = 560_000;

/** The highest RSS of a process so far, in bytes. */
function peakRss(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Holds this load against a server that answers, each on a core of its own. */
async function run(load: readonly string[], connections = CONNECTIONS) {
  const both = ['--stack', 'mtcp', '--mtcp.huge', HUGE, '--mtcp.port', `memif:${join(tempDir(), 'mcc.sock')}`];
  const conn = ['--proto', 'raw', '-c', `${connections}`];
  const own = ['--mtcp.address', '198.18.0.2', '--listen', '198.18.0.2:8080', '--cpus', '1'];
  const server = await serve([...both, ...conn, ...own], { boundMs: BOUND_MS });
  const target = ['--mtcp.address', '198.18.64.0/18', '--dest', '198.18.0.2:8080', '--cpus', '0'];
  const { report, seconds } = await drive([...both, ...conn, ...target, ...load], { boundMs: BOUND_MS });
  const serverRss = peakRss(server.pid);
  server.kill('SIGINT');
  const { stdout } = await server.ended;
  return { report, seconds, serverRss, stdout };
}

test('millions of connections on the user-level stack', { timeout: 2 * BOUND_MS }, async () => {
  // Connection after connection has its turn, and half of them have another: as many messages as there are connections
  // are one for each.
  const load = ['-w', HOLD, '--raw.heartbeat', `${PERIOD_S}s`, '-d', `${1.5 * PERIOD_S}s`, '--timeout', '60s'];
  const { report, seconds, serverRss, stdout } = await run(load);

  const { connections, requests, stack, process } = report;
  const setupSeconds = CONNECTIONS / (connections.ratePerSecond ?? Number.NaN);
  const figures = {
    'set-up, s': setupSeconds.toFixed(1),
    'whole run, s': seconds.toFixed(0),
    'lost before the end of the load': CONNECTIONS - connections.open,
    'client, MB': (process.maxRssBytes / 1e6).toFixed(0),
    'server, MB': (serverRss / 1e6).toFixed(0),
    'bytes a connection': stack['bytesPerConnection'],
    answered: requests.completed,
    'dropped before the link': stack['txDropped'],
    'sent again': Number(stack['timeoutRetransmits']) + Number(stack['synRetransmits']),
    'slowest answer, ms': ((report.latencyUs?.max ?? Number.NaN) / 1000).toFixed(0),
  };
  for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${value}`);

  expect(report.errors).toEqual({});
  expect(connections).toMatchObject({ attempted: CONNECTIONS, established: CONNECTIONS, failed: 0, reconnected: 0 });
  expect(connections).toMatchObject({ peak: CONNECTIONS, open: CONNECTIONS });
  expect(requests.completed).toBeGreaterThanOrEqual(CONNECTIONS);
  expect(requests).toMatchObject({ sent: requests.completed, failed: 0 });
  expect(stdout).toContain(`${CONNECTIONS} accepted, ${CONNECTIONS} at one time`);
  expect(stdout).not.toContain('MCC_ERR');
  expect.soft(stack['bytesPerConnection']).toBeLessThanOrEqual(BYTES_MAX);
  expect.soft(process.maxRssBytes, 'client').toBeLessThan(RSS_MAX);
  expect.soft(serverRss, 'server').toBeLessThan(RSS_MAX);
  expect.soft(setupSeconds, 'set-up').toBeLessThan(SETUP_S_MAX);
});

test('heartbeats of millions of connections', { timeout: 2 * BOUND_MS }, async () => {
  // A third of the connections speaks meanwhile; the others have yet to.
  const load = ['--raw.heartbeat', '60s', '-d', '20s', '--timeout', '60s'];
  const { report, seconds, serverRss } = await run(load);
  const { connections, requests, stack, process, pacing } = report;
  const figures = {
    'whole run, s': seconds.toFixed(0),
    'client, MB': (process.maxRssBytes / 1e6).toFixed(0),
    'server, MB': (serverRss / 1e6).toFixed(0),
    'bytes a connection': stack['bytesPerConnection'],
    answered: requests.completed,
    'departure error p50, us': pacing?.errorUs?.p50.toFixed(2),
    'departure error p99, us': pacing?.errorUs?.p99.toFixed(2),
  };
  for (const [name, value] of Object.entries(figures)) console.log(`heartbeats, ${name}: ${value}`);

  expect(report.errors).toEqual({});
  expect(connections).toMatchObject({ established: CONNECTIONS, open: CONNECTIONS, reconnected: 0 });
  expect(Math.abs(requests.sent / (CONNECTIONS / 3) - 1)).toBeLessThan(0.001);
  expect(requests.completed).toBe(requests.sent);
  expect(stack['bytesPerConnection']).toBeLessThanOrEqual(BYTES_MAX);
  expect(process.maxRssBytes, 'client').toBeLessThan(RSS_MAX);
  expect(serverRss, 'server').toBeLessThan(RSS_MAX);
});

test('cost of a request, the connections being few or many', { timeout: 8 * ROUNDS * BOUND_MS }, async () => {
  /** Nanoseconds of the client's core for each request. Whoever's turn it is was idle for longest. */
  const cost = (connections: number) => async (): Promise<number> => {
    const load = ['-R', `${RATE}`, '-w', '1s', '-d', `${SECONDS}s`, '--timeout', '60s'];
    const { report } = await run(load, connections);
    expect(report.errors).toEqual({});
    expect(report.connections).toMatchObject({ established: connections, open: connections, reconnected: 0 });
    expect(report.requests.completed).toBe(report.requests.sent);
    return (report.process.busyPercent / 100 / report.requests.ratePerSecond) * 1e9;
  };
  const counts = [CONNECTIONS, ...[1_000_000, 100_000, 1000].filter((count) => count < CONNECTIONS)];
  const costs = await alternate(ROUNDS, Object.fromEntries(counts.map((count) => [`${count}`, cost(count)])));
  const named = counts.map((count) => ({
    name: `${count.toLocaleString('en')} connections`,
    values: costs[`${count}`]!,
  }));
  publish(`a request of ${RATE.toLocaleString('en')} a second`, "ns of the client's core", named);
  expect.soft(median(named[0]!.values) / median(named.at(-1)!.values)).toBeLessThan(COST_MAX);
});
