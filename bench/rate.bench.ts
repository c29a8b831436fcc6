// Whether what is sent is what --rate asks for, to a thousandth: on the user-level stack from 1 to a million requests a second,
// and on the kernel's up to nine tenths of what a closed loop does there. Raw TCP against an echo, a core an end.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { tempDir } from '../tests/harness/temp.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 10);
const CONNECTIONS = '1000';
const BOUND_MS = (SECONDS + 60) * 1000;

/** An echo on a stack, and the flags of who drives it. */
async function echo(stack: 'kernel' | 'mtcp') {
  const proto = ['--proto', 'raw'];
  if (stack === 'kernel') {
    const server = await serve([...proto, '--cpus', '1'], { boundMs: 10 * BOUND_MS });
    return { server, driving: [...proto, '--dest', server.address] };
  }
  const device = ['--stack', 'mtcp', '--mtcp.port', `memif:${join(tempDir(), 'mcc.sock')}`, ...proto];
  const own = ['--mtcp.address', '198.18.0.2', '--listen', '198.18.0.2:8080', '--cpus', '1'];
  const server = await serve([...device, ...own], { boundMs: 10 * BOUND_MS });
  return { server, driving: [...device, '--mtcp.address', '198.18.64.0/24', '--dest', server.address] };
}

/** Loads the echo; the report. */
async function load(driving: readonly string[], flags: readonly string[]) {
  const { report } = await drive([...driving, '-c', CONNECTIONS, '-d', `${SECONDS}`, '--cpus', '0', ...flags], {
    boundMs: BOUND_MS,
  });
  expect(report.errors).toEqual({});
  return report;
}

/** Sends at this rate, and holds it against what was sent in the time that the load took. */
async function hold(stack: string, driving: readonly string[], rate: number): Promise<void> {
  const { requests, run, pacing } = await load(driving, ['-R', `${rate}`]);
  const asked = rate * run.durationSeconds;
  const [sent, late] = [requests.sent.toLocaleString('en'), pacing?.late.toLocaleString('en')];
  const ratio = ((100 * requests.sent) / asked).toFixed(3);
  console.log(
    `${stack}, ${rate}/s: ${sent} sent in ${run.durationSeconds.toFixed(3)} s, ${ratio} % of the rate; ${late} late`,
  );
  // One more or less for the end, which may fall on either side of a departure.
  expect.soft(Math.abs(requests.sent - asked), `${rate}/s`).toBeLessThanOrEqual(Math.max(1, asked / 1000));
  expect.soft(requests.completed, `${rate}/s`).toBe(requests.sent);
}

test('mtcp sends 1 to a million a second', { timeout: 6 * BOUND_MS }, async () => {
  const { server, driving } = await echo('mtcp');
  for (const rate of [1, 100, 10_000, 100_000, 1_000_000]) await hold('mtcp', driving, rate);
  server.kill('SIGTERM');
  await server.ended;
});

test('the kernel stack sends up to nine tenths of what a closed loop does', { timeout: 6 * BOUND_MS }, async () => {
  const { server, driving } = await echo('kernel');
  const { requests } = await load(driving, []);
  const limit = Math.round(requests.ratePerSecond);
  console.log(`kernel, closed loop: ${limit.toLocaleString('en')}/s`);
  for (const share of [0.001, 0.1, 0.5, 0.9]) await hold('kernel', driving, Math.round(limit * share));
  server.kill('SIGTERM');
  await server.ended;
});
