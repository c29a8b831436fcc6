// A large transfer over memif at an MTU of 1500, server to client, one core an end; and what testpmd moves in frames of
// that size over the stock driver's memif, which is the floor of such a port.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { start } from '../tests/harness/process.js';
import { tempDir } from '../tests/harness/temp.js';
import { alternate } from './lib/contest.js';
import { publish } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const FRAME = 1514;
const boundMs = (SECONDS + 60) * 1000;

/** Bytes of TCP's payload a second. */
async function mcc(): Promise<number> {
  const port = ['--stack', 'mtcp', '--mtcp.port', `memif:${join(tempDir(), 'memif')}`];
  const end = (address: string, core: number): string[] => [...port, '--mtcp.address', address, '--cpus', `${core}`];
  const body = ['--listen', '198.18.0.2:80', '--http.body-size', '1m'];
  const server = await serve([...end('198.18.0.2', 1), ...body], { boundMs });
  const load = ['--dest', '198.18.0.2:80', '-c', '16', '-d', `${SECONDS}`];
  const { report } = await drive([...end('198.18.0.1', 0), ...load], { boundMs });
  server.kill('SIGTERM');
  await server.ended;
  expect.soft(report.errors).toEqual({});
  return report.bytes.received / report.run.durationSeconds;
}

/** Bytes of whole frames a second. */
async function testpmd(): Promise<number> {
  const socket = join(tempDir(), 'memif');
  const end = (role: 'server' | 'client', core: number, mode: string) => {
    const vdev = `net_memif0,role=${role},id=0,socket=${socket},socket-abstract=no,bsize=2048,rsize=11`;
    const eal = ['--no-huge', '-m', '256', '--no-shconf', '--no-telemetry', `--file-prefix=mcc-bench-${role}`];
    const cores = [`--lcores=0@(${core}),1@(${core})`, '--no-pci', `--vdev=${vdev}`];
    const test = [`--forward-mode=${mode}`, `--txpkts=${FRAME}`, '--total-num-mbufs=32768', '--stats-period=1'];
    return start(['dpdk-testpmd', ...eal, ...cores, '--', '--auto-start', ...test], { boundMs });
  };
  const receiver = end('server', 0, 'rxonly');
  while (!existsSync(socket)) await sleep(50);
  const sender = end('client', 1, 'txonly');
  await sleep((SECONDS + 3) * 1000);
  for (const process of [sender, receiver]) process.kill('SIGINT');
  await sender.ended;
  const rates = [...(await receiver.ended).stdout.matchAll(/Rx-pps:\s+(\d+)/g)].map((match) => Number(match[1]));
  return Math.max(...rates) * FRAME;
}

test('a large transfer over memif', { timeout: 3_600_000 }, async (context) => {
  const stock = existsSync('/usr/bin/dpdk-testpmd');
  if (!stock) context.annotate('dpdk-testpmd is not installed: there is no floor to compare with');
  const results = await alternate(ROUNDS, { mcc, ...(stock && { testpmd }) });
  publish(
    'a large transfer over memif',
    'bytes/s',
    Object.entries(results).map(([name, values]) => ({ name, values })),
  );
});
