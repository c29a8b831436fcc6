// Cycles a request of client and server joined in one process on one core: what no second core disturbs.
import { join } from 'node:path';
import { test } from 'vitest';
import { start } from '../tests/harness/process.js';
import { alternate } from './lib/contest.js';
import { publish } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const PROGRAM = join(process.env['MCC_BENCH_PROGRAMS'] ?? 'packages/stack-mtcp/build/bench', 'joined_engines');

const cycles = (connections: number, manner: string) => async (): Promise<number> => {
  const args = [`${connections}`, manner, '100', `${Math.ceil(SECONDS)}`];
  const { stdout } = await start(['taskset', '-c', '1', PROGRAM, ...args], { boundMs: 120_000 }).ended;
  return Number(/(\d+) cycles a request/.exec(stdout)?.[1]);
};

test('client and server in one process', { timeout: 3_600_000 }, async () => {
  const results = await alternate(ROUNDS, {
    'per request, 100 connections': cycles(100, 'per-request'),
    'keep-alive, 10,000': cycles(10_000, 'keep-alive'),
    'keep-alive, 1,000': cycles(1000, 'keep-alive'),
    'keep-alive, 100': cycles(100, 'keep-alive'),
  });
  publish(
    'a request of both ends on one core',
    'TSC cycles',
    Object.entries(results).map(([name, values]) => ({ name, values })),
  );
});
