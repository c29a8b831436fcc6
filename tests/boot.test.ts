import { expect, test } from 'vitest';
import { mcc, startMcc } from './harness/mcc.js';
import { startServer } from './harness/server.js';

/** The quickest of some tries, done once one is below the limit: other work on the machine only ever makes it slower. */
async function quickest(limitMs: number, measure: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let attempt = 0; attempt < 20 && best >= limitMs; attempt += 1) best = Math.min(best, await measure());
  return best;
}

test('mcc --help answers in 300 ms', async () => {
  expect(await quickest(300, async () => (await mcc(['--help'])).seconds * 1000)).toBeLessThan(300);
});

test('the first connection comes within 500 ms of typing', async () => {
  const elapsed = async (): Promise<number> => {
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const address = await startServer(() => arrived());
    const begun = performance.now();
    const running = startMcc(['run', '--dest', address, '-c', '1', '-d', '60s']);
    await first;
    const elapsedMs = performance.now() - begun;
    running.kill('SIGKILL');
    await running.ended;
    return elapsedMs;
  };
  expect(await quickest(500, elapsed)).toBeLessThan(500);
});
