import { expect, test } from 'vitest';
import { startMcc, serve, withReport } from './harness/mcc.js';
import { startServer } from './harness/server.js';

/** Resolves when the server has been sent something by so many connections: the load is on. */
function loadIsOn(connections: number) {
  let heard = 0;
  let announce = (): void => undefined;
  const on = new Promise<void>((resolve) => (announce = resolve));
  const server = startServer((socket) =>
    socket.once('data', () => {
      heard += 1;
      if (heard === connections) announce();
    }),
  );
  return { on, server };
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends the load early, and still reports`, async () => {
    const server = await serve(['--proto', 'http']);
    const running = startMcc(['run', '--reporter', 'json,console', '--dest', server.address, '-c', '4', '-d', '0']);
    await running.waitFor(/req/);
    running.kill(signal);
    const outcome = withReport(await running.ended);
    expect(outcome.code).toBe(code);
    expect(outcome.report.run.endedBy).toBe('signal');
    expect(outcome.report.requests.completed).toBeGreaterThan(0);
    expect(outcome.report.requests).toMatchObject({ failed: 0, sent: outcome.report.requests.completed });
  });
}

test('a second SIGINT ends it at once', async () => {
  const { on, server } = loadIsOn(2);
  const dest = await server;
  const running = startMcc(['run', '--dest', dest, '-c', '2', '-d', '60s', '--timeout', '60s']);
  await on;
  running.kill('SIGINT');
  // The server never answers, so the drain would take a minute.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const begun = performance.now();
  running.kill('SIGINT');
  const { code } = await running.ended;
  expect(code).toBe(130);
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('SIGINT during the set-up reports what was set up', async () => {
  const server = await serve(['--proto', 'http']);
  const running = startMcc([
    'run',
    '--reporter',
    'json,console',
    '--dest',
    server.address,
    '-c',
    '1000',
    '-s',
    '60s',
    '-d',
    '10s',
  ]);
  await running.waitFor(/conn/);
  running.kill('SIGINT');
  const outcome = withReport(await running.ended);
  expect(outcome.code).toBe(130);
  expect(outcome.report.run.endedBy).toBe('signal');
  expect(outcome.report.connections.established).toBeLessThan(1000);
});

test('the server ends in order, and says what it counted', async () => {
  const server = await serve(['--proto', 'http']);
  server.kill('SIGTERM');
  const { code, stdout } = await server.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^connections +0 accepted/m);
});
