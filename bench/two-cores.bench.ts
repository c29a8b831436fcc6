// Requests a second of a client and a server on a core each over memif, in one process without Node: what the exchange of
// frames between two cores bounds.
import { join } from 'node:path';
import { test } from 'vitest';
import { start } from '../tests/harness/process.js';
import { alternate } from './lib/contest.js';
import { publish } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const PROGRAM = join(process.env['MCC_BENCH_PROGRAMS'] ?? 'packages/stack-mtcp/build/bench', 'two_cores');

const rate = (connections: number, manner: string, body: number) => async (): Promise<number> => {
  const args = [`${connections}`, manner, `${body}`, `${Math.round(SECONDS * 1000)}`];
  const { stdout } = await start([PROGRAM, ...args], { boundMs: 120_000 }).ended;
  const found = /^(\d+) requests per second, 0 errors$/m.exec(stdout);
  if (found === null) throw new Error(`two_cores: ${stdout}`);
  return Number(found[1]);
};

test('client and server on two cores', { timeout: 3_600_000 }, async () => {
  const results = await alternate(ROUNDS, {
    'keep-alive, 10,000 connections': rate(10_000, 'keep-alive', 60),
    'a connection for each request': rate(1000, 'per-request', 60),
    'bodies of 100 KB': rate(64, 'keep-alive', 100_000),
  });
  publish(
    'both ends on a core each, over memif',
    '1/s',
    Object.entries(results).map(([name, values]) => ({ name, values })),
  );
});
