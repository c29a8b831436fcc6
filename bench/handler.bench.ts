// The escape hatch: round trips a second of examples/proto-ping, once as JavaScript handlers and once as a declared program,
// each against the declared server on the other core.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { copyExample, outsideFolder } from '../tests/harness/outsider.js';
import { alternate } from './lib/contest.js';
import { median, publish } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const TARGET = 100_000;

test('handlers', { timeout: 600_000 }, async () => {
  const cwd = outsideFolder();
  copyExample('proto-ping', join(cwd, 'proto-ping'));
  const plugin = './proto-ping';
  const server = await serve(['--proto', plugin, '--cpus', '1'], { cwd, boundMs: 600_000 });
  const by = (what: string) => async (): Promise<number> => {
    const args = ['--proto', plugin, '--ping.by', what, '--cpus', '0', '-c', '256', '-d', `${SECONDS}s`];
    const { report } = await drive(['--dest', server.address, ...args], { cwd, boundMs: (SECONDS + 20) * 1000 });
    expect(report.requests.failed).toBe(0);
    return report.requests.ratePerSecond;
  };
  const contenders = { handlers: by('handlers'), program: by('program') };
  await alternate(1, contenders); // warm-up
  const results = await alternate(ROUNDS, contenders);
  const figures = Object.entries(results).map(([name, values]) => ({ name, values }));
  publish('round trips, 256 connections', '1/s', figures);
  expect(median(results['handlers'] ?? [])).toBeGreaterThanOrEqual(TARGET);
});
