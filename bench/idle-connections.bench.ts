// Connections held open on kernel sockets: MCC_BENCH_CONNECTIONS of them (200,000), from eight loopback addresses, for ten
// seconds; and what each costs either process outside the kernel, by RSS over that of a run with few.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';

const CONNECTIONS = Number(process.env['MCC_BENCH_CONNECTIONS'] ?? 200_000);
const FEW = 10;
const BYTES_MAX = 256;

/** The highest RSS of a process so far, in bytes. */
function peakRss(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function hold(connections: number): Promise<{ client: number; server: number; seconds: number }> {
  const server = await serve(['--proto', 'raw', '--conn', `${connections}`, '--cpus', '1'], { boundMs: 300_000 });
  const { report } = await drive(
    [
      '--dest',
      server.address,
      '--proto',
      'raw',
      '--raw.heartbeat',
      '10s',
      '--raw.reply',
      'any',
      '-c',
      `${connections}`,
      '--source',
      '127.0.0.1-127.0.0.8',
      '-d',
      '10s',
      '--cpus',
      '0',
    ],
    { boundMs: 300_000 },
  );
  expect(report.errors).toEqual({});
  expect(report.connections).toMatchObject({
    established: connections,
    peak: connections,
    failed: 0,
    open: connections,
  });
  const memory = peakRss(server.pid);
  server.kill('SIGINT');
  await server.ended;
  return {
    client: report.process.maxRssBytes,
    server: memory,
    seconds: connections / (report.connections.ratePerSecond ?? Number.NaN),
  };
}

test('idle connections on kernel sockets', { timeout: 900_000 }, async () => {
  const few = await hold(FEW);
  const many = await hold(CONNECTIONS);
  for (const end of ['client', 'server'] as const) {
    const bytes = (many[end] - few[end]) / (CONNECTIONS - FEW);
    console.log(`${end}: ${bytes.toFixed(0)} bytes a connection outside the kernel`);
    expect.soft(bytes, end).toBeLessThanOrEqual(BYTES_MAX);
  }
  console.log(`${CONNECTIONS} connections were set up in ${many.seconds.toFixed(1)} s`);
});
