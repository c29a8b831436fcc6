import { expect, test, type TestContext } from 'vitest';
import { mcc, startMcc } from './harness/mcc.js';
import { start } from './harness/process.js';
import { startServer } from './harness/server.js';

/** What node alone takes to start and end on a machine that has a core to spare, with room. */
const NODE_MS_MAX = 100;

/** The quickest of some tries, done once one is below the limit: other work on the machine only ever makes it slower. */
async function quickest(limitMs: number, measure: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let attempt = 0; attempt < 10 && best >= limitMs; attempt += 1) best = Math.min(best, await measure());
  return best;
}

/** Expects it within the limit. Where even node alone is slow, time tells nothing about mcc. */
async function expectWithin(limitMs: number, context: TestContext, measure: () => Promise<number>): Promise<void> {
  const best = await quickest(limitMs, measure);
  if (best >= limitMs) {
    const node = await quickest(
      NODE_MS_MAX,
      async () => (await start([process.execPath, '-e', '0']).ended).seconds * 1000,
    );
    context.skip(node >= NODE_MS_MAX, `the machine is too busy: node alone takes ${node.toFixed(0)} ms to start`);
  }
  expect(best).toBeLessThan(limitMs);
}

test('mcc --help answers in 300 ms', async (context) => {
  await expectWithin(300, context, async () => (await mcc(['--help'])).seconds * 1000);
});

test('the first connection comes within 500 ms of typing', async (context) => {
  await expectWithin(500, context, async () => {
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
  });
});
